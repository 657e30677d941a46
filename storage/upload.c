#include "storage/upload.h"

#include <time.h>

#include "keys/base/calendar.h"
#include "storage/announced.h"
#include "storage/inbox_private.h"
#include "storage/partial.h"
#include "storage/tail.h"

enum sk_error sk_upload_find(struct sk_inbox *inbox, const struct sk_upload_token *token,
                             struct sk_upload *out)
{
    struct sk_partial record, announced;
    uint8_t key[SK_UPLOAD_KEY];

    sk_upload_key(key, token);
    /* Memory first: an upload that gets its first byte meanwhile is then found on the disk. */
    enum sk_error in_memory = sk_announced_find(inbox->announced, key, &announced);
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    uint32_t today = sk_age_past(txn, sk_day_of(time(NULL)));
    enum sk_error e = sk_upload_load(txn, key, today, &record);

    sk_txn_abort(txn);
    if (e == SK_ERR_NOT_FOUND && in_memory == SK_OK && announced.last_day >= today) {
        record = announced;
        e = SK_OK;
    }
    if (e == SK_OK) {
        out->length = record.length;
        out->offset = record.finished ? record.length : record.bytes;
        out->last_day = record.last_day;
        out->finished = record.finished;
        out->has_row = record.has_row;
        out->id = record.id;
    }
    return e;
}

enum sk_error sk_upload_tail(struct sk_inbox *inbox, const struct sk_upload *upload,
                             uint8_t *buffer, size_t *len)
{
    size_t tail = upload->finished ? 0 : (size_t)(upload->offset % SK_PIECE_BYTES);

    if (tail == 0) {
        *len = 0;
        return SK_OK;
    }
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e =
        sk_tail_read(txn, &upload->id, (uint32_t)(upload->offset / SK_PIECE_BYTES), buffer, tail);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *len = tail;
    }
    return e;
}

enum sk_error sk_upload_count(struct sk_inbox *inbox, uint64_t *count, uint64_t *bytes)
{
    const struct sk_bytes all = {NULL, 0};
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_bytes key, value;
    struct sk_partial record;
    uint64_t n = 0, sum = 0;

    SK_TXN_EACH(txn, SK_INBOX_PARTIAL, all, key, value)
    {
        if (sk_partial_decode(value, &record) && record.last_day != SK_LAST_DAY_NONE) {
            n++;
            sum += record.bytes;
        }
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *count = n;
        *bytes = sum;
    }
    return e;
}
