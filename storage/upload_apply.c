#include <sodium.h>
#include <string.h>

#include "keys/format/class.h"
#include "storage/upload_private.h"

/* The request may have waited over midnight. */
static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static enum sk_error load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                          const struct sk_today *today, struct sk_upload_record *record)
{
    enum sk_error e = sk_upload_load(txn, key, today->day, record);

    if (e != SK_ERR_NOT_FOUND) {
        return e;
    }
    e = sk_announced_find(today->announced, key, record);
    return e == SK_OK && record->last_day < today->day ? SK_ERR_NOT_FOUND : e;
}

/* ---- open --------------------------------------------------------------------------- */

enum sk_error sk_upload_apply_open(struct sk_txn *txn, const struct sk_deposit *d,
                                   const struct sk_today *today, struct sk_deposit_effect *effect)
{
    struct sk_upload_record record;
    uint8_t key[SK_UPLOAD_KEY];

    if (sk_class_of_length(d->length) == 0) {
        return SK_ERR_USAGE;
    }
    sk_upload_key(key, &d->token);
    enum sk_error e = load(txn, key, today, &record);

    if (e == SK_OK) {
        return record.length == d->length ? SK_OK : SK_ERR_EXISTS;
    }
    if (!sk_deposit_id_free(txn, &d->id)) {
        return SK_ERR_STORE_ORDER;
    }
    /* What is over, or damaged, makes way: whoever has the token can begin again. */
    effect->deleted = sk_upload_forget(txn, key);
    record = (struct sk_upload_record){.length = d->length,
                                       .last_day = sk_upload_last_day(later(d->day, today->from)),
                                       .id = d->id};
    if (d->has_row) {
        sk_upload_row_seal(record.sealed_row, &d->token, &record.id, &d->row);
        record.has_row = true;
    }
    sk_announced_put(today->announced, key, &record);
    sodium_memzero(&record, sizeof record);
    return SK_OK;
}

/* ---- piece --------------------------------------------------------------------------- */

/* Whether the piece in data goes on where the upload stands. */
static bool goes_on(const struct sk_deposit *d, const struct sk_upload_record *record)
{
    uint64_t tail = record->bytes % SK_PIECE_BYTES, before = record->bytes - tail;

    return !record->finished && memcmp(record->id.b, d->id.b, sizeof d->id.b) == 0 &&
           d->piece == before / SK_PIECE_BYTES && d->len > tail &&
           d->len <= record->length - before;
}

/* With its first bytes it begins to be on the disk. */
static enum sk_error may_begin(struct sk_txn *txn, const struct sk_deposit *d,
                               const struct sk_today *today)
{
    if (!sk_deposit_id_free(txn, &d->id)) {
        return SK_ERR_STORE_ORDER;
    }
    return sk_txn_count(txn, SK_INBOX_UPLOADS) < today->uploads_most ? SK_OK : SK_ERR_STORE_RESERVE;
}

/* What links the upload to the envelope, or the envelope to the row, ends here. */
static void finish(struct sk_txn *txn, const struct sk_deposit *d, struct sk_upload_record *record,
                   const struct sk_row *row, const struct sk_day_key *day_key)
{
    const struct sk_envelope_record envelope = {
        .day = d->day, .chunks = sk_class_of_length(record->length), .pieces = d->piece + 1};

    sk_deposit_put_envelope(txn, &d->id, &envelope);
    if (record->has_row) {
        sk_deposit_put_row(txn, row, day_key);
    }
    record->finished = true;
}

static enum sk_error store_piece(struct sk_txn *txn, const struct sk_deposit *d,
                                 const struct sk_today *today, const uint8_t key[SK_UPLOAD_KEY],
                                 const struct sk_upload_record *before, bool on_disk)
{
    struct sk_upload_record record = *before;
    size_t kept = (size_t)(before->bytes % SK_PIECE_BYTES);
    struct sk_row row = {{0}};

    record.bytes = before->bytes - kept + d->len;
    record.last_day = sk_upload_last_day(later(d->day, today->from));
    bool whole = record.bytes == record.length;

    if (whole && record.has_row &&
        !sk_upload_row_open(&row, &d->token, &record.id, record.sealed_row)) {
        return SK_ERR_CORRUPT;
    }
    if (whole || d->len == SK_PIECE_BYTES) {
        sk_tail_end(txn, &d->id, d->piece, d->data, kept, d->len);
    } else {
        sk_tail_put(txn, &d->id, d->piece, d->data, kept, d->len);
    }
    if (whole) {
        finish(txn, d, &record, &row, today->key);
    }
    sk_upload_put(txn, key, on_disk ? before : NULL, &record);
    sodium_memzero(&row, sizeof row);
    return SK_OK;
}

enum sk_error sk_upload_apply_piece(struct sk_txn *txn, const struct sk_deposit *d,
                                    const struct sk_today *today)
{
    struct sk_upload_record record;
    uint8_t key[SK_UPLOAD_KEY];

    if (d->data == NULL || d->len == 0 || d->len > SK_PIECE_BYTES) {
        return SK_ERR_USAGE;
    }
    sk_upload_key(key, &d->token);
    enum sk_error e = load(txn, key, today, &record);
    bool on_disk = e == SK_OK && (record.finished || record.bytes > 0);

    if (e == SK_OK && !goes_on(d, &record)) {
        e = SK_ERR_STORE_ORDER;
    }
    if (e == SK_OK && !on_disk) {
        e = may_begin(txn, d, today);
    }
    return e == SK_OK ? store_piece(txn, d, today, key, &record, on_disk) : e;
}

/* ---- drop ----------------------------------------------------------------------------- */

enum sk_error sk_upload_apply_drop(struct sk_txn *txn, const struct sk_deposit *d,
                                   const struct sk_today *today, struct sk_deposit_effect *effect)
{
    struct sk_upload_record record;
    uint8_t key[SK_UPLOAD_KEY];

    sk_upload_key(key, &d->token);
    enum sk_error e = load(txn, key, today, &record);

    if (e == SK_OK || e == SK_ERR_CORRUPT) { /* what is damaged goes too */
        effect->deleted = sk_upload_forget(txn, key);
        sk_announced_drop(today->announced, &d->token);
        e = SK_OK;
    }
    return e;
}
