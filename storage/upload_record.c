#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/class.h"
#include "storage/upload_private.h"

/* What a record holds tells its length: finished, under way, under way with a row. */
#define FINISHED_BYTES 12
#define PLAIN_BYTES (FINISHED_BYTES + 16)
#define ROW_BYTES (PLAIN_BYTES + SK_SEALED_ROW)

bool sk_upload_decode(struct sk_bytes value, struct sk_upload_record *out)
{
    if (value.len != FINISHED_BYTES && value.len != PLAIN_BYTES && value.len != ROW_BYTES) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->length = sk_get_u64(value.p);
    out->last_day = sk_get_u32(value.p + 8);
    out->finished = value.len == FINISHED_BYTES;
    out->has_row = value.len == ROW_BYTES;
    if (!out->finished) {
        memcpy(out->id.b, value.p + FINISHED_BYTES, sizeof out->id.b);
    }
    if (out->has_row) {
        memcpy(out->sealed_row, value.p + PLAIN_BYTES, SK_SEALED_ROW);
    }
    return sk_class_of_length(out->length) != 0;
}

void sk_upload_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                   const struct sk_upload_record *record)
{
    uint8_t value[ROW_BYTES];

    sk_put_u64(value, record->length);
    sk_put_u32(value + 8, record->last_day);
    memcpy(value + FINISHED_BYTES, record->id.b, sizeof record->id.b);
    memcpy(value + PLAIN_BYTES, record->sealed_row, SK_SEALED_ROW);
    sk_txn_put(txn, SK_INBOX_UPLOADS, sk_bytes(key, SK_UPLOAD_KEY),
               sk_bytes(value, record->finished  ? FINISHED_BYTES
                               : record->has_row ? ROW_BYTES
                                                 : PLAIN_BYTES));
}

/* Whether so many bytes of an unfinished upload are in so many pieces. */
static bool partial_fits(const struct sk_partial *partial, uint64_t length)
{
    return partial->upload && partial->bytes < length &&
           partial->next == (partial->bytes + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES;
}

enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_upload_record *record, struct sk_partial *partial)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_INBOX_UPLOADS, sk_bytes(key, SK_UPLOAD_KEY), &value)) {
        return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_NOT_FOUND;
    }
    if (!sk_upload_decode(value, record)) {
        return SK_ERR_CORRUPT;
    }
    if (record->last_day < today) {
        return SK_ERR_NOT_FOUND;
    }
    memset(partial, 0, sizeof *partial);
    if (!record->finished &&
        (!sk_partial_get(txn, &record->id, partial) || !partial_fits(partial, record->length))) {
        return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_CORRUPT;
    }
    return SK_OK;
}

bool sk_upload_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY])
{
    struct sk_bytes name = sk_bytes(key, SK_UPLOAD_KEY), value;
    struct sk_upload_record record;
    bool doomed = false;

    if (!sk_txn_get(txn, SK_INBOX_UPLOADS, name, &value)) {
        return false;
    }
    if (sk_upload_decode(value, &record) && !record.finished) {
        doomed = sk_partial_doom(txn, &record.id, true);
    }
    sk_txn_delete(txn, SK_INBOX_UPLOADS, name);
    return doomed;
}
