#include "storage/inbox_rows.h"

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

/* ---- finding -------------------------------------------------------------------------- */

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

    for (size_t i = 0; i < count && e == SK_OK; i++) {
        e = find_one(txn, &rows[i], &states[i]);
    }
    sk_txn_abort(txn);
    return e;
}

/* ---- the rows under one prefix ------------------------------------------------------------- */

struct row_list {
    struct sk_row_info *rows;
    size_t count, room;
};

static enum sk_error add_row(struct row_list *list, struct sk_bytes key, struct sk_bytes value)
{
    struct sk_stored_row stored;

    if (!sk_row_decode(key, value, &stored)) {
        return SK_ERR_CORRUPT;
    }
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : 2 * list->room;
        struct sk_row_info *more = reallocarray(list->rows, room, sizeof *more);

        if (more == NULL) {
            return SK_ERR_MEMORY;
        }
        list->rows = more;
        list->room = room;
    }
    list->rows[list->count].row = stored.row;
    list->rows[list->count].state = state_of(&stored);
    list->count++;
    return SK_OK;
}

static enum sk_error read_under(struct sk_txn *txn, uint8_t prefix,
                                struct sk_publication *publication, struct row_list *list)
{
    struct sk_bytes key = sk_bytes(&prefix, 1), value;
    enum sk_error e = sk_publication_read(txn, publication);

    if (e != SK_OK) {
        return e;
    }
    unsigned mask = 0xffu & ~(0xffu >> publication->bits);

    if ((prefix & mask) != prefix) {
        return SK_ERR_NOT_FOUND;
    }
    for (bool more = sk_txn_seek(txn, SK_INBOX_ROWS, &key, &value);
         more && (key.p[0] & mask) == prefix;
         more = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value)) {
        e = add_row(list, key, value);
        if (e != SK_OK) {
            return e;
        }
    }
    return sk_txn_error(txn);
}

enum sk_error sk_inbox_rows_under(struct sk_inbox *inbox, uint8_t prefix,
                                  struct sk_publication *publication, struct sk_row_info **out,
                                  size_t *count)
{
    struct sk_publication seen;
    struct row_list list = {NULL, 0, 0};
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = read_under(txn, prefix, &seen, &list);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(list.rows);
        return e;
    }
    *publication = seen;
    *out = list.rows;
    *count = list.count;
    return SK_OK;
}

/* ---- for the store program ------------------------------------------------------------------ */

enum sk_error sk_inbox_each_row(struct sk_inbox *inbox,
                                enum sk_error (*fn)(void *ctx, const struct sk_row *row,
                                                    enum sk_row_state state),
                                void *ctx)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_bytes key, value;
    struct sk_stored_row stored;

    SK_TXN_EACH(txn, SK_INBOX_ROWS, SK_KV_ALL, key, value)
    {
        sk_txn_fail(txn, sk_row_decode(key, value, &stored)
                             ? fn(ctx, &stored.row, state_of(&stored))
                             : SK_ERR_CORRUPT);
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    return e;
}

enum sk_error sk_inbox_mark_exported(struct sk_inbox *inbox, uint32_t publication)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    sk_meta_put_u32(txn, "exported", publication);
    return sk_txn_commit(txn);
}
