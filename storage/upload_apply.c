#include <sodium.h>
#include <string.h>

#include "keys/format/class.h"
#include "storage/upload_private.h"

/* The request may have waited over midnight. */
static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- open --------------------------------------------------------------------------- */

static void put_new(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                    const struct sk_deposit *d, const struct sk_today *today)
{
    uint32_t day = later(d->day, today->from);
    struct sk_upload_record record = {
        .length = d->length, .last_day = sk_upload_last_day(day), .id = d->id};
    struct sk_partial partial = {.day = day, .upload = true};

    if (d->has_row) {
        sk_upload_seal_row(&record, &d->token, &d->row);
    }
    sk_partial_put(txn, &d->id, &partial);
    sk_upload_put(txn, key, &record);
}

enum sk_error sk_upload_apply_open(struct sk_txn *txn, const struct sk_deposit *d,
                                   const struct sk_today *today, struct sk_deposit_effect *effect)
{
    struct sk_upload_record record;
    struct sk_partial partial;
    uint8_t key[SK_UPLOAD_KEY];

    if (sk_class_of_length(d->length) == 0) {
        return SK_ERR_USAGE;
    }
    sk_upload_key(key, &d->token);
    enum sk_error e = sk_upload_load(txn, key, today->day, &record, &partial);

    if (e == SK_OK) {
        return record.length == d->length ? SK_OK : SK_ERR_EXISTS;
    }
    if (!sk_deposit_id_free(txn, &d->id)) {
        return SK_ERR_STORE_ORDER;
    }
    /* What is over, or damaged, makes way: whoever has the token can begin again. */
    effect->doomed = sk_upload_forget(txn, key);
    put_new(txn, key, d, today);
    return SK_OK;
}

/* ---- piece --------------------------------------------------------------------------- */

/* Whether the piece in data goes on where the upload stands; counts it in. */
static enum sk_error count_piece(const struct sk_deposit *d, const struct sk_today *today,
                                 const struct sk_upload_record *record, struct sk_partial *partial)
{
    uint32_t tail = (uint32_t)(partial->bytes % SK_PIECE_BYTES);
    uint64_t before = partial->bytes - tail; /* in full pieces */

    if (record->finished || memcmp(record->id.b, d->id.b, sizeof d->id.b) != 0 ||
        d->piece != before / SK_PIECE_BYTES || d->len <= tail || d->len > record->length - before) {
        return SK_ERR_STORE_ORDER;
    }
    partial->next = d->piece + 1;
    partial->bytes = before + d->len;
    partial->day = later(d->day, today->from);
    return SK_OK;
}

/* What links the upload to the envelope, or the envelope to the row, ends here. */
static void finish(struct sk_txn *txn, const struct sk_deposit *d, struct sk_upload_record *record,
                   uint32_t pieces, const struct sk_row *row, const struct sk_day_key *day_key)
{
    sk_txn_delete(txn, SK_INBOX_PARTIAL, sk_bytes(d->id.b, sizeof d->id.b));
    sk_deposit_put_envelope(txn, &d->id, d->day, sk_class_of_length(record->length), pieces);
    if (record->has_row) {
        sk_deposit_put_row(txn, row, day_key);
    }
    record->finished = true;
    record->has_row = false;
}

static enum sk_error store_piece(struct sk_txn *txn, const struct sk_deposit *d,
                                 const struct sk_today *today, const uint8_t key[SK_UPLOAD_KEY],
                                 struct sk_upload_record *record, const struct sk_partial *partial)
{
    struct sk_row row = {{0}};
    bool whole = partial->bytes == record->length;
    uint32_t last_day = sk_upload_last_day(later(d->day, today->from));
    bool moved = record->last_day != last_day;

    if (whole && record->has_row && !sk_upload_open_row(record, &d->token, &row)) {
        return SK_ERR_CORRUPT;
    }
    sk_deposit_put_piece(txn, d);
    record->last_day = last_day;
    if (whole) {
        finish(txn, d, record, partial->next, &row, today->key);
    } else {
        sk_partial_put(txn, &d->id, partial);
    }
    if (whole || moved) {
        sk_upload_put(txn, key, record);
    }
    sodium_memzero(&row, sizeof row);
    return SK_OK;
}

enum sk_error sk_upload_apply_piece(struct sk_txn *txn, const struct sk_deposit *d,
                                    const struct sk_today *today)
{
    struct sk_upload_record record;
    struct sk_partial partial;
    uint8_t key[SK_UPLOAD_KEY];

    if (d->data == NULL || d->len == 0 || d->len > SK_PIECE_BYTES) {
        return SK_ERR_USAGE;
    }
    sk_upload_key(key, &d->token);
    enum sk_error e = sk_upload_load(txn, key, today->day, &record, &partial);

    if (e == SK_OK) {
        e = count_piece(d, today, &record, &partial);
    }
    return e == SK_OK ? store_piece(txn, d, today, key, &record, &partial) : e;
}

/* ---- drop ----------------------------------------------------------------------------- */

enum sk_error sk_upload_apply_drop(struct sk_txn *txn, const struct sk_deposit *d,
                                   const struct sk_today *today, struct sk_deposit_effect *effect)
{
    struct sk_upload_record record;
    struct sk_partial partial;
    uint8_t key[SK_UPLOAD_KEY];

    sk_upload_key(key, &d->token);
    enum sk_error e = sk_upload_load(txn, key, today->day, &record, &partial);

    if (e == SK_OK || e == SK_ERR_CORRUPT) { /* what is damaged goes too */
        effect->doomed = sk_upload_forget(txn, key);
        e = SK_OK;
    }
    return e;
}
