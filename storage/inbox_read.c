#include "storage/inbox_read.h"

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

/* ---- snapshot --------------------------------------------------------------------------- */

struct snapshot {
    struct sk_envelope_info *envelopes;
    size_t count;
    struct sk_publication publication;
};

static enum sk_error read_snapshot(struct sk_txn *txn, struct snapshot *out)
{
    size_t room = (size_t)sk_txn_count(txn, SK_INBOX_ENVELOPES);
    struct sk_envelope_record record;
    struct sk_bytes key, value;
    enum sk_error e = sk_publication_read(txn, &out->publication);

    if (e != SK_OK) {
        return e;
    }
    out->envelopes = calloc(room + 1, sizeof *out->envelopes);
    if (out->envelopes == NULL) {
        return SK_ERR_MEMORY;
    }
    SK_TXN_EACH(txn, SK_INBOX_ENVELOPES, SK_KV_ALL, key, value)
    {
        struct sk_envelope_info *info = &out->envelopes[out->count];

        if (out->count == room || key.len != sizeof info->id.b ||
            !sk_envelope_decode(value, &record)) {
            return SK_ERR_CORRUPT;
        }
        memcpy(info->id.b, key.p, sizeof info->id.b);
        info->day = record.day;
        info->chunks = record.chunks;
        out->count++;
    }
    return sk_txn_error(txn);
}

enum sk_error sk_inbox_snapshot(struct sk_inbox *inbox, struct sk_envelope_info **envelopes,
                                size_t *envelope_count, uint32_t *publication)
{
    struct snapshot snapshot = {0};
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = read_snapshot(txn, &snapshot);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(snapshot.envelopes);
        return e;
    }
    *envelopes = snapshot.envelopes;
    *envelope_count = snapshot.count;
    *publication = snapshot.publication.number;
    return SK_OK;
}

/* ---- pieces -------------------------------------------------------------------------------- */

size_t sk_piece_length(uint64_t bytes, uint32_t piece)
{
    uint64_t left = bytes - (uint64_t)piece * SK_PIECE_BYTES;

    return left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES;
}

static enum sk_error find_piece(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                                struct sk_bytes *out)
{
    struct sk_envelope_record record;
    uint8_t key[SK_PIECE_KEY];
    enum sk_error e = sk_envelope_find(txn, id, &record);

    if (e != SK_OK) {
        return e;
    }
    if (piece >= record.pieces) {
        return SK_ERR_NOT_FOUND;
    }
    sk_piece_key(key, id, piece);
    if (!sk_txn_get(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), out) ||
        out->len != sk_piece_length(sk_envelope_length(record.chunks), piece)) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    return SK_OK;
}

enum sk_error sk_inbox_read_piece(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  uint32_t piece, uint8_t *buffer, size_t *len)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_bytes value;
    enum sk_error e = find_piece(txn, id, piece, &value);

    if (e == SK_OK) {
        memcpy(buffer, value.p, value.len);
        *len = value.len;
    }
    sk_txn_abort(txn);
    return e;
}
