#include <stdlib.h>
#include <string.h>

#include "storage/outbox_private.h"

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
        if (e == SK_OK) {
            size_t n = part.len - within;

            n = n < capacity - filled ? n : capacity - filled;
            memcpy(buffer + filled, part.p + within, n);
            filled += n;
            offset += n;
        }
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

    if (e == SK_OK && (bucket >= board.buckets || len != board.bucket_len)) {
        e = SK_ERR_USAGE;
    }
    if (e == SK_OK) {
        e = find_part(txn, pin, counter, &board,
                      board.header.len + (uint64_t)bucket * board.bucket_len, &part, &within);
    }
    if (e == SK_OK) {
        memcpy(buffer, part.p, len);
    }
    sk_txn_abort(txn);
    return e;
}

/* ---- check ------------------------------------------------------------------------------- */

static bool buckets_whole(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                          const struct sk_board *board)
{
    uint8_t key[SK_BUCKET_KEY];
    struct sk_bytes value;

    for (unsigned i = 0; i < 1u << board->bucket_bits; i++) {
        sk_bucket_key(key, pin, board->counter, i);
        if (!sk_txn_get(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), &value) ||
            sk_board_bucket_check(board, i, value.p, value.len) != SK_OK) {
            return false;
        }
    }
    return true;
}

struct check {
    struct sk_sheet sheet;
    struct sk_board board;
    uint64_t boards, broken;
    enum sk_error passing; /* what kept us from looking, and is no damage */
};

static void count_broken(struct check *c, enum sk_error e)
{
    if (e == SK_ERR_MEMORY || e == SK_ERR_IO) {
        c->passing = e;
    } else {
        c->broken++;
    }
}

static void check_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter,
                        struct check *c)
{
    enum sk_error e = sk_org_board(txn, pin, counter, &c->board);

    c->boards++;
    if (e == SK_OK && (c->board.counter != counter || !buckets_whole(txn, pin, &c->board))) {
        e = SK_ERR_CORRUPT;
    }
    if (e != SK_OK) {
        count_broken(c, e);
    }
}

static void check_organisation(struct sk_txn *txn, struct sk_bytes key, struct sk_bytes value,
                               struct check *c)
{
    struct sk_ed25519_pk pin;
    struct sk_org org;

    if (key.len != sizeof pin.b || sk_org_decode(value, &org) != SK_OK) {
        c->broken++;
        return;
    }
    memcpy(pin.b, key.p, sizeof pin.b);
    enum sk_error e = sk_org_sheet(txn, &pin, &c->sheet);

    if (e != SK_OK) {
        count_broken(c, e);
    }
    if (org.has_board) {
        check_board(txn, &pin, org.board, c);
    }
    if (org.has_previous) {
        check_board(txn, &pin, org.previous, c);
    }
}

enum sk_error sk_outbox_check(struct sk_outbox *outbox, uint64_t *boards, uint64_t *broken)
{
    struct check *c = calloc(1, sizeof *c);
    struct sk_bytes key = {NULL, 0}, value;

    if (c == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value); more;
         more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        check_organisation(txn, key, value, c);
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    e = e == SK_OK ? c->passing : e;
    if (e == SK_OK) {
        *boards = c->boards;
        *broken = c->broken;
    }
    free(c);
    return e;
}
