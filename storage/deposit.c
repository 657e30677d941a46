#include <sodium.h>
#include <string.h>

#include "keys/format/class.h"
#include "storage/day_key.h"
#include "storage/upload_private.h"

static bool has_envelope(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_ENVELOPES, sk_bytes(id->b, sizeof id->b), &value);
}

static bool has_pieces(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes name = sk_bytes(id->b, sizeof id->b), key = name, value;

    return sk_txn_seek(txn, SK_INBOX_PIECES, &key, &value) && sk_begins(key, name);
}

bool sk_deposit_id_free(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    return !has_envelope(txn, id) && !has_pieces(txn, id);
}

/* The envelope in the making that this request goes on with, or a new one. *present: whether it has
 * a record yet. */
static enum sk_error find_partial(struct sk_txn *txn, const struct sk_deposit *d,
                                  struct sk_partial *partial, bool *present)
{
    enum sk_error e = sk_partial_find(txn, &d->id, partial);

    *present = e == SK_OK;
    if (e == SK_ERR_NOT_FOUND) {
        memset(partial, 0, sizeof *partial);
        e = sk_deposit_id_free(txn, &d->id) ? SK_OK : SK_ERR_STORE_ORDER;
    }
    return e;
}

/* Whether the piece in data is the next one; counts it in. */
static enum sk_error count_piece(const struct sk_deposit *d, struct sk_partial *partial)
{
    if (d->data == NULL || d->len == 0 || d->len > SK_PIECE_BYTES) {
        return SK_ERR_USAGE;
    }
    if (d->piece != partial->next) {
        return SK_ERR_STORE_ORDER;
    }
    if (partial->bytes != (uint64_t)partial->next * SK_PIECE_BYTES) {
        return SK_ERR_USAGE; /* only the last piece may be short, and one was */
    }
    partial->next++;
    partial->bytes += d->len;
    return SK_OK;
}

static void put_piece(struct sk_txn *txn, const struct sk_deposit *d)
{
    uint8_t key[SK_PIECE_KEY];

    sk_piece_key(key, &d->id, d->piece);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes(d->data, d->len));
}

static enum sk_error apply_piece(struct sk_txn *txn, const struct sk_deposit *d)
{
    struct sk_partial partial;
    bool present;
    enum sk_error e = find_partial(txn, d, &partial, &present);

    if (e == SK_OK) {
        e = count_piece(d, &partial);
    }
    if (e == SK_OK) {
        put_piece(txn, d);
        sk_partial_put(txn, &d->id, &partial);
    }
    return e;
}

void sk_deposit_put_row(struct sk_txn *txn, const struct sk_row *row, const struct sk_day_key *key)
{
    uint8_t name[SK_PENDING_NAME], sealed[SK_PENDING_BYTES];

    randombytes_buf(name, sizeof name);
    sk_pending_seal(sealed, key, name, row);
    sk_txn_put(txn, SK_INBOX_PENDING, sk_bytes(name, sizeof name), sk_bytes(sealed, sizeof sealed));
}

void sk_deposit_put_envelope(struct sk_txn *txn, const struct sk_envelope_id *id,
                             const struct sk_envelope_record *record)
{
    uint8_t value[SK_ENVELOPE_RECORD];

    sk_envelope_encode(value, record);
    sk_txn_put(txn, SK_INBOX_ENVELOPES, sk_bytes(id->b, sizeof id->b),
               sk_bytes(value, sizeof value));
}

static enum sk_error apply_finish(struct sk_txn *txn, const struct sk_deposit *d,
                                  const struct sk_today *today)
{
    struct sk_partial partial;
    bool present, with_data = d->data != NULL || d->len != 0;
    enum sk_error e = find_partial(txn, d, &partial, &present);

    if (e == SK_OK && with_data) {
        e = count_piece(d, &partial);
    } else if (e == SK_OK && !present) {
        e = SK_ERR_STORE_ORDER;
    }
    if (e == SK_OK &&
        (!sk_class_valid(d->chunks) || partial.bytes != sk_envelope_length(d->chunks))) {
        e = SK_ERR_USAGE;
    }
    if (e != SK_OK) {
        return e;
    }
    if (with_data) {
        put_piece(txn, d);
    }
    const struct sk_envelope_record envelope = {d->day, d->chunks, partial.next};

    sk_deposit_put_envelope(txn, &d->id, &envelope);
    if (present) {
        sk_txn_delete(txn, SK_INBOX_PARTIAL, sk_bytes(d->id.b, sizeof d->id.b));
    }
    if (d->has_row) {
        sk_deposit_put_row(txn, &d->row, today->key);
    }
    return SK_OK;
}

enum sk_error sk_deposit_apply(struct sk_txn *txn, const struct sk_deposit *d,
                               const struct sk_today *today, struct sk_deposit_effect *effect)
{
    enum sk_error e = SK_ERR_USAGE;

    memset(effect, 0, sizeof *effect);
    switch (d->kind) {
    case SK_DEPOSIT_PIECE:
        e = apply_piece(txn, d);
        break;
    case SK_DEPOSIT_FINISH:
        e = apply_finish(txn, d, today);
        break;
    case SK_DEPOSIT_ABANDON:
        effect->deleted = sk_partial_abandon(txn, &d->id);
        e = SK_OK;
        break;
    case SK_DEPOSIT_UPLOAD_OPEN:
        e = sk_upload_apply_open(txn, d, today, effect);
        break;
    case SK_DEPOSIT_UPLOAD_PIECE:
        e = sk_upload_apply_piece(txn, d, today);
        break;
    case SK_DEPOSIT_UPLOAD_DROP:
        e = sk_upload_apply_drop(txn, d, today, effect);
        break;
    }
    return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : e;
}
