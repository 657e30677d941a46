#include "storage/kv_lmdb_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/locked.h"
#include "storage/kv_lmdb_pages.h"
#include "storage/kv_lmdb_readers.h"

/* Readers of all processes together; each needs a slot only while its transaction lasts. */
#define READERS_MAX 512
/* LMDB's own table of free pages: a documented constant of its file format, used by its tools. */
#define FREE_TABLE 0
/* Tries to read the meta page before another transaction ends, which takes microseconds. */
#define TRIES_MAX 1000
#define OWN_TABLE "kv"

/* LMDB returns the system's reason, and may have changed errno since. */
enum sk_error sk_lmdb_error(int rc)
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

static int open_tables(struct sk_lmdb_file *file, const struct sk_lmdb_use *use)
{
    unsigned flags = use->make ? MDB_CREATE : 0;
    MDB_txn *txn;
    int rc = mdb_txn_begin(file->env, NULL, use->make ? 0 : MDB_RDONLY, &txn);

    if (rc != 0) {
        return rc;
    }
    rc = mdb_dbi_open(txn, OWN_TABLE, flags, &file->tables[SK_LMDB_OWN]);
    for (size_t i = 1; i < file->table_count && rc == 0; i++) {
        rc = mdb_dbi_open(txn, use->shape->tables[i - 1], flags, &file->tables[i]);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc == MDB_NOTFOUND ? MDB_INVALID : rc;
    }
    return mdb_txn_commit(txn); /* also for reading: it keeps the table handles */
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
        return sk_lmdb_error(rc);
    }
    bool newest = mdb_txn_id(txn) == number;

    mdb_txn_abort(txn);
    return newest ? SK_OK : SK_ERR_LOCKED;
}

/* CORRUPT: bytes in use are missing. LOCKED: other transactions ended meanwhile. */
static enum sk_error check_end(MDB_env *env)
{
    struct sk_pages_root root;
    MDB_txn *txn;
    uint64_t len = 0;
    int fd;
    int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return sk_lmdb_error(rc);
    }
    /* What a transaction sees was in the file before it began, and stays while it lasts. */
    enum sk_error e = sk_lmdb_error(file_length(env, &fd, &len));

    if (e != SK_OK) {
        goto out;
    }
    e = sk_pages_root(fd, mdb_txn_id(txn), &root);
    if (e != SK_OK && e != SK_ERR_CORRUPT) {
        goto out;
    }
    /* What does not read may have been torn by a newer transaction. */
    enum sk_error newest = still_newest(env, mdb_txn_id(txn));

    e = newest != SK_OK ? newest : e;
    if (e == SK_OK) {
        e = sk_pages_whole(fd, &root, len);
    }
out:
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
        return sk_lmdb_error(rc);
    }
    enum sk_error e = SK_ERR_LOCKED;

    for (int i = 0; i < TRIES_MAX && e == SK_ERR_LOCKED; i++) {
        e = check_end(env);
    }
    return e;
}

static int open_env(struct sk_lmdb_file *file, const char *path, const struct sk_lmdb_use *use)
{
    /* NOMEMINIT must stay off: without it pages are zeroed before they reach the disk. */
    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD | (use->writable ? 0 : MDB_RDONLY);
    int rc = mdb_env_create(&file->env);

    rc = rc != 0 ? rc : mdb_env_set_maxdbs(file->env, SK_KV_TABLES_MAX + 1);
    rc = rc != 0 ? rc : mdb_env_set_maxreaders(file->env, READERS_MAX);
    if (rc == 0 && use->map != 0) {
        rc = mdb_env_set_mapsize(file->env, (size_t)use->map);
    }
    return rc != 0 ? rc : mdb_env_open(file->env, path, flags, 0600);
}

static enum sk_error open_whole(struct sk_lmdb_file *file, const char *path,
                                const struct sk_lmdb_use *use)
{
    int dead, fd;
    enum sk_error e = sk_lock_file_reserve(path, READERS_MAX);

    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_error(open_env(file, path, use));
    if (e != SK_OK) {
        return e;
    }
    if (!use->make) {
        e = check_length(file->env);
        if (e != SK_OK) {
            return e;
        }
    }
    e = sk_lmdb_error(mdb_reader_check(file->env, &dead));
    if (e != SK_OK) {
        return e;
    }
    if (mdb_env_get_fd(file->env, &fd) == 0) {
        sk_memory_unlock_file(fd);
    }
    return sk_lmdb_error(open_tables(file, use));
}

static enum sk_error check_path(const char *path, bool make)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        return make && errno == ENOENT ? SK_OK : sk_lmdb_error(errno);
    }
    if (make) {
        return SK_ERR_EXISTS;
    }
    return S_ISREG(st.st_mode) && st.st_size > 0 ? SK_OK : SK_ERR_CORRUPT;
}

enum sk_error sk_lmdb_file_open(struct sk_lmdb_file **out, const char *path,
                                const struct sk_lmdb_use *use)
{
    enum sk_error e =
        use->shape->table_count <= SK_KV_TABLES_MAX ? check_path(path, use->make) : SK_ERR_USAGE;

    if (e != SK_OK) {
        return e;
    }
    struct sk_lmdb_file *file = calloc(1, sizeof *file);

    if (file == NULL) {
        return SK_ERR_MEMORY;
    }
    file->table_count = use->shape->table_count + 1;
    e = open_whole(file, path, use);
    if (e != SK_OK) {
        sk_lmdb_file_close(file);
        return e;
    }
    *out = file;
    return SK_OK;
}

void sk_lmdb_file_close(struct sk_lmdb_file *file)
{
    int why = errno; /* of what went wrong before */

    if (file == NULL) {
        return;
    }
    if (file->env != NULL) {
        mdb_env_close(file->env);
    }
    free(file);
    errno = why;
}

/* ---- space ---------------------------------------------------------------------- */

uint64_t sk_lmdb_file_map(const struct sk_lmdb_file *file)
{
    MDB_envinfo info;

    return mdb_env_info(file->env, &info) == 0 ? info.me_mapsize : 0;
}

enum sk_error sk_lmdb_file_reserve(const struct sk_lmdb_file *file)
{
    uint64_t size = sk_lmdb_file_map(file), len;
    int fd;
    int rc = file_length(file->env, &fd, &len);

    if (rc == 0 && len < size) {
        rc = posix_fallocate(fd, (off_t)len, (off_t)(size - len));
        if (rc == 0 && fsync(fd) != 0) {
            rc = errno;
        }
    }
    return sk_lmdb_error(rc);
}

enum sk_error sk_lmdb_file_clear_dead_readers(const struct sk_lmdb_file *file)
{
    int dead;

    return sk_lmdb_error(mdb_reader_check(file->env, &dead));
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

enum sk_error sk_lmdb_file_used(const struct sk_lmdb_file *file, uint64_t *bytes)
{
    MDB_txn *txn;
    uint64_t unused = 0, pages, page_bytes;
    int rc = mdb_txn_begin(file->env, NULL, MDB_RDONLY, &txn);

    if (rc != 0) {
        return sk_lmdb_error(rc);
    }
    rc = count_free(txn, &unused);
    mdb_txn_abort(txn);
    rc = rc != 0 ? rc : geometry(file->env, &pages, &page_bytes);
    if (rc == 0) {
        *bytes = (pages > unused ? pages - unused : 0) * page_bytes;
    }
    return sk_lmdb_error(rc);
}
