#include "storage/kv_lmdb_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"
#include "storage/kv_lmdb.h"
#include "storage/kv_lmdb_names.h"

/* Of a part that grows: address space only. Room for the largest boards of all organisations that
 * can be pinned, two kept and one on its way, so that no reader ever meets a map that has become
 * too small. */
#define GROWING_MAP (UINT64_C(64) << 30)
#define SHAPE_MAX 40u /* bytes of the entry "shape" */

/* ---- the object --------------------------------------------------------------------- */

struct sk_kv *sk_lmdb_new(const struct sk_kv_shape *shape, const char *folder, bool writable)
{
    struct sk_kv *kv = calloc(1, sizeof *kv);

    if (kv != NULL) {
        kv->shape = shape;
        kv->writable = writable;
        snprintf(kv->folder, sizeof kv->folder, "%s", folder);
        pthread_rwlock_init(&kv->swap, NULL);
        pthread_mutex_init(&kv->figure.lock, NULL);
    }
    return kv;
}

void sk_lmdb_free(struct sk_kv *kv)
{
    int why = errno;

    if (kv == NULL) {
        return;
    }
    sk_lmdb_file_close(kv->file);
    pthread_mutex_destroy(&kv->figure.lock);
    pthread_rwlock_destroy(&kv->swap);
    free(kv);
    errno = why;
}

/* Closing and opening exclude each other: the last one who closes makes LMDB (0.9.30 and later)
 * destroy the locks in its lock file, and whoever opens at that moment would take them as they are.
 */
void sk_kv_close(struct sk_kv *kv)
{
    int why = errno, lock = -1;

    if (kv != NULL) {
        (void)sk_lmdb_folder_lock(kv->folder, &lock); /* without the folder nobody opens */
    }
    sk_lmdb_free(kv);
    if (lock >= 0) {
        close(lock);
    }
    errno = why;
}

/* ---- making one ----------------------------------------------------------------------- */

static size_t encode_shape(uint8_t out[SHAPE_MAX], const struct sk_kv_shape *shape)
{
    size_t n = strlen(shape->name) + 1;

    memcpy(out, shape->name, n);
    sk_put_u32(out + n, shape->version);
    return n + 4;
}

struct made {
    enum sk_error (*fill)(struct sk_txn *txn, void *ctx);
    void *ctx;
};

static enum sk_error fill_new(struct sk_kv *kv, void *ctx)
{
    const struct made *made = ctx;
    struct sk_txn *txn = sk_lmdb_begin_here(kv, true);
    uint8_t shape[SHAPE_MAX], size[8];
    size_t len = encode_shape(shape, kv->shape);

    sk_put_u64(size, kv->size);
    sk_lmdb_put(txn, SK_LMDB_OWN, sk_bytes("shape", 5), sk_bytes(shape, len));
    sk_lmdb_put(txn, SK_LMDB_OWN, sk_bytes("size", 4), sk_bytes(size, sizeof size));
    if (sk_txn_error(txn) == SK_OK) {
        sk_txn_fail(txn, made->fill(txn, made->ctx));
    }
    return sk_txn_commit(txn);
}

static enum sk_error fill_file(struct sk_kv *kv, const char *path,
                               const struct sk_lmdb_build *build)
{
    struct sk_lmdb_use use = {.shape = build->shape,
                              .map = build->size > 0 ? build->size + SK_LMDB_RESERVE : GROWING_MAP,
                              .make = true,
                              .writable = true};
    enum sk_error e = sk_lmdb_file_open(&kv->file, path, &use);

    if (e != SK_OK) {
        return e;
    }
    kv->size = build->size;
    if (build->reserve && build->size > 0) {
        e = sk_lmdb_file_reserve(kv->file);
    }
    return e == SK_OK ? build->fill(kv, build->ctx) : e;
}

static enum sk_error build_in(const char *folder, const char *path,
                              const struct sk_lmdb_build *build)
{
    char made[PATH_MAX], lock_file[PATH_MAX];
    int n = snprintf(made, sizeof made, "%s.new", path);
    int m = snprintf(lock_file, sizeof lock_file, "%s.new-lock", path);

    if (n < 0 || n >= PATH_MAX || m < 0 || m >= PATH_MAX) {
        return SK_ERR_USAGE;
    }
    struct sk_kv *kv = sk_lmdb_new(build->shape, folder, true);

    if (kv == NULL) {
        return SK_ERR_MEMORY;
    }
    unlink(made); /* of an interrupted run */
    enum sk_error e = fill_file(kv, made, build);

    sk_lmdb_free(kv);
    if (e == SK_OK && rename(made, path) != 0) {
        e = sk_error_of_errno(errno);
    }
    int why = errno;

    if (e != SK_OK) {
        unlink(made);
    }
    unlink(lock_file);
    errno = why;
    return e == SK_OK ? sk_folder_sync(folder) : e;
}

enum sk_error sk_lmdb_build(const char *address, const struct sk_lmdb_build *build)
{
    char folder[PATH_MAX], path[PATH_MAX];
    uint32_t present;
    int lock;
    enum sk_error e = sk_lmdb_folder_make(address, build->shape->name, folder);

    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_path(folder, 1, "", path);
    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_folder_lock(folder, &lock);
    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_lowest(folder, &present);
    e = e == SK_OK ? SK_ERR_EXISTS : e == SK_ERR_NOT_FOUND ? build_in(folder, path, build) : e;
    int why = errno;

    close(lock);
    errno = why;
    return e;
}

enum sk_error sk_kv_create(const char *address, const struct sk_kv_shape *shape, uint64_t size,
                           enum sk_error (*fill)(struct sk_txn *txn, void *ctx), void *ctx)
{
    struct made made = {fill, ctx};
    struct sk_lmdb_build build = {
        .shape = shape, .size = size, .reserve = true, .fill = fill_new, .ctx = &made};

    if (strlen(shape->name) + 5 > SHAPE_MAX || size > (uint64_t)INT64_MAX - SK_LMDB_RESERVE) {
        return SK_ERR_USAGE;
    }
    return sk_lmdb_build(address, &build);
}

/* ---- opening ---------------------------------------------------------------------------- */

/* Shape and size; *next: 0 if it is not retired. CORRUPT. */
static enum sk_error verify(struct sk_kv *kv, uint32_t *next)
{
    struct sk_txn *txn = sk_lmdb_begin_here(kv, false);
    uint8_t shape[SHAPE_MAX];
    size_t len = encode_shape(shape, kv->shape);
    struct sk_bytes value;

    *next = 0;
    if (!sk_lmdb_get(txn, SK_LMDB_OWN, sk_bytes("shape", 5), &value) || value.len != len ||
        memcmp(value.p, shape, len) != 0 ||
        !sk_lmdb_get(txn, SK_LMDB_OWN, sk_bytes("size", 4), &value) || value.len != 8) {
        sk_txn_fail(txn, SK_ERR_CORRUPT);
    } else {
        kv->size = sk_get_u64(value.p);
    }
    if (sk_lmdb_get(txn, SK_LMDB_OWN, sk_bytes("retired", 7), &value)) {
        *next = value.len == 4 ? sk_get_u32(value.p) : UINT32_MAX;
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    return e;
}

static enum sk_error open_generation(struct sk_kv *kv, uint32_t generation, uint32_t *next)
{
    struct sk_lmdb_use use = {.shape = kv->shape, .writable = kv->writable};
    char path[PATH_MAX];
    enum sk_error e = sk_lmdb_path(kv->folder, generation, "", path);

    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_file_open(&kv->file, path, &use);
    if (e != SK_OK) {
        return e;
    }
    e = verify(kv, next);
    if (e != SK_OK || *next != 0) {
        sk_lmdb_file_close(kv->file);
        kv->file = NULL;
        return e;
    }
    kv->generation = generation;
    return SK_OK;
}

static bool generation_exists(const struct sk_kv *kv, uint32_t generation)
{
    char path[PATH_MAX];

    return generation <= SK_LMDB_GENERATION_MAX &&
           sk_lmdb_path(kv->folder, generation, "", path) == SK_OK && access(path, F_OK) == 0;
}

/* Opens the generation in force in place of what is open; the caller holds swap exclusively, or has
 * kv alone. */
static enum sk_error attach(struct sk_kv *kv, bool remove_retired)
{
    uint32_t generation = 0, next = 0;
    int lock;
    enum sk_error e = sk_lmdb_folder_lock(kv->folder, &lock);

    sk_lmdb_file_close(kv->file);
    kv->file = NULL;
    if (e != SK_OK) {
        return e;
    }
    e = sk_lmdb_lowest(kv->folder, &generation);
    while (e == SK_OK) {
        e = open_generation(kv, generation, &next);
        if (e != SK_OK || next == 0) {
            break;
        }
        /* A mark whose target is missing must never lead back to an earlier generation. */
        e = next > generation && generation_exists(kv, next) ? SK_OK : SK_ERR_CORRUPT;
        generation = next;
    }
    if (e == SK_OK && remove_retired) {
        sk_lmdb_remove_others(kv->folder, generation, false);
    }
    int why = errno;

    close(lock);
    errno = why;
    return e;
}

enum sk_error sk_lmdb_follow(struct sk_kv *kv, uint32_t generation)
{
    enum sk_error e = SK_OK;

    pthread_rwlock_wrlock(&kv->swap);
    if (kv->file == NULL || kv->generation == generation) {
        e = attach(kv, false);
    }
    pthread_rwlock_unlock(&kv->swap);
    return e == SK_ERR_IO ? SK_ERR_STORE_AWAY : e;
}

enum sk_error sk_kv_open(struct sk_kv **out, const char *address, const struct sk_kv_shape *shape,
                         bool writable)
{
    char folder[PATH_MAX];
    int n = snprintf(folder, sizeof folder, "%s/%s", address, shape->name);

    if (n < 0 || n + 32 > PATH_MAX) {
        return SK_ERR_USAGE;
    }
    struct sk_kv *kv = sk_lmdb_new(shape, folder, writable);

    if (kv == NULL) {
        return SK_ERR_MEMORY;
    }
    errno = 0;
    enum sk_error e = attach(kv, writable);

    if (e != SK_OK) {
        sk_lmdb_free(kv);
        return e == SK_ERR_IO && errno == ENOTDIR ? SK_ERR_NOT_FOUND : e;
    }
    *out = kv;
    return SK_OK;
}

enum sk_error sk_kv_tick(struct sk_kv *kv)
{
    struct sk_txn *txn = sk_kv_begin(kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK) {
        e = sk_lmdb_file_clear_dead_readers(kv->file);
        sk_lmdb_hide(kv);
    }
    sk_txn_abort(txn);
    return e;
}

enum sk_error sk_kv_reserve(struct sk_kv *kv)
{
    struct sk_txn *txn = sk_kv_begin(kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK && kv->size > 0) {
        e = sk_lmdb_file_reserve(kv->file);
    }
    sk_txn_abort(txn);
    return e;
}

/* ---- locks --------------------------------------------------------------------------------- */

struct sk_kv_lock {
    int fd;
};

static enum sk_error lock_file(const char *path, int *out)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        return sk_error_of_errno(errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        enum sk_error e = errno == EWOULDBLOCK ? SK_ERR_LOCKED : sk_error_of_errno(errno);

        close(fd);
        return e;
    }
    sk_lmdb_hide_times(path);
    *out = fd;
    return SK_OK;
}

enum sk_error sk_kv_lock(const char *address, const char *name, struct sk_kv_lock **out)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s.lock", address, name);

    if (n < 0 || n >= PATH_MAX) {
        return SK_ERR_USAGE;
    }
    struct sk_kv_lock *lock = calloc(1, sizeof *lock);
    enum sk_error e = lock == NULL ? SK_ERR_MEMORY : lock_file(path, &lock->fd);

    if (e != SK_OK) {
        int why = errno;

        free(lock);
        errno = why;
        return e;
    }
    *out = lock;
    return SK_OK;
}

void sk_kv_unlock(struct sk_kv_lock *lock)
{
    if (lock != NULL) {
        close(lock->fd);
        free(lock);
    }
}
