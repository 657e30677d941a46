#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/seal/class.h"
#include "storage/inbox_private.h"

static bool decode_envelope(struct sk_bytes key, struct sk_bytes value,
                            struct sk_envelope_info *info, uint32_t *pieces)
{
    if (key.len != sizeof info->id.b || value.len != 12) {
        return false;
    }
    memcpy(info->id.b, key.p, sizeof info->id.b);
    info->day = sk_get_u32(value.p);
    info->chunks = sk_get_u32(value.p + 4);
    *pieces = sk_get_u32(value.p + 8);
    uint64_t len = sk_envelope_length(info->chunks);

    return sk_class_valid(info->chunks) && *pieces == (len + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES;
}

enum sk_error sk_envelope_find(struct sk_txn *txn, const struct sk_envelope_id *id,
                               struct sk_envelope_info *info, uint32_t *pieces)
{
    struct sk_bytes key = sk_bytes(id->b, sizeof id->b), value;

    if (!sk_txn_get(txn, SK_INBOX_ENVELOPES, key, &value)) {
        return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_NOT_FOUND;
    }
    return decode_envelope(key, value, info, pieces) ? SK_OK : SK_ERR_CORRUPT;
}

/* ---- walks ---------------------------------------------------------------------------- */

static enum sk_error walk_envelopes(struct sk_txn *txn,
                                    enum sk_error (*fn)(void *, const struct sk_envelope_info *),
                                    void *ctx)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_envelope_info info;
    uint32_t pieces;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_INBOX_ENVELOPES, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_INBOX_ENVELOPES, &key, &value)) {
        e = decode_envelope(key, value, &info, &pieces) ? fn(ctx, &info) : SK_ERR_CORRUPT;
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

static enum sk_error walk_rows(struct sk_txn *txn,
                               enum sk_error (*fn)(void *, const struct sk_row *, enum sk_row_state,
                                                   uint32_t),
                               void *ctx)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_row row;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_INBOX_ROWS, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value)) {
        if (key.len != sizeof row.b || value.len != 5 ||
            (value.p[4] != SK_ROW_RECEIVED && value.p[4] != SK_ROW_CARRIED)) {
            return SK_ERR_CORRUPT;
        }
        memcpy(row.b, key.p, sizeof row.b);
        e = fn(ctx, &row, (enum sk_row_state)value.p[4], sk_get_u32(value.p));
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

enum sk_error sk_inbox_each(struct sk_inbox *inbox,
                            enum sk_error (*fn)(void *ctx, const struct sk_envelope_info *info),
                            void *ctx)
{
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e == SK_OK) {
        e = walk_envelopes(txn, fn, ctx);
        sk_inbox_abort(inbox, txn);
    }
    return e;
}

enum sk_error sk_inbox_each_row(struct sk_inbox *inbox,
                                enum sk_error (*fn)(void *ctx, const struct sk_row *row,
                                                    enum sk_row_state state, uint32_t day),
                                void *ctx)
{
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e == SK_OK) {
        e = walk_rows(txn, fn, ctx);
        sk_inbox_abort(inbox, txn);
    }
    return e;
}

/* ---- snapshot --------------------------------------------------------------------------- */

struct collection {
    struct sk_envelope_info *envelopes;
    struct sk_row *rows;
    size_t envelope_count, envelope_room, row_count, row_room;
};

static enum sk_error collect_envelope(void *ctx, const struct sk_envelope_info *info)
{
    struct collection *c = ctx;

    if (c->envelope_count == c->envelope_room) {
        return SK_ERR_CORRUPT; /* more than the table said it has */
    }
    c->envelopes[c->envelope_count++] = *info;
    return SK_OK;
}

static enum sk_error collect_row(void *ctx, const struct sk_row *row, enum sk_row_state state,
                                 uint32_t day)
{
    struct collection *c = ctx;

    (void)day;
    if (state != SK_ROW_RECEIVED) {
        return SK_OK;
    }
    if (c->row_count == c->row_room) {
        return SK_ERR_CORRUPT;
    }
    c->rows[c->row_count++] = *row;
    return SK_OK;
}

static enum sk_error collect(struct sk_txn *txn, struct collection *c)
{
    c->envelope_room = (size_t)sk_txn_count(txn, SK_INBOX_ENVELOPES);
    c->row_room = (size_t)sk_txn_count(txn, SK_INBOX_ROWS);
    c->envelopes = calloc(c->envelope_room + 1, sizeof *c->envelopes);
    c->rows = calloc(c->row_room + 1, sizeof *c->rows);
    if (c->envelopes == NULL || c->rows == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = walk_envelopes(txn, collect_envelope, c);

    return e == SK_OK ? walk_rows(txn, collect_row, c) : e;
}

enum sk_error sk_inbox_snapshot(struct sk_inbox *inbox, struct sk_envelope_info **envelopes,
                                size_t *envelope_count, struct sk_row **rows, size_t *row_count)
{
    struct collection c = {0};
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    e = collect(txn, &c);
    sk_inbox_abort(inbox, txn);
    if (e != SK_OK) {
        free(c.envelopes);
        free(c.rows);
        return e;
    }
    *envelopes = c.envelopes;
    *envelope_count = c.envelope_count;
    *rows = c.rows;
    *row_count = c.row_count;
    return SK_OK;
}

/* ---- pieces -------------------------------------------------------------------------------- */

static size_t piece_length(uint32_t chunks, uint32_t piece)
{
    uint64_t left = sk_envelope_length(chunks) - (uint64_t)piece * SK_PIECE_BYTES;

    return left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES;
}

enum sk_error sk_inbox_read_piece(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  uint32_t piece, uint8_t *buffer, size_t *len)
{
    struct sk_envelope_info info;
    struct sk_txn *txn;
    struct sk_bytes value;
    uint8_t key[SK_PIECE_KEY];
    uint32_t pieces;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    e = sk_envelope_find(txn, id, &info, &pieces);
    if (e == SK_OK && piece >= pieces) {
        e = SK_ERR_NOT_FOUND;
    }
    if (e == SK_OK) {
        sk_piece_key(key, id, piece);
        if (sk_txn_get(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), &value) &&
            value.len == piece_length(info.chunks, piece)) {
            memcpy(buffer, value.p, value.len);
            *len = value.len;
        } else {
            e = sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_CORRUPT;
        }
    }
    sk_inbox_abort(inbox, txn);
    return e;
}

/* ---- check ---------------------------------------------------------------------------------- */

/* Whether the pieces stored under this id are exactly the ones it must have. */
static bool pieces_whole(struct sk_txn *txn, const struct sk_envelope_info *info, uint32_t pieces)
{
    uint8_t wanted[SK_PIECE_KEY];
    struct sk_bytes key = {wanted, sizeof wanted}, value;

    sk_piece_key(wanted, &info->id, 0);
    bool found = sk_txn_seek(txn, SK_INBOX_PIECES, &key, &value);

    for (uint32_t i = 0; i < pieces; i++) {
        sk_piece_key(wanted, &info->id, i);
        if (!found || key.len != sizeof wanted || memcmp(key.p, wanted, sizeof wanted) != 0 ||
            value.len != piece_length(info->chunks, i)) {
            return false;
        }
        found = sk_txn_next(txn, SK_INBOX_PIECES, &key, &value);
    }
    return !found || key.len != sizeof wanted || memcmp(key.p, info->id.b, sizeof info->id.b) != 0;
}

/* One envelope, one short transaction: a long one would make the file grow under the gateway. */
static enum sk_error check_one(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                               struct sk_inbox_check *out)
{
    struct sk_envelope_info info;
    struct sk_txn *txn;
    uint32_t pieces;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    e = sk_envelope_find(txn, id, &info, &pieces);
    if (e == SK_OK) {
        out->envelopes++;
        if (pieces_whole(txn, &info, pieces)) {
            out->bytes += sk_envelope_length(info.chunks);
        } else {
            out->broken++;
        }
    } else if (e == SK_ERR_CORRUPT) {
        out->envelopes++;
        out->broken++;
    }
    /* Not found: deleted since the walk began. */
    e = sk_txn_error(txn);
    sk_inbox_abort(inbox, txn);
    return e;
}

/* Up to room ids from after *last; the key is copied whatever the value looks like. */
static enum sk_error next_ids(struct sk_inbox *inbox, struct sk_envelope_id *ids, size_t room,
                              bool first, const struct sk_envelope_id *last, size_t *count)
{
    struct sk_bytes key = sk_bytes(last->b, first ? 0 : sizeof last->b), value;
    struct sk_txn *txn;
    size_t n = 0;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    bool found = sk_txn_next(txn, SK_INBOX_ENVELOPES, &key, &value);

    while (found && n < room) {
        if (key.len == sizeof ids->b) {
            memcpy(ids[n++].b, key.p, sizeof ids->b);
        }
        found = sk_txn_next(txn, SK_INBOX_ENVELOPES, &key, &value);
    }
    e = sk_txn_error(txn);
    sk_inbox_abort(inbox, txn);
    *count = n;
    return e;
}

static enum sk_error count_tables(struct sk_inbox *inbox, struct sk_inbox_check *out,
                                  uint64_t *total)
{
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    *total = sk_txn_count(txn, SK_INBOX_ENVELOPES);
    out->rows = sk_txn_count(txn, SK_INBOX_ROWS);
    out->partial = sk_txn_count(txn, SK_INBOX_PARTIAL);
    e = sk_txn_error(txn);
    sk_inbox_abort(inbox, txn);
    return e;
}

enum sk_error sk_inbox_check(struct sk_inbox *inbox, struct sk_inbox_check *out,
                             void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct sk_envelope_id ids[64], last = {{0}};
    struct sk_inbox_check check = {0};
    uint64_t total = 0;
    size_t n = 0;
    bool first = true;
    enum sk_error e = count_tables(inbox, &check, &total);

    while (e == SK_OK) {
        e = next_ids(inbox, ids, 64, first, &last, &n);
        if (e != SK_OK || n == 0) {
            break;
        }
        for (size_t i = 0; i < n && e == SK_OK; i++) {
            e = check_one(inbox, &ids[i], &check);
        }
        last = ids[n - 1];
        first = false;
        if (progress != NULL) {
            progress(ctx, check.envelopes < total ? check.envelopes : total, total);
        }
    }
    if (e == SK_OK) {
        *out = check;
    }
    return e;
}
