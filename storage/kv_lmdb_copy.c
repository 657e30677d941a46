/* The engine on LMDB: copying entry by entry, in key order. No page of the source is copied:
 * neither deleted bytes between live ones, nor the order in which entries were put. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"
#include "storage/kv_lmdb.h"
#include "storage/kv_lmdb_names.h"

/* Bytes that one commit puts: bounds the dirty pages held in memory. */
#define COPY_GROUP (UINT64_C(8) << 20)

struct copy {
    struct sk_txn *from, *put;
    struct sk_kv *to;
    uint64_t group, done, total;
    void (*progress)(void *, uint64_t, uint64_t);
    void *ctx;
};

static enum sk_error next_group(struct copy *c)
{
    enum sk_error e = sk_txn_commit(c->put);

    c->put = sk_lmdb_begin_here(c->to, true);
    c->group = 0;
    if (c->progress != NULL) {
        c->progress(c->ctx, c->done, c->total);
    }
    return e != SK_OK ? e : sk_txn_error(c->put);
}

static enum sk_error copy_table(struct copy *c, size_t table)
{
    struct sk_bytes key = {NULL, 0}, value;

    while (sk_lmdb_move(c->from, table, true, &key, &value)) {
        sk_lmdb_append(c->put, table, key, value);
        c->group += key.len + value.len;
        c->done++;
        enum sk_error e = sk_txn_error(c->put);

        if (e == SK_OK && c->group >= COPY_GROUP) {
            e = next_group(c);
        }
        if (e != SK_OK) {
            return e;
        }
    }
    return sk_txn_error(c->from);
}

/* Every table, with the engine's own, into the empty file of `to`, in synced groups. */
static enum sk_error copy_all(struct copy *c)
{
    size_t tables = c->to->shape->table_count + 1;
    enum sk_error e = SK_OK;

    for (size_t i = 0; i < tables; i++) {
        c->total += sk_lmdb_count(c->from, i);
    }
    c->put = sk_lmdb_begin_here(c->to, true);
    for (size_t i = 0; i < tables && e == SK_OK; i++) {
        e = copy_table(c, i);
    }
    sk_txn_fail(c->put, e);
    e = sk_txn_commit(c->put);
    if (e == SK_OK && c->progress != NULL) {
        c->progress(c->ctx, c->done, c->total);
    }
    return e;
}

/* ---- to another address -------------------------------------------------------------- */

struct backup {
    struct sk_kv *from;
    enum sk_error (*change)(struct sk_txn *txn, void *ctx);
    void *ctx;
};

static enum sk_error fill_copy(struct sk_kv *made, void *ctx)
{
    const struct backup *backup = ctx;
    struct copy c = {.from = sk_kv_begin(backup->from, false), .to = made};
    enum sk_error e = copy_all(&c);

    sk_txn_abort(c.from);
    if (e != SK_OK || backup->change == NULL) {
        return e;
    }
    struct sk_txn *txn = sk_lmdb_begin_here(made, true);

    sk_txn_fail(txn, backup->change(txn, backup->ctx));
    return sk_txn_commit(txn);
}

enum sk_error sk_kv_copy(struct sk_kv *kv, const char *to_address,
                         enum sk_error (*change)(struct sk_txn *txn, void *ctx), void *ctx)
{
    struct backup backup = {kv, change, ctx};
    struct sk_lmdb_build build = {
        .shape = kv->shape, .size = kv->size, .reserve = false, .fill = fill_copy, .ctx = &backup};

    return sk_lmdb_build(to_address, &build);
}

/* ---- in its own place ------------------------------------------------------------------ */

/* The next generation, complete and on disk, but no mark leads to it yet. */
static enum sk_error make_next(struct sk_kv *kv, uint32_t next, struct copy *c)
{
    struct sk_lmdb_use use = {
        .shape = kv->shape, .map = sk_lmdb_file_map(kv->file), .make = true, .writable = true};
    struct sk_kv *made = sk_lmdb_new(kv->shape, kv->folder, true);
    char path[PATH_MAX];
    enum sk_error e = sk_lmdb_path(kv->folder, next, "", path);

    if (made == NULL) {
        return SK_ERR_MEMORY;
    }
    if (e != SK_OK) {
        goto out;
    }
    made->generation = next;
    made->size = kv->size;
    e = sk_lmdb_file_open(&made->file, path, &use);
    if (e == SK_OK && made->size > 0) {
        e = sk_lmdb_file_reserve(made->file);
    }
    if (e != SK_OK) {
        goto out;
    }
    c->to = made;
    e = copy_all(c);
out:
    sk_lmdb_free(made);
    return e == SK_OK ? sk_folder_sync(kv->folder) : e;
}

/*
 * Every writer waits for txn, so nothing is added to the old generation after the copy. A crash
 * before the mark is on disk leaves the old generation in force, after it the new one. When the
 * commit itself fails, either may be in force; both are whole, so both are left.
 */
static enum sk_error retire(struct sk_kv *kv, struct sk_txn *txn, uint32_t old)
{
    uint8_t mark[4];
    int lock;
    enum sk_error e = sk_lmdb_folder_lock(kv->folder, &lock);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    sk_put_u32(mark, old + 1);
    sk_lmdb_put(txn, SK_LMDB_OWN, sk_bytes("retired", 7), sk_bytes(mark, sizeof mark));
    e = sk_txn_commit(txn);
    if (e == SK_OK) {
        sk_lmdb_remove(kv->folder, old);
        e = sk_folder_sync(kv->folder);
    }
    int why = errno;

    close(lock);
    errno = why;
    return e;
}

enum sk_error sk_kv_rewrite(struct sk_kv *kv,
                            void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct copy c = {.from = sk_kv_begin(kv, true), .progress = progress, .ctx = ctx};
    uint32_t old = kv->generation;
    enum sk_error e = sk_txn_error_or(c.from, old < SK_LMDB_GENERATION_MAX ? SK_OK : SK_ERR_USAGE);

    if (e != SK_OK) {
        sk_txn_abort(c.from);
        return e;
    }
    /* What an interrupted rewrite left: this transaction sees to it that no other is running. */
    sk_lmdb_remove_others(kv->folder, old, true);
    e = make_next(kv, old + 1, &c);
    if (e != SK_OK) {
        sk_lmdb_remove(kv->folder, old + 1);
        sk_txn_abort(c.from);
        return e;
    }
    e = retire(kv, c.from, old);
    sk_lmdb_figure_outdate(kv);
    return e == SK_OK ? sk_lmdb_follow(kv, old) : e;
}
