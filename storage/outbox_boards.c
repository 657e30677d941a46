#include "storage/outbox_boards.h"

#include <stdlib.h>
#include <string.h>

#include "keys/format/board.h"
#include "storage/outbox_organisations.h"
#include "storage/outbox_tables.h"

/* Where the parts of a stored board lie in its file. */
struct layout {
    struct sk_bytes header;
    unsigned buckets;
    size_t bucket_len;
    uint64_t total;
};

static enum sk_error find_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                uint64_t counter, struct layout *out)
{
    uint8_t key[SK_BOARD_KEY];
    struct sk_bytes value;
    struct sk_board board;

    sk_board_key(key, pin, counter);
    enum sk_error e = sk_txn_find(txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key), &value);

    if (e != SK_OK) {
        return e;
    }
    if (value.len < 32 || sk_board_peek(&board, value.p + 32, value.len - 32) != SK_OK ||
        board.header_len != value.len - 32) {
        return SK_ERR_CORRUPT;
    }
    out->header = sk_bytes(value.p + 32, value.len - 32);
    out->buckets = 1u << board.bucket_bits;
    out->bucket_len = sk_board_bucket_length(&board);
    out->total = sk_board_file_length(&board);
    return SK_OK;
}

/* The part of the file that pos lies in: the header, or a bucket. */
static enum sk_error find_part(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                               uint64_t counter, const struct layout *board, uint64_t pos,
                               struct sk_bytes *part, size_t *within)
{
    uint8_t key[SK_BUCKET_KEY];

    if (pos < board->header.len) {
        *part = board->header;
        *within = (size_t)pos;
        return SK_OK;
    }
    pos -= board->header.len;
    sk_bucket_key(key, pin, counter, (uint32_t)(pos / board->bucket_len));
    *within = (size_t)(pos % board->bucket_len);
    if (!sk_txn_get(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), part) ||
        part->len != board->bucket_len) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    return SK_OK;
}

enum sk_error sk_outbox_read_board(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                   uint64_t counter, uint64_t offset, uint8_t *buffer,
                                   size_t capacity, size_t *len)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct layout board;
    struct sk_bytes part;
    size_t filled = 0, within;
    enum sk_error e = find_board(txn, pin, counter, &board);

    while (e == SK_OK && filled < capacity && offset < board.total) {
        e = find_part(txn, pin, counter, &board, offset, &part, &within);
        if (e != SK_OK) {
            break;
        }
        size_t n = part.len - within;

        n = n < capacity - filled ? n : capacity - filled;
        memcpy(buffer + filled, part.p + within, n);
        filled += n;
        offset += n;
    }
    sk_txn_abort(txn);
    if (e == SK_OK) {
        *len = filled;
    }
    return e;
}

enum sk_error sk_outbox_read_bucket(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                    uint64_t counter, unsigned bucket, uint8_t *buffer, size_t len)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct layout board;
    struct sk_bytes part;
    size_t within;
    enum sk_error e = find_board(txn, pin, counter, &board);

    if (e != SK_OK) {
        goto out;
    }
    if (bucket >= board.buckets || len != board.bucket_len) {
        e = SK_ERR_USAGE;
        goto out;
    }
    e = find_part(txn, pin, counter, &board, board.header.len + (uint64_t)bucket * board.bucket_len,
                  &part, &within);
    if (e == SK_OK) {
        memcpy(buffer, part.p, len);
    }
out:
    sk_txn_abort(txn);
    return e;
}

/* ---- deleting ------------------------------------------------------------------------------ */

void sk_board_delete(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter)
{
    uint8_t key[SK_BOARD_KEY];

    sk_board_key(key, pin, counter);
    sk_txn_delete(txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key));
    sk_txn_delete_prefix(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), SIZE_MAX);
}

/* ---- check --------------------------------------------------------------------------------- */

struct check {
    struct sk_sheet sheet;
    struct sk_board board;
    uint64_t boards, broken;
    enum sk_error machine; /* MEMORY or IO: what could not be checked is no damage */
};

static void count_broken(struct check *c, enum sk_error e)
{
    if (e == SK_ERR_MEMORY || e == SK_ERR_IO) {
        c->machine = e;
    } else if (e != SK_OK) {
        c->broken++;
    }
}

static enum sk_error check_buckets(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                   const struct sk_board *board)
{
    uint8_t key[SK_BUCKET_KEY];
    struct sk_bytes value;

    for (unsigned i = 0; i < 1u << board->bucket_bits; i++) {
        sk_bucket_key(key, pin, board->counter, i);
        if (!sk_txn_get(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), &value) ||
            sk_board_bucket_check(board, i, value.p, value.len) != SK_OK) {
            return SK_ERR_CORRUPT;
        }
    }
    return SK_OK;
}

static void check_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter,
                        struct check *c)
{
    enum sk_error e = sk_organisation_board(txn, pin, counter, &c->board);

    if (e == SK_OK) {
        e = c->board.counter == counter ? check_buckets(txn, pin, &c->board) : SK_ERR_CORRUPT;
    }
    c->boards++;
    count_broken(c, e);
}

enum sk_error sk_outbox_check_boards(struct sk_outbox *outbox, uint64_t *boards, uint64_t *broken)
{
    struct check *c = calloc(1, sizeof *c);
    struct sk_bytes key, value;
    struct sk_ed25519_pk pin;
    struct sk_organisation_record org;

    if (c == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);

    SK_TXN_EACH(txn, SK_OUTBOX_ORGANISATIONS, SK_KV_ALL, key, value)
    {
        if (sk_organisation_decode(key, value, &pin, &org) != SK_OK) {
            c->broken++;
            continue;
        }
        count_broken(c, sk_organisation_sheet(txn, &pin, &c->sheet));
        if (org.has_board) {
            check_board(txn, &pin, org.board, c);
        }
        if (org.has_previous) {
            check_board(txn, &pin, org.previous, c);
        }
    }
    enum sk_error e = sk_txn_error_or(txn, c->machine);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *boards = c->boards;
        *broken = c->broken;
    }
    free(c);
    return e;
}
