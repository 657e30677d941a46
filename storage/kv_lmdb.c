#include "storage/kv_lmdb.h"

#include <stdlib.h>
#include <string.h>

#include "storage/kv_lmdb_names.h"

_Static_assert((SK_KV_VALUE_BEST + SK_LMDB_PAGE_HEADER) % SK_LMDB_PAGE == 0, "wastes space");

/* The transaction of sk_kv_begin() when none could be allocated. Nothing writes to it: every
 * operation returns early on an error. */
static struct sk_txn no_memory = {.error = SK_ERR_MEMORY};

/* ---- beginning ------------------------------------------------------------------- */

struct sk_txn *sk_lmdb_begin_here(struct sk_kv *kv, bool write)
{
    struct sk_txn *txn = calloc(1, sizeof *txn);

    if (txn == NULL) {
        return &no_memory;
    }
    txn->kv = kv;
    txn->write = write;
    txn->error =
        sk_lmdb_error(mdb_txn_begin(kv->file->env, NULL, write ? 0 : MDB_RDONLY, &txn->mdb));
    if (txn->error != SK_OK) {
        txn->mdb = NULL;
    }
    return txn;
}

/* With kv->swap held shared: the transaction holds it from here on. */
static struct sk_txn *begin(struct sk_kv *kv, bool write)
{
    struct sk_txn *txn = sk_lmdb_begin_here(kv, write);

    if (txn == &no_memory) {
        pthread_rwlock_unlock(&kv->swap);
    } else {
        txn->locked = true;
    }
    return txn;
}

static struct sk_txn *refused(enum sk_error e)
{
    struct sk_txn *txn = calloc(1, sizeof *txn);

    if (txn == NULL) {
        return &no_memory;
    }
    txn->error = e;
    return txn;
}

static bool retired(struct sk_txn *txn)
{
    struct sk_bytes value;

    return sk_lmdb_get(txn, SK_LMDB_OWN, sk_bytes("retired", 7), &value);
}

struct sk_txn *sk_kv_begin(struct sk_kv *kv, bool write)
{
    for (;;) {
        pthread_rwlock_rdlock(&kv->swap);
        uint32_t generation = kv->generation;

        if (kv->file == NULL) {
            pthread_rwlock_unlock(&kv->swap);
        } else {
            struct sk_txn *txn = begin(kv, write);

            if (!retired(txn)) {
                return txn;
            }
            sk_txn_abort(txn);
        }
        enum sk_error e = sk_lmdb_follow(kv, generation);

        if (e != SK_OK) {
            return refused(e);
        }
    }
}

enum sk_error sk_txn_error(const struct sk_txn *txn)
{
    return txn->error;
}

void sk_txn_fail(struct sk_txn *txn, enum sk_error error)
{
    if (txn->error == SK_OK) {
        txn->error = error;
    }
}

/* ---- ending ------------------------------------------------------------------------ */

static void close_cursors(struct sk_txn *txn)
{
    for (size_t i = 0; i <= SK_KV_TABLES_MAX; i++) {
        if (txn->cursors[i] != NULL) {
            mdb_cursor_close(txn->cursors[i]);
            txn->cursors[i] = NULL;
        }
    }
}

void sk_txn_abort(struct sk_txn *txn)
{
    if (txn == NULL || txn == &no_memory) {
        return;
    }
    close_cursors(txn);
    if (txn->mdb != NULL) {
        mdb_txn_abort(txn->mdb);
    }
    if (txn->locked) {
        pthread_rwlock_unlock(&txn->kv->swap);
    }
    free(txn);
}

void sk_lmdb_hide(const struct sk_kv *kv)
{
    static const char *const suffixes[] = {"", "-lock"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && kv->shape->hides_times; i++) {
        if (sk_lmdb_path(kv->folder, kv->generation, suffixes[i], path) == SK_OK) {
            sk_lmdb_hide_times(path);
        }
    }
}

/* LMDB does not tell whether it failed before its last write, the one that makes all of it valid,
 * or in that. Space can only be missing before. */
static enum sk_error outcome(int rc)
{
    enum sk_error e = sk_lmdb_error(rc);

    return e == SK_ERR_IO || e == SK_ERR_CORRUPT ? SK_ERR_STORE_UNKNOWN : e;
}

enum sk_error sk_txn_commit(struct sk_txn *txn)
{
    enum sk_error e = txn->error;

    if (e == SK_OK) {
        close_cursors(txn);
        e = outcome(mdb_txn_commit(txn->mdb));
        txn->mdb = NULL; /* freed, also when the commit failed */
        if (e == SK_OK) {
            sk_lmdb_figure_add(txn->kv, txn->added);
        }
    }
    if (txn->locked && txn->write) {
        sk_lmdb_hide(txn->kv);
    }
    sk_txn_abort(txn);
    return e;
}

/* ---- entries ----------------------------------------------------------------------- */

/* LMDB's MDB_val has no const; it does not write through either pointer. */
static MDB_val val_of(struct sk_bytes bytes)
{
    union {
        const uint8_t *in;
        void *out;
    } p = {.in = bytes.p};
    MDB_val val = {.mv_size = bytes.len, .mv_data = p.out};

    return val;
}

static struct sk_bytes bytes_of(const MDB_val *val)
{
    struct sk_bytes bytes = {.p = val->mv_data, .len = val->mv_size};

    return bytes;
}

static MDB_dbi dbi_of(const struct sk_txn *txn, size_t table)
{
    return txn->kv->file->tables[table];
}

bool sk_lmdb_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value)
{
    MDB_val k = val_of(key), v;

    if (txn->error != SK_OK) {
        return false;
    }
    int rc = mdb_get(txn->mdb, dbi_of(txn, table), &k, &v);

    if (rc != 0) {
        txn->error = rc == MDB_NOTFOUND ? SK_OK : sk_lmdb_error(rc);
        return false;
    }
    *value = bytes_of(&v);
    return true;
}

uint64_t sk_lmdb_count(struct sk_txn *txn, size_t table)
{
    MDB_stat st;

    if (txn->error != SK_OK) {
        return 0;
    }
    txn->error = sk_lmdb_error(mdb_stat(txn->mdb, dbi_of(txn, table), &st));
    return txn->error == SK_OK ? st.ms_entries : 0;
}

/* A long value has pages of its own. */
static int64_t cost_of(size_t len)
{
    return len > SK_LMDB_PAGE / 2 ? (int64_t)sk_kv_cost(len) : 0;
}

static int put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value,
               unsigned flags, size_t *before)
{
    MDB_val k = val_of(key), v = val_of(value);
    int rc = mdb_put(txn->mdb, dbi_of(txn, table), &k, &v, flags);

    *before = rc == MDB_KEYEXIST ? v.mv_size : 0;
    return rc;
}

void sk_lmdb_append(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    size_t before;

    if (txn->error == SK_OK) {
        txn->error = sk_lmdb_error(put(txn, table, key, value, MDB_APPEND, &before));
    }
}

/* An entry that exists is found by the first try, which tells its length, and replaced by the
 * second.
 */
void sk_lmdb_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    size_t before;

    if (txn->error != SK_OK) {
        return;
    }
    int rc = put(txn, table, key, value, MDB_NOOVERWRITE, &before);

    if (rc == MDB_KEYEXIST) {
        txn->added -= cost_of(before);
        rc = put(txn, table, key, value, 0, &before);
    }
    txn->added += cost_of(value.len);
    txn->error = sk_lmdb_error(rc);
}

static MDB_cursor *cursor_of(struct sk_txn *txn, size_t table)
{
    if (txn->error == SK_OK && txn->cursors[table] == NULL) {
        txn->error =
            sk_lmdb_error(mdb_cursor_open(txn->mdb, dbi_of(txn, table), &txn->cursors[table]));
    }
    return txn->error == SK_OK ? txn->cursors[table] : NULL;
}

bool sk_lmdb_move(struct sk_txn *txn, size_t table, bool past, struct sk_bytes *key,
                  struct sk_bytes *value)
{
    MDB_val wanted = val_of(*key), k = wanted, v;
    MDB_cursor *cursor = cursor_of(txn, table);

    if (cursor == NULL) {
        return false;
    }
    /* An empty key is none to LMDB: it stands for the beginning. */
    int rc = mdb_cursor_get(cursor, &k, &v, key->len == 0 ? MDB_FIRST : MDB_SET_RANGE);

    if (rc == 0 && past && k.mv_size == wanted.mv_size &&
        memcmp(k.mv_data, wanted.mv_data, k.mv_size) == 0) {
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    if (rc != 0) {
        txn->error = rc == MDB_NOTFOUND ? SK_OK : sk_lmdb_error(rc);
        return false;
    }
    *key = bytes_of(&k);
    *value = bytes_of(&v);
    return true;
}

/* ---- the header's ------------------------------------------------------------------ */

bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value)
{
    return sk_lmdb_get(txn, SK_LMDB_TABLE(table), key, value);
}

uint64_t sk_txn_count(struct sk_txn *txn, size_t table)
{
    return sk_lmdb_count(txn, SK_LMDB_TABLE(table));
}

void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    sk_lmdb_put(txn, SK_LMDB_TABLE(table), key, value);
}

bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return sk_lmdb_move(txn, SK_LMDB_TABLE(table), false, key, value);
}

bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return sk_lmdb_move(txn, SK_LMDB_TABLE(table), true, key, value);
}

void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key)
{
    MDB_val k = val_of(key);
    struct sk_bytes before;

    if (sk_txn_get(txn, table, key, &before)) {
        txn->added -= cost_of(before.len);
    }
    if (txn->error == SK_OK) {
        int rc = mdb_del(txn->mdb, dbi_of(txn, SK_LMDB_TABLE(table)), &k, NULL);

        txn->error = rc == MDB_NOTFOUND ? SK_OK : sk_lmdb_error(rc);
    }
}

size_t sk_txn_delete_prefix(struct sk_txn *txn, size_t table, struct sk_bytes prefix, size_t max)
{
    uint8_t first[SK_KV_KEY_MAX];
    struct sk_bytes key, value;
    size_t n = 0;

    if (prefix.len == 0 && max == SIZE_MAX) {
        n = (size_t)sk_txn_count(txn, table);
        if (txn->error == SK_OK) {
            txn->error = sk_lmdb_error(mdb_drop(txn->mdb, dbi_of(txn, SK_LMDB_TABLE(table)), 0));
        }
        return n;
    }
    for (; n < max; n++) {
        key = prefix;
        if (!sk_txn_seek(txn, table, &key, &value) || !sk_begins(key, prefix)) {
            break;
        }
        memcpy(first, key.p, key.len); /* the key's own memory moves when it is deleted */
        sk_txn_delete(txn, table, sk_bytes(first, key.len));
    }
    return txn->error == SK_OK ? n : 0;
}
