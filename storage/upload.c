#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "storage/upload_private.h"

/* One transaction of forgetting. */
#define FORGET_GROUP 512

enum sk_error sk_upload_find(struct sk_inbox *inbox, const struct sk_upload_token *token,
                             struct sk_upload *out)
{
    struct sk_upload_record record;
    struct sk_partial partial;
    uint8_t key[SK_UPLOAD_KEY];
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    sk_upload_key(key, token);
    e = sk_upload_load(txn, key, sk_age_past(txn, sk_day_of(time(NULL))), &record, &partial);
    sk_txn_abort(txn);
    if (e == SK_OK) {
        out->length = record.length;
        out->offset = record.finished ? record.length : partial.bytes;
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
    uint8_t key[SK_PIECE_KEY];
    struct sk_bytes value;

    if (tail == 0) {
        *len = 0;
        return SK_OK;
    }
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    sk_piece_key(key, &upload->id, (uint32_t)(upload->offset / SK_PIECE_BYTES));
    enum sk_error e = sk_txn_find(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), &value);

    if (e == SK_OK && value.len < tail) { /* longer: somebody else went on meanwhile */
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        memcpy(buffer, value.p, tail);
        *len = tail;
    }
    sk_txn_abort(txn);
    return e;
}

enum sk_error sk_upload_count(struct sk_inbox *inbox, uint64_t *count, uint64_t *bytes)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_partial partial;
    struct sk_envelope_id id;
    uint64_t n = 0, sum = 0;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    for (bool more = sk_txn_seek(txn, SK_INBOX_PARTIAL, &key, &value); more;
         more = sk_txn_next(txn, SK_INBOX_PARTIAL, &key, &value)) {
        if (key.len != sizeof id.b) {
            continue;
        }
        memcpy(id.b, key.p, sizeof id.b);
        if (sk_partial_get(txn, &id, &partial) && partial.upload) {
            n++;
            sum += partial.bytes;
        }
    }
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
    if (e == SK_OK) {
        *count = n;
        *bytes = sum;
    }
    return e;
}

/* ---- forgetting ------------------------------------------------------------------------ */

static size_t list_old(struct sk_txn *txn, uint32_t today, uint8_t (*keys)[SK_UPLOAD_KEY])
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_upload_record record;
    size_t n = 0;

    for (bool more = sk_txn_seek(txn, SK_INBOX_UPLOADS, &key, &value); more && n < FORGET_GROUP;
         more = sk_txn_next(txn, SK_INBOX_UPLOADS, &key, &value)) {
        if (key.len == SK_UPLOAD_KEY &&
            (!sk_upload_decode(value, &record) || record.last_day < today)) {
            memcpy(keys[n++], key.p, SK_UPLOAD_KEY);
        }
    }
    return n;
}

static enum sk_error forget_some(struct sk_inbox *inbox, uint32_t today,
                                 uint8_t (*keys)[SK_UPLOAD_KEY], bool *more)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    size_t n = list_old(txn, today, keys);

    for (size_t i = 0; i < n; i++) {
        sk_upload_forget(txn, keys[i]);
    }
    *more = n == FORGET_GROUP;
    return sk_txn_commit(txn);
}

enum sk_error sk_upload_expire(struct sk_inbox *inbox, uint32_t today)
{
    uint8_t(*keys)[SK_UPLOAD_KEY] = calloc(FORGET_GROUP, sizeof *keys);
    bool more = true;
    enum sk_error e = keys == NULL ? SK_ERR_MEMORY : SK_OK;

    while (e == SK_OK && more) {
        e = forget_some(inbox, today, keys, &more);
    }
    free(keys);
    /* And pieces that no record leads to any more. */
    return e == SK_OK ? sk_partial_doom_old(inbox, today) : e;
}
