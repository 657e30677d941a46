#include "storage/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/locked.h"
#include "storage/engine_lock.h"
#include "storage/engine_pages.h"

/* Readers of all processes together; each needs a slot only while its transaction lasts. */
#define READERS_MAX 512
/* LMDB's own table of free pages: a documented constant of its file format, used by its tools. */
#define FREE_TABLE 0
/* Times that a transaction may end between two looks which are microseconds apart. */
#define LOOKS_MAX 1000

struct sk_engine {
    MDB_env *env;
    bool writable;
    size_t table_count;
    MDB_dbi tables[SK_ENGINE_TABLES_MAX];
};

struct sk_txn {
    struct sk_engine *engine;
    MDB_txn *mdb;
    enum sk_error error;
    MDB_cursor *cursors[SK_ENGINE_TABLES_MAX]; /* opened at first use */
};

/* What sk_txn_begin returns when not even a transaction could be allocated. Nothing writes to it:
 * every operation returns early on an error. */
static struct sk_txn no_memory = {.error = SK_ERR_MEMORY};

/* errno: the system's reason, which LMDB returns and may have called others since; 0 for its own. */
static enum sk_error error_of(int rc)
{
    if (rc != 0) {
        errno = rc > 0 ? rc : 0;
    }
    switch (rc) {
    case MDB_SUCCESS:
        return SK_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return SK_ERR_NOT_FOUND;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SK_ERR_FULL;
    case ENOMEM:
        return SK_ERR_MEMORY;
    case MDB_READERS_FULL:
    case EAGAIN:
    case EBUSY:
        return SK_ERR_LOCKED;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return SK_ERR_CORRUPT;
    default:
        return SK_ERR_IO;
    }
}

/* ---- opening ---------------------------------------------------------------- */

static int open_tables(struct sk_engine *engine, bool make, const char *const *names)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(engine->env, NULL, make ? 0 : MDB_RDONLY, &txn);

    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; i < engine->table_count && rc == 0; i++) {
        rc = mdb_dbi_open(txn, names[i], make ? MDB_CREATE : 0, &engine->tables[i]);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc == MDB_NOTFOUND ? MDB_INVALID : rc;
    }
    return mdb_txn_commit(txn); /* also for reading: it keeps the table handles */
}

static int open_table(struct sk_engine *engine, bool make, const char *name)
{
    MDB_dbi *table = &engine->tables[engine->table_count];
    MDB_txn *txn;
    int rc = mdb_txn_begin(engine->env, NULL, make ? 0 : MDB_RDONLY, &txn);

    if (rc != 0) {
        return rc;
    }
    rc = mdb_dbi_open(txn, name, make ? MDB_CREATE : 0, table);
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

enum sk_error sk_engine_add_table(struct sk_engine *engine, const char *name)
{
    if (engine->table_count == SK_ENGINE_TABLES_MAX) {
        return SK_ERR_USAGE;
    }
    int rc = open_table(engine, false, name);

    if (rc == MDB_NOTFOUND && engine->writable) {
        rc = open_table(engine, true, name);
    }
    if (rc == 0) {
        engine->table_count++;
    }
    return error_of(rc);
}

static int geometry(MDB_env *env, uint64_t *pages, uint64_t *page_bytes)
{
    MDB_envinfo info;
    MDB_stat st;
    int rc = mdb_env_info(env, &info);

    rc = rc != 0 ? rc : mdb_env_stat(env, &st);
    if (rc == 0) {
        *pages = (uint64_t)info.me_last_pgno + 1;
        *page_bytes = st.ms_psize;
    }
    return rc;
}

static int file_length(MDB_env *env, int *fd, uint64_t *len)
{
    struct stat st;
    int rc = mdb_env_get_fd(env, fd);

    if (rc == 0 && fstat(*fd, &st) != 0) {
        rc = errno;
    }
    if (rc == 0) {
        *len = (uint64_t)st.st_size;
    }
    return rc;
}

/* SK_OK while no transaction has ended since the one with this number. */
static enum sk_error still_newest(MDB_env *env, uint64_t number)
{
    MDB_txn *txn;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return error_of(rc);
    }
    bool newest = mdb_txn_id(txn) == number;

    mdb_txn_abort(txn);
    return newest ? SK_OK : SK_ERR_LOCKED;
}

/* What a transaction sees was in the file before it began, and stays while it lasts. */
static enum sk_error look_at_end(MDB_env *env)
{
    struct sk_pages_root root;
    MDB_txn *txn;
    uint64_t len = 0;
    int fd;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return error_of(rc);
    }
    enum sk_error e = error_of(file_length(env, &fd, &len));

    if (e == SK_OK) {
        e = sk_pages_root(fd, mdb_txn_id(txn), &root);
    }
    if (e == SK_OK || e == SK_ERR_CORRUPT) { /* torn by a newer transaction, or really so */
        enum sk_error newest = still_newest(env, mdb_txn_id(txn));

        e = newest != SK_OK ? newest : e;
    }
    if (e == SK_OK) {
        e = sk_pages_whole(fd, &root, len);
    }
    mdb_txn_abort(txn);
    return e;
}

/* A file that lost its end would raise SIGBUS when a page beyond it is touched. One that ends in
 * pages which were freed before they were ever written is shorter than it counts, and whole. */
static enum sk_error check_length(MDB_env *env)
{
    uint64_t pages, page_bytes, len;
    int fd;
    int rc = geometry(env, &pages, &page_bytes);

    rc = rc != 0 ? rc : file_length(env, &fd, &len);
    if (rc != 0 || len / page_bytes >= pages) {
        return error_of(rc);
    }
    enum sk_error e = SK_ERR_LOCKED;

    for (int i = 0; i < LOOKS_MAX && e == SK_ERR_LOCKED; i++) {
        e = look_at_end(env);
    }
    return e;
}

static int open_lmdb(struct sk_engine *engine, const char *path, uint64_t size)
{
    /* NOMEMINIT must stay off: without it pages are zeroed before they reach the disk. */
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD | (engine->writable ? 0 : MDB_RDONLY);
    int rc = mdb_env_create(&engine->env);

    rc = rc != 0 ? rc : mdb_env_set_maxdbs(engine->env, SK_ENGINE_TABLES_MAX);
    rc = rc != 0 ? rc : mdb_env_set_maxreaders(engine->env, READERS_MAX);
    if (rc == 0 && size != 0) {
        rc = mdb_env_set_mapsize(engine->env, (size_t)size);
    }
    return rc != 0 ? rc : mdb_env_open(engine->env, path, flags, 0600);
}

static enum sk_error open_env(struct sk_engine *engine, const char *path, uint64_t size, bool make)
{
    int dead;
    enum sk_error e = sk_lock_file_reserve(path, READERS_MAX);

    if (e == SK_OK) {
        e = error_of(open_lmdb(engine, path, size));
    }
    if (e == SK_OK && !make) {
        e = check_length(engine->env);
    }
    return e == SK_OK ? error_of(mdb_reader_check(engine->env, &dead)) : e;
}

enum sk_error sk_engine_open(struct sk_engine **out, const char *path, uint64_t size,
                             bool preallocate, bool writable, const char *const *tables,
                             size_t table_count)
{
    struct stat st;
    bool absent = stat(path, &st) != 0;

    if (table_count > SK_ENGINE_TABLES_MAX) {
        return SK_ERR_USAGE;
    }
    if (absent && (errno != ENOENT || !writable)) {
        return error_of(errno);
    }
    if (!absent && (!S_ISREG(st.st_mode) || st.st_size == 0)) {
        return SK_ERR_CORRUPT;
    }
    struct sk_engine *engine = calloc(1, sizeof *engine);

    if (engine == NULL) {
        return SK_ERR_MEMORY;
    }
    engine->writable = writable;
    engine->table_count = table_count;
    enum sk_error e = open_env(engine, path, size, absent);
    int fd;

    if (e == SK_OK && mdb_env_get_fd(engine->env, &fd) == 0) {
        sk_memory_unlock_file(fd);
    }

    if (e == SK_OK) {
        e = error_of(open_tables(engine, absent, tables));
    }
    if (e == SK_OK && preallocate) {
        e = sk_engine_preallocate(engine);
    }
    if (e != SK_OK) {
        sk_engine_close(engine);
        return e;
    }
    *out = engine;
    return SK_OK;
}

void sk_engine_close(struct sk_engine *engine)
{
    int why = errno; /* of what went wrong before, for whoever says so */

    if (engine == NULL) {
        return;
    }
    if (engine->env != NULL) {
        mdb_env_close(engine->env);
    }
    free(engine);
    errno = why;
}

uint64_t sk_engine_size(struct sk_engine *engine)
{
    MDB_envinfo info;

    return mdb_env_info(engine->env, &info) == 0 ? info.me_mapsize : 0;
}

enum sk_error sk_engine_preallocate(struct sk_engine *engine)
{
    uint64_t size = sk_engine_size(engine), len;
    int fd;
    int rc = file_length(engine->env, &fd, &len);

    if (rc == 0 && len < size) {
        rc = posix_fallocate(fd, (off_t)len, (off_t)(size - len));
        if (rc == 0 && fsync(fd) != 0) {
            rc = errno;
        }
    }
    return error_of(rc);
}

/* ---- transactions ------------------------------------------------------------ */

struct sk_txn *sk_txn_begin(struct sk_engine *engine, bool write)
{
    struct sk_txn *txn = calloc(1, sizeof *txn);

    if (txn == NULL) {
        return &no_memory;
    }
    txn->engine = engine;
    txn->error = error_of(mdb_txn_begin(engine->env, NULL, write ? 0 : MDB_RDONLY, &txn->mdb));
    if (txn->error != SK_OK) {
        txn->mdb = NULL;
    }
    return txn;
}

enum sk_error sk_txn_error(const struct sk_txn *txn)
{
    return txn->error;
}

static void close_cursors(struct sk_txn *txn)
{
    for (size_t i = 0; i < SK_ENGINE_TABLES_MAX; i++) {
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
    free(txn);
}

enum sk_error sk_txn_commit(struct sk_txn *txn)
{
    enum sk_error e = txn->error;

    if (e == SK_OK) {
        close_cursors(txn);
        e = error_of(mdb_txn_commit(txn->mdb));
        txn->mdb = NULL; /* freed, also when the commit failed */
    }
    sk_txn_abort(txn);
    return e;
}

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

bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value)
{
    MDB_val k = val_of(key), v;

    if (txn->error != SK_OK) {
        return false;
    }
    int rc = mdb_get(txn->mdb, txn->engine->tables[table], &k, &v);

    if (rc != 0) {
        txn->error = rc == MDB_NOTFOUND ? SK_OK : error_of(rc);
        return false;
    }
    *value = bytes_of(&v);
    return true;
}

uint64_t sk_txn_count(struct sk_txn *txn, size_t table)
{
    MDB_stat st;

    if (txn->error != SK_OK) {
        return 0;
    }
    txn->error = error_of(mdb_stat(txn->mdb, txn->engine->tables[table], &st));
    return txn->error == SK_OK ? st.ms_entries : 0;
}

static void put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value,
                unsigned flags)
{
    MDB_val k = val_of(key), v = val_of(value);

    if (txn->error == SK_OK) {
        txn->error = error_of(mdb_put(txn->mdb, txn->engine->tables[table], &k, &v, flags));
    }
}

void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    put(txn, table, key, value, 0);
}

void sk_txn_append(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    put(txn, table, key, value, MDB_APPEND);
}

void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key)
{
    MDB_val k = val_of(key);

    if (txn->error == SK_OK) {
        int rc = mdb_del(txn->mdb, txn->engine->tables[table], &k, NULL);

        txn->error = rc == MDB_NOTFOUND ? SK_OK : error_of(rc);
    }
}

void sk_txn_clear(struct sk_txn *txn, size_t table)
{
    if (txn->error == SK_OK) {
        txn->error = error_of(mdb_drop(txn->mdb, txn->engine->tables[table], 0));
    }
}

static MDB_cursor *cursor_of(struct sk_txn *txn, size_t table)
{
    if (txn->error == SK_OK && txn->cursors[table] == NULL) {
        txn->error =
            error_of(mdb_cursor_open(txn->mdb, txn->engine->tables[table], &txn->cursors[table]));
    }
    return txn->error == SK_OK ? txn->cursors[table] : NULL;
}

static bool move(struct sk_txn *txn, size_t table, bool past, struct sk_bytes *key,
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
        txn->error = rc == MDB_NOTFOUND ? SK_OK : error_of(rc);
        return false;
    }
    *key = bytes_of(&k);
    *value = bytes_of(&v);
    return true;
}

bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return move(txn, table, false, key, value);
}

bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return move(txn, table, true, key, value);
}

/* ---- upkeep ------------------------------------------------------------------- */

enum sk_error sk_engine_clear_dead_readers(struct sk_engine *engine)
{
    int dead;

    return error_of(mdb_reader_check(engine->env, &dead));
}

/* Each entry of the free table is one transaction's list of pages, its length first. */
static int count_free(MDB_txn *txn, uint64_t *pages)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_cursor_open(txn, FREE_TABLE, &cursor);

    if (rc != 0) {
        return rc;
    }
    *pages = 0;
    while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        size_t n;

        memcpy(&n, v.mv_data, sizeof n);
        *pages += n;
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

enum sk_error sk_engine_used(struct sk_engine *engine, uint64_t *bytes)
{
    MDB_txn *txn;
    uint64_t unused = 0, pages, page_bytes;
    int rc = mdb_txn_begin(engine->env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return error_of(rc);
    }
    rc = count_free(txn, &unused);
    mdb_txn_abort(txn);
    rc = rc != 0 ? rc : geometry(engine->env, &pages, &page_bytes);
    if (rc == 0) {
        *bytes = (pages > unused ? pages - unused : 0) * page_bytes;
    }
    return error_of(rc);
}
