/* The engine on LMDB: one data file, opened safely. */
#ifndef SK_STORAGE_KV_LMDB_FILE_H
#define SK_STORAGE_KV_LMDB_FILE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "storage/kv.h"

/* The first table of a file is the engine's own:
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

#endif
