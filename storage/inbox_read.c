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

/* ---- the rows under one first byte ------------------------------------------------------- */

struct gathered {
    struct sk_row_info *rows;
    size_t count, room;
};

static enum sk_error gather_row(struct gathered *g, struct sk_bytes key, struct sk_bytes value)
{
    struct sk_row_info *row;

    if (key.len != sizeof row->row.b || value.len != 5 ||
        (value.p[4] != SK_ROW_RECEIVED && value.p[4] != SK_ROW_CARRIED)) {
        return SK_ERR_CORRUPT;
    }
    if (g->count == g->room) {
        size_t room = g->room == 0 ? 64 : 2 * g->room;
        struct sk_row_info *more = reallocarray(g->rows, room, sizeof *more);

        if (more == NULL) {
            return SK_ERR_MEMORY;
        }
        g->rows = more;
        g->room = room;
    }
    row = &g->rows[g->count++];
    memcpy(row->row.b, key.p, sizeof row->row.b);
    row->day = sk_get_u32(value.p);
    row->state = (enum sk_row_state)value.p[4];
    return SK_OK;
}

static enum sk_error gather_rows(struct sk_txn *txn, uint8_t first, struct gathered *g)
{
    struct sk_bytes key = sk_bytes(&first, 1), value;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_INBOX_ROWS, &key, &value);
         more && e == SK_OK && key.p[0] == first;
         more = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value)) {
        e = gather_row(g, key, value);
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

enum sk_error sk_inbox_rows_under(struct sk_inbox *inbox, uint8_t first, struct sk_row_info **out,
                                  size_t *count, uint64_t *total)
{
    struct gathered g = {NULL, 0, 0};
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    uint64_t all = sk_txn_count(txn, SK_INBOX_ROWS);

    e = gather_rows(txn, first, &g);
    sk_inbox_abort(inbox, txn);
    if (e != SK_OK) {
        free(g.rows);
        return e;
    }
    *out = g.rows;
    *count = g.count;
    *total = all;
    return SK_OK;
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

size_t sk_piece_length(uint64_t bytes, uint32_t piece)
{
    uint64_t left = bytes - (uint64_t)piece * SK_PIECE_BYTES;

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
            value.len == sk_piece_length(sk_envelope_length(info.chunks), piece)) {
            memcpy(buffer, value.p, value.len);
            *len = value.len;
        } else {
            e = sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_CORRUPT;
        }
    }
    sk_inbox_abort(inbox, txn);
    return e;
}
