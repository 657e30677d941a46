/* The engine on LMDB: making and opening a part of a store, and following a rewrite. */
#ifndef SK_STORAGE_KV_LMDB_STORE_H
#define SK_STORAGE_KV_LMDB_STORE_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "storage/kv.h"
#include "storage/kv_lmdb_file.h"
#include "storage/kv_lmdb_space.h"

/* On top of the size that may be used, so that deleting works when that is used up. */
#define SK_LMDB_RESERVE (UINT64_C(16) << 20)

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
/* What sk_kv_close() does where the folder is locked, or nobody else can open the file. */
void sk_lmdb_free(struct sk_kv *kv);
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

#endif
