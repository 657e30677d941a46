/*
 * What the files of the LMDB engine share; nothing else includes it.
 *
 * ADDRESS/PART/NNNNNNNN.mdb is a generation of a part; normally there is one. A rewrite makes the
 * next one, then marks the old one as retired in the old one's own table "kv": that commit is the
 * swap. Every transaction looks for the mark first, and follows it. The rule at opening: the lowest
 * generation, unless it is retired, then the one it names. A higher generation that no mark leads
 * to is what a broken-off rewrite left behind.
 *
 * The part's folder is locked (flock) while a generation is chosen and opened, and while one is
 * retired and removed: otherwise an opener could make a file anew that was removed just then.
 */
#ifndef SK_STORAGE_KV_LMDB_H
#define SK_STORAGE_KV_LMDB_H

#include <limits.h>
#include <lmdb.h>
#include <pthread.h>

#include "storage/kv.h"

/* On top of the size that may be used, so that deleting works when that is used up. */
#define SK_LMDB_RESERVE (UINT64_C(16) << 20)
#define SK_LMDB_GENERATION_MAX 99999999u
/* A value that does not fit beside others has pages of its own, behind one header. */
#define SK_LMDB_PAGE 4096u
#define SK_LMDB_PAGE_HEADER 16u

/* ---- kv_lmdb_file.c: one data file -------------------------------------------------------------
 */

/* Its first table is the engine's own:
 * "shape"   -> the part's name, a zero, u32 version
 * "size"    -> u64 bytes that may be used; 0: it grows
 * "retired" -> u32 next generation */
#define SK_LMDB_OWN 0

struct sk_lmdb_file {
    MDB_env *env;
    size_t table_count; /* with the engine's own */
    MDB_dbi tables[SK_KV_TABLES_MAX + 1];
};

struct sk_lmdb_use {
    const struct sk_kv_shape *shape;
    uint64_t map; /* bytes of address space; 0: as the file was made with */
    bool make;    /* it is not there */
    bool writable;
};

/* errno: the system's reason, or 0. */
enum sk_error sk_lmdb_error(int rc);
/* NOT_FOUND, EXISTS, FULL (also for the lock file beside it), LOCKED, MEMORY, CORRUPT, IO. */
enum sk_error sk_lmdb_file_open(struct sk_lmdb_file **out, const char *path,
                                const struct sk_lmdb_use *use);
void sk_lmdb_file_close(struct sk_lmdb_file *file); /* keeps errno */
uint64_t sk_lmdb_file_map(const struct sk_lmdb_file *file);
enum sk_error sk_lmdb_file_reserve(const struct sk_lmdb_file *file); /* the whole map, on disk */
enum sk_error sk_lmdb_file_used(const struct sk_lmdb_file *file, uint64_t *bytes);
enum sk_error sk_lmdb_file_clear_dead_readers(const struct sk_lmdb_file *file);

/* ---- kv_lmdb_names.c: folders and names
 * ---------------------------------------------------------- */

/* Makes parent/name (and parent, if only that is missing), mode 0700. out: PATH_MAX bytes, with
 * room left for a file name of 32 bytes. Present already is no error. USAGE, NOT_FOUND, FULL, IO.
 */
enum sk_error sk_lmdb_folder_make(const char *parent, const char *name, char *out);
/* Waits; close(*fd) unlocks. It excludes other callers of this, in any process and thread. */
enum sk_error sk_lmdb_folder_lock(const char *folder, int *fd);

/* out: PATH_MAX bytes. suffix: "" or "-lock". USAGE when too long. */
enum sk_error sk_lmdb_path(const char *folder, uint32_t generation, const char *suffix, char *out);
enum sk_error sk_lmdb_lowest(const char *folder, uint32_t *generation); /* NOT_FOUND, IO */
void sk_lmdb_remove(const char *folder, uint32_t generation);           /* keeps errno */
/* Removes all that are lower (or, with higher, all that are not `keep`). */
void sk_lmdb_tidy(const char *folder, uint32_t keep, bool higher);
/* The times of the file say the day, not the moment. */
void sk_lmdb_hide_times(const char *path);

/* ---- kv_lmdb_store.c: a part
 * ----------------------------------------------------------------------- */

/* Used space as last counted, and what changed since; guarded by its lock. */
struct sk_lmdb_figure {
    pthread_mutex_t lock;
    uint64_t used;
    int64_t added;
    uint64_t counted; /* milliseconds of the monotonic clock; 0: never, or out of date */
};

struct sk_kv {
    const struct sk_kv_shape *shape;
    char folder[PATH_MAX];
    bool writable;
    uint64_t size;
    pthread_rwlock_t swap;     /* shared during a transaction, exclusive to change the next two */
    struct sk_lmdb_file *file; /* NULL after a failed follow: the next transaction tries again */
    uint32_t generation;
    struct sk_lmdb_figure figure;
};

/* Without a file yet. NULL: no memory. folder: shorter than PATH_MAX. */
struct sk_kv *sk_lmdb_new(const struct sk_kv_shape *shape, const char *folder, bool writable);
/* Builds `path` beside its place, then renames it there. Under the folder's lock. EXISTS, or what
 * fill says; then nothing is left. size: 0 grows. */
struct sk_lmdb_build {
    const struct sk_kv_shape *shape;
    uint64_t size;
    bool reserve;
    enum sk_error (*fill)(struct sk_kv *made, void *ctx);
    void *ctx;
};
enum sk_error sk_lmdb_build(const char *address, const struct sk_lmdb_build *build);
/* Changes over from a retired generation, unless another thread did already. */
enum sk_error sk_lmdb_follow(struct sk_kv *kv, uint32_t generation);

/* ---- kv_lmdb.c: transactions
 * ------------------------------------------------------------------------ */

struct sk_txn {
    struct sk_kv *kv;
    MDB_txn *mdb;
    enum sk_error error;
    bool write, locked;                        /* locked: holds kv->swap shared */
    int64_t added;                             /* what the figure is to count */
    MDB_cursor *cursors[SK_KV_TABLES_MAX + 1]; /* opened at first use */
};

/* Of the file that is open, whatever marks it has, and without the lock: nobody else uses kv. */
struct sk_txn *sk_lmdb_begin_here(struct sk_kv *kv, bool write);

/* The times of its files say the day, if its shape asks for that. */
void sk_lmdb_hide(const struct sk_kv *kv);

/* Table numbers here count the engine's own. */
#define SK_LMDB_TABLE(table) ((table) + 1)
bool sk_lmdb_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value);
void sk_lmdb_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
/* For a key above all others of the table: fills pages in order. */
void sk_lmdb_append(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
bool sk_lmdb_move(struct sk_txn *txn, size_t table, bool past, struct sk_bytes *key,
                  struct sk_bytes *value);
uint64_t sk_lmdb_count(struct sk_txn *txn, size_t table);

/* ---- kv_lmdb_space.c
 * ---------------------------------------------------------------------------------- */

void sk_lmdb_figure_add(struct sk_kv *kv, int64_t bytes);
void sk_lmdb_figure_outdate(struct sk_kv *kv);

#endif
