#include <stdlib.h>
#include <string.h>

#include "keys/format/class.h"
#include "storage/inbox_private.h"

enum sk_error sk_envelope_find(struct sk_txn *txn, const struct sk_envelope_id *id,
                               struct sk_envelope_record *out)
{
    struct sk_bytes value;
    enum sk_error e = sk_txn_find(txn, SK_INBOX_ENVELOPES, sk_bytes(id->b, sizeof id->b), &value);

    return e == SK_OK && !sk_envelope_decode(value, out) ? SK_ERR_CORRUPT : e;
}

/* ---- walks ---------------------------------------------------------------------------- */

static bool read_envelope(struct sk_bytes key, struct sk_bytes value, struct sk_envelope_info *info)
{
    struct sk_envelope_record record;

    if (key.len != sizeof info->id.b || !sk_envelope_decode(value, &record)) {
        return false;
    }
    memcpy(info->id.b, key.p, sizeof info->id.b);
    info->day = record.day;
    info->chunks = record.chunks;
    return true;
}

static enum sk_error walk_envelopes(struct sk_txn *txn,
                                    enum sk_error (*fn)(void *, const struct sk_envelope_info *),
                                    void *ctx)
{
    const struct sk_bytes all = {NULL, 0};
    struct sk_bytes key, value;
    struct sk_envelope_info info;

    SK_TXN_EACH(txn, SK_INBOX_ENVELOPES, all, key, value)
    {
        sk_txn_fail(txn, read_envelope(key, value, &info) ? fn(ctx, &info) : SK_ERR_CORRUPT);
    }
    return sk_txn_error(txn);
}

/* ---- snapshot --------------------------------------------------------------------------- */

struct collection {
    struct sk_envelope_info *envelopes;
    size_t count, room;
};

static enum sk_error collect_envelope(void *ctx, const struct sk_envelope_info *info)
{
    struct collection *c = ctx;

    if (c->count == c->room) {
        return SK_ERR_CORRUPT; /* more than the table said it has */
    }
    c->envelopes[c->count++] = *info;
    return SK_OK;
}

static enum sk_error collect(struct sk_txn *txn, struct collection *c)
{
    c->room = (size_t)sk_txn_count(txn, SK_INBOX_ENVELOPES);
    c->envelopes = calloc(c->room + 1, sizeof *c->envelopes);
    return c->envelopes == NULL ? SK_ERR_MEMORY : walk_envelopes(txn, collect_envelope, c);
}

enum sk_error sk_inbox_snapshot(struct sk_inbox *inbox, struct sk_envelope_info **envelopes,
                                size_t *envelope_count, uint32_t *publication)
{
    struct sk_publication seen;
    struct collection c = {0};
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    e = sk_publication_read(txn, &seen);
    if (e == SK_OK) {
        e = collect(txn, &c);
    }
    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(c.envelopes);
        return e;
    }
    *envelopes = c.envelopes;
    *envelope_count = c.count;
    *publication = seen.number;
    return SK_OK;
}

/* ---- pieces -------------------------------------------------------------------------------- */

size_t sk_piece_length(uint64_t bytes, uint32_t piece)
{
    uint64_t left = bytes - (uint64_t)piece * SK_PIECE_BYTES;

    return left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES;
}

enum sk_error sk_inbox_read_piece(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  uint32_t piece, uint8_t *buffer, size_t *len)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_envelope_record record;
    struct sk_bytes value;
    uint8_t key[SK_PIECE_KEY];
    enum sk_error e = sk_envelope_find(txn, id, &record);

    if (e == SK_OK && piece >= record.pieces) {
        e = SK_ERR_NOT_FOUND;
    } else if (e == SK_OK) {
        sk_piece_key(key, id, piece);
        e = sk_txn_find(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), &value);
        e = e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
    }
    if (e == SK_OK && value.len != sk_piece_length(sk_envelope_length(record.chunks), piece)) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        memcpy(buffer, value.p, value.len);
        *len = value.len;
    }
    sk_txn_abort(txn);
    return e;
}
