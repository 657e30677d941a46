#include <string.h>

#include "keys/base/bytes.h"
#include "storage/inbox_private.h"

/* One transaction of the store program: the gateway's writer waits no longer than for this. */
#define GROUP 256

/* ---- rows -------------------------------------------------------------------------------- */

static void mark_row(struct sk_txn *txn, const struct sk_row *row)
{
    struct sk_bytes key = sk_bytes(row->b, sizeof row->b), value;
    uint8_t marked[5];

    if (sk_txn_get(txn, SK_INBOX_ROWS, key, &value) && value.len == sizeof marked &&
        value.p[4] != SK_ROW_CARRIED) {
        memcpy(marked, value.p, sizeof marked);
        marked[4] = SK_ROW_CARRIED;
        sk_txn_put(txn, SK_INBOX_ROWS, key, sk_bytes(marked, sizeof marked));
    }
}

enum sk_error sk_inbox_mark_carried(struct sk_inbox *inbox, const struct sk_row *rows, size_t count)
{
    enum sk_error e = SK_OK;
    struct sk_txn *txn;

    for (size_t from = 0; from < count && e == SK_OK; from += GROUP) {
        e = sk_inbox_begin(inbox, true, &txn);
        if (e != SK_OK) {
            return e;
        }
        for (size_t i = from; i < count && i < from + GROUP; i++) {
            mark_row(txn, &rows[i]);
        }
        e = sk_inbox_commit(inbox, txn);
    }
    return e;
}

/* Rows of before `day`, from *after on (first: from the beginning). Looked for in a reading
 * transaction, so that the gateway writes meanwhile. */
static enum sk_error find_old_rows(struct sk_inbox *inbox, uint32_t day, bool first,
                                   const struct sk_row *after, struct sk_row *rows, size_t *count)
{
    struct sk_bytes key = sk_bytes(after->b, first ? 0 : sizeof after->b), value;
    struct sk_txn *txn;
    size_t n = 0;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    bool found = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value);

    while (found && n < GROUP) {
        if (key.len == sizeof rows->b && value.len == 5 && sk_get_u32(value.p) < day) {
            memcpy(rows[n++].b, key.p, sizeof rows->b);
        }
        found = sk_txn_next(txn, SK_INBOX_ROWS, &key, &value);
    }
    e = sk_txn_error(txn);
    sk_inbox_abort(inbox, txn);
    *count = n;
    return e;
}

static enum sk_error delete_rows(struct sk_inbox *inbox, uint32_t day, const struct sk_row *rows,
                                 size_t count, uint64_t *deleted)
{
    struct sk_txn *txn;
    struct sk_bytes value;
    uint64_t n = 0;
    enum sk_error e = sk_inbox_begin(inbox, true, &txn);

    if (e != SK_OK) {
        return e;
    }
    for (size_t i = 0; i < count; i++) {
        struct sk_bytes key = sk_bytes(rows[i].b, sizeof rows[i].b);

        if (sk_txn_get(txn, SK_INBOX_ROWS, key, &value) && value.len == 5 &&
            sk_get_u32(value.p) < day) {
            sk_txn_delete(txn, SK_INBOX_ROWS, key);
            n++;
        }
    }
    e = sk_inbox_commit(inbox, txn);
    *deleted += e == SK_OK ? n : 0;
    return e;
}

enum sk_error sk_inbox_delete_rows_before(struct sk_inbox *inbox, uint32_t day, uint64_t *deleted)
{
    struct sk_row rows[GROUP], after = {{0}};
    bool first = true;
    size_t n = 0;
    uint64_t gone = 0;
    enum sk_error e;

    do {
        e = find_old_rows(inbox, day, first, &after, rows, &n);
        if (e == SK_OK && n > 0) {
            e = delete_rows(inbox, day, rows, n, &gone);
            after = rows[n - 1];
            first = false;
        }
    } while (e == SK_OK && n == GROUP);
    *deleted = gone;
    return e;
}

/* ---- envelopes ---------------------------------------------------------------------------- */

/* The envelope is gone with its record; its pieces become doomed ones, which whoever comes next
 * collects if this process does not. */
static bool doom_envelope(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes key = sk_bytes(id->b, sizeof id->b), value;
    struct sk_partial partial = {.doomed = true};

    if (!sk_txn_get(txn, SK_INBOX_ENVELOPES, key, &value)) {
        return false;
    }
    if (value.len == 12) {
        partial.day = sk_get_u32(value.p);
        partial.next = sk_get_u32(value.p + 8);
    }
    sk_txn_delete(txn, SK_INBOX_ENVELOPES, key);
    sk_partial_put(txn, id, &partial);
    return sk_txn_error(txn) == SK_OK;
}

static enum sk_error delete_group(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                                  size_t count, uint64_t *deleted)
{
    struct sk_txn *txn;
    uint64_t n = 0;
    enum sk_error e = sk_inbox_begin(inbox, true, &txn);

    if (e != SK_OK) {
        return e;
    }
    for (size_t i = 0; i < count; i++) {
        n += doom_envelope(txn, &ids[i]) ? 1 : 0;
    }
    bool more = sk_partial_sweep(txn, GROUP);

    e = sk_inbox_commit(inbox, txn);
    if (e == SK_OK) {
        *deleted += n;
        sk_ledger_outdate(inbox);
    }
    return e == SK_OK && more ? sk_partial_sweep_all(inbox) : e;
}

enum sk_error sk_inbox_delete(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                              size_t count, uint64_t *deleted)
{
    uint64_t gone = 0;
    enum sk_error e = sk_partial_sweep_all(inbox); /* what a broken-off run left */

    for (size_t from = 0; from < count && e == SK_OK; from += GROUP) {
        e = delete_group(inbox, ids + from, count - from < GROUP ? count - from : GROUP, &gone);
    }
    *deleted = gone;
    return e;
}
