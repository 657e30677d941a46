/* What is published of the receipts: reading it. */
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/inbox_private.h"

#define PUBLISHED "published"

/* ---- the table ------------------------------------------------------------------------- */

void sk_row_put(struct sk_txn *txn, const struct sk_stored_row *row)
{
    uint8_t value[SK_ROW_RECORD];

    sk_row_encode(value, row);
    sk_txn_put(txn, SK_INBOX_ROWS, sk_bytes(row->row.b, sizeof row->row.b),
               sk_bytes(value, sizeof value));
}

static enum sk_row_state state_of(const struct sk_stored_row *row)
{
    return (row->state & ~SK_ROW_LATEST) == SK_ROW_CARRIED ? SK_ROW_CARRIED : SK_ROW_RECEIVED;
}

/* ---- meta ------------------------------------------------------------------------------ */

uint32_t sk_meta_u32(struct sk_txn *txn, const char *name, uint32_t absent)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_META, sk_bytes(name, strlen(name)), &value) && value.len == 4
               ? sk_get_u32(value.p)
               : absent;
}

void sk_meta_put_u32(struct sk_txn *txn, const char *name, uint32_t value)
{
    uint8_t bytes[4];

    sk_put_u32(bytes, value);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes(name, strlen(name)), sk_bytes(bytes, sizeof bytes));
}

enum sk_error sk_publication_read(struct sk_txn *txn, struct sk_publication *out)
{
    const struct sk_publication none = {.places = SK_PLACES_LEAST};
    struct sk_bytes value;
    enum sk_error e =
        sk_txn_find(txn, SK_INBOX_META, sk_bytes(PUBLISHED, strlen(PUBLISHED)), &value);

    if (e == SK_ERR_NOT_FOUND) {
        *out = none;
        return SK_OK;
    }
    return e == SK_OK && !sk_publication_decode(value, out) ? SK_ERR_CORRUPT : e;
}

void sk_publication_write(struct sk_txn *txn, const struct sk_publication *publication)
{
    uint8_t value[SK_PUBLICATION_RECORD];

    sk_publication_encode(value, publication);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes(PUBLISHED, strlen(PUBLISHED)),
               sk_bytes(value, sizeof value));
}

/* ---- looking up -------------------------------------------------------------------------- */

static enum sk_error find_one(struct sk_txn *txn, const struct sk_row *row,
                              enum sk_row_state *state)
{
    struct sk_bytes key = sk_bytes(row->b, sizeof row->b), value;
    struct sk_stored_row stored;

    *state = SK_ROW_UNKNOWN;
    if (!sk_txn_get(txn, SK_INBOX_ROWS, key, &value)) {
        return sk_txn_error(txn);
    }
    if (!sk_row_decode(key, value, &stored)) {
        return SK_ERR_CORRUPT;
    }
    *state = state_of(&stored);
    return SK_OK;
}

enum sk_error sk_inbox_rows_find(struct sk_inbox *inbox, const struct sk_row *rows, size_t count,
                                 enum sk_row_state *states)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    for (size_t i = 0; i < count && e == SK_OK; i++) {
        e = find_one(txn, &rows[i], &states[i]);
    }
    sk_txn_abort(txn);
    return e;
}

/* ---- the rows under one prefix ------------------------------------------------------------- */

struct gathered {
    struct sk_row_info *rows;
    size_t count, room;
};

static enum sk_error gather_row(struct gathered *g, struct sk_bytes key, struct sk_bytes value)
{
    struct sk_stored_row stored;

    if (!sk_row_decode(key, value, &stored)) {
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
    g->rows[g->count].row = stored.row;
    g->rows[g->count].state = state_of(&stored);
    g->count++;
    return SK_OK;
}

static enum sk_error gather_rows(struct sk_txn *txn, uint8_t prefix, unsigned mask,
                                 struct gathered *g)
{
    struct sk_bytes key = sk_bytes(&prefix, 1), value;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_INBOX_ROWS, &key, &value);
         more && e == SK_OK && (key.p[0] & mask) == prefix;
         more = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value)) {
        e = gather_row(g, key, value);
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

enum sk_error sk_inbox_rows_under(struct sk_inbox *inbox, uint8_t prefix,
                                  struct sk_publication *publication, struct sk_row_info **out,
                                  size_t *count)
{
    struct sk_publication seen;
    struct gathered g = {NULL, 0, 0};
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    e = sk_publication_read(txn, &seen);
    if (e == SK_OK) {
        unsigned mask = 0xffu & ~(0xffu >> seen.bits);

        e = (prefix & mask) == prefix ? gather_rows(txn, prefix, mask, &g) : SK_ERR_NOT_FOUND;
    }
    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(g.rows);
        return e;
    }
    *publication = seen;
    *out = g.rows;
    *count = g.count;
    return SK_OK;
}

/* ---- for the store program ------------------------------------------------------------------ */

static enum sk_error
walk_rows(struct sk_txn *txn, enum sk_error (*fn)(void *, const struct sk_row *, enum sk_row_state),
          void *ctx)
{
    const struct sk_bytes all = {NULL, 0};
    struct sk_bytes key, value;
    struct sk_stored_row stored;

    SK_TXN_EACH(txn, SK_INBOX_ROWS, all, key, value)
    {
        sk_txn_fail(txn, sk_row_decode(key, value, &stored)
                             ? fn(ctx, &stored.row, state_of(&stored))
                             : SK_ERR_CORRUPT);
    }
    return sk_txn_error(txn);
}

enum sk_error sk_inbox_each_row(struct sk_inbox *inbox,
                                enum sk_error (*fn)(void *ctx, const struct sk_row *row,
                                                    enum sk_row_state state),
                                void *ctx)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = walk_rows(txn, fn, ctx);

    sk_txn_abort(txn);
    return e;
}

static enum sk_error put_mark(struct sk_inbox *inbox, const char *name, uint32_t value)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    sk_meta_put_u32(txn, name, value);
    return sk_txn_commit(txn);
}

enum sk_error sk_inbox_mark_exported(struct sk_inbox *inbox, uint32_t publication)
{
    return put_mark(inbox, "exported", publication);
}

enum sk_error sk_inbox_drop_rows_before(struct sk_inbox *inbox, uint32_t month)
{
    return put_mark(inbox, "keep", month);
}
