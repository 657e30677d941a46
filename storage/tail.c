#include "storage/tail.h"

#include <string.h>

/* The last fragment that begins before `end`: its offset, or `end` if there is none. */
static uint32_t last_before(struct sk_txn *txn, const uint8_t piece[SK_PIECE_KEY], uint32_t end)
{
    const struct sk_bytes prefix = sk_bytes(piece, SK_PIECE_KEY);
    struct sk_bytes key, value;
    uint32_t last = end;

    SK_TXN_EACH(txn, SK_INBOX_PIECES, prefix, key, value)
    {
        uint32_t at = sk_fragment_offset(key);

        last = at < end ? at : last;
    }
    return last;
}

static void delete_fragment(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                            uint32_t offset)
{
    uint8_t key[SK_FRAGMENT_KEY];

    sk_fragment_key(key, id, piece, offset);
    sk_txn_delete(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
}

void sk_tail_put(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len)
{
    uint8_t name[SK_PIECE_KEY], key[SK_FRAGMENT_KEY];
    uint32_t from = (uint32_t)kept;

    sk_piece_key(name, id, piece);
    while (from > 0) {
        uint32_t before = last_before(txn, name, from);

        if (before == from || from - before > len - from) {
            break;
        }
        delete_fragment(txn, id, piece, before);
        from = before;
    }
    sk_fragment_key(key, id, piece, from);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes(data + from, len - from));
}

void sk_tail_end(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len)
{
    uint8_t name[SK_PIECE_KEY];

    sk_piece_key(name, id, piece);
    if (kept > 0) {
        sk_txn_delete_prefix(txn, SK_INBOX_PIECES, sk_bytes(name, sizeof name), SIZE_MAX);
    }
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(name, sizeof name), sk_bytes(data, len));
}

enum sk_error sk_tail_read(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                           uint8_t *buffer, size_t len)
{
    uint8_t name[SK_PIECE_KEY];
    const struct sk_bytes prefix = sk_bytes(name, sizeof name);
    struct sk_bytes key, value;
    size_t fill = 0;

    sk_piece_key(name, id, piece);
    SK_TXN_EACH(txn, SK_INBOX_PIECES, prefix, key, value)
    {
        size_t some = fill + value.len < len ? value.len : len - fill;

        if (fill < len &&
            key.len == SK_PIECE_KEY) { /* it is full: somebody else went on meanwhile */
            fill = 0;
        } else if (fill < len && sk_fragment_offset(key) != fill) {
            sk_txn_fail(txn, SK_ERR_CORRUPT);
        }
        if (fill < len && buffer != NULL && sk_txn_error(txn) == SK_OK) {
            memcpy(buffer + fill, value.p, some);
        }
        fill += some;
    }
    return sk_txn_error_or(txn, fill == len ? SK_OK : SK_ERR_CORRUPT);
}
