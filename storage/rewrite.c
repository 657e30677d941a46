#include <unistd.h>

#include "keys/base/bytes.h"
#include "storage/folder.h"
#include "storage/inbox_private.h"

/* The new generation, complete and on disk, but nothing leads to it yet. */
static enum sk_error make_next(struct sk_inbox *inbox, struct sk_txn *txn, uint32_t next,
                               void (*progress)(void *, uint64_t, uint64_t), void *ctx)
{
    char path[PATH_MAX];
    struct sk_engine *engine = NULL;
    enum sk_error e = sk_generation_path(inbox->folder, next, "", path);

    if (e == SK_OK) {
        e = sk_engine_open(&engine, path, sk_engine_size(inbox->engine), true, true,
                           sk_inbox_tables, SK_INBOX_TABLES);
    }
    if (e == SK_OK) {
        e = sk_txn_copy(txn, engine, SK_INBOX_TABLES, progress, ctx);
        sk_engine_close(engine);
    }
    if (e == SK_OK) {
        e = sk_folder_sync(inbox->folder);
    }
    return e;
}

/*
 * Everybody who writes waits for txn, so nothing is added to the old generation after the copy.
 * A crash before the mark is on disk leaves the old generation in force, after it the new one;
 * where the commit itself fails nobody knows which, and both are whole, so both are left.
 */
static enum sk_error retire(struct sk_inbox *inbox, struct sk_txn *txn, uint32_t old)
{
    uint8_t mark[4];
    int lock;
    enum sk_error e = sk_folder_lock(inbox->folder, &lock);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    sk_put_u32(mark, old + 1);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("retired", 7), sk_bytes(mark, sizeof mark));
    e = sk_txn_commit(txn);
    if (e == SK_OK) {
        sk_generation_remove(inbox->folder, old);
        e = sk_folder_sync(inbox->folder);
    }
    close(lock);
    return e;
}

enum sk_error sk_inbox_rewrite(struct sk_inbox *inbox,
                               void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct sk_txn *txn;
    enum sk_error e = sk_partial_sweep_all(inbox);

    if (e == SK_OK) {
        e = sk_inbox_begin(inbox, true, &txn);
    }
    if (e != SK_OK) {
        return e;
    }
    uint32_t old = inbox->generation;

    if (old >= SK_GENERATION_MAX) {
        sk_inbox_abort(inbox, txn);
        return SK_ERR_USAGE;
    }
    /* Leftovers of a broken-off rewrite: nobody else is at one, this transaction sees to that. */
    sk_generations_tidy(inbox->folder, old, true);
    e = make_next(inbox, txn, old + 1, progress, ctx);
    if (e != SK_OK) {
        sk_generation_remove(inbox->folder, old + 1);
        sk_inbox_abort(inbox, txn);
        return e;
    }
    e = retire(inbox, txn, old);
    pthread_rwlock_unlock(&inbox->swap);
    if (e == SK_OK) {
        e = sk_inbox_follow(inbox, old);
    }
    sk_ledger_outdate(inbox);
    return e;
}

/* ---- backup ---------------------------------------------------------------------------------- */

static enum sk_error fill_copy(struct sk_engine *engine, void *ctx)
{
    struct sk_inbox *inbox = ctx;
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e == SK_OK) {
        e = sk_txn_copy(txn, engine, SK_INBOX_TABLES, NULL, NULL);
        sk_inbox_abort(inbox, txn);
    }
    return e;
}

enum sk_error sk_inbox_backup(struct sk_inbox *inbox, const char *to_dir)
{
    /* Not preallocated: it is smaller so, and sk_inbox_writer_start makes up for it. */
    return sk_generation_first(to_dir, inbox->size + SK_INBOX_RESERVE, false, fill_copy, inbox);
}
