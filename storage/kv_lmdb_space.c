#include "storage/kv_lmdb_space.h"

#include <time.h>

#include "storage/kv_lmdb.h"

#define STALE_MS 1000u

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000 + 1;
}

uint64_t sk_kv_cost(size_t len)
{
    return ((uint64_t)len + SK_LMDB_PAGE_HEADER + SK_LMDB_PAGE - 1) / SK_LMDB_PAGE * SK_LMDB_PAGE;
}

void sk_lmdb_figure_add(struct sk_kv *kv, int64_t bytes)
{
    pthread_mutex_lock(&kv->figure.lock);
    kv->figure.added += bytes;
    pthread_mutex_unlock(&kv->figure.lock);
}

void sk_lmdb_figure_outdate(struct sk_kv *kv)
{
    pthread_mutex_lock(&kv->figure.lock);
    kv->figure.counted = 0;
    pthread_mutex_unlock(&kv->figure.lock);
}

/* Counting the free pages walks a table; between two walks, the bytes that were put are added up.
 * Deletions show at the next walk: the figure errs towards full. */
static enum sk_error count(struct sk_kv *kv)
{
    struct sk_lmdb_figure *figure = &kv->figure;
    uint64_t used = 0;

    pthread_mutex_lock(&figure->lock);
    int64_t before = figure->added;

    pthread_mutex_unlock(&figure->lock);
    struct sk_txn *txn = sk_kv_begin(kv, false); /* of the generation in force */
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK) {
        e = sk_lmdb_file_used(kv->file, &used);
    }
    sk_txn_abort(txn);
    if (e != SK_OK) {
        return e;
    }
    pthread_mutex_lock(&figure->lock);
    figure->used = used;
    figure->added -= before;
    figure->counted = now_ms();
    pthread_mutex_unlock(&figure->lock);
    return SK_OK;
}

enum sk_error sk_kv_space(struct sk_kv *kv, bool exact, struct sk_kv_space *out)
{
    struct sk_lmdb_figure *figure = &kv->figure;

    pthread_mutex_lock(&figure->lock);
    bool stale = figure->counted == 0 || now_ms() - figure->counted > STALE_MS;

    pthread_mutex_unlock(&figure->lock);
    if (stale || exact) {
        enum sk_error e = count(kv);

        if (e != SK_OK) {
            return e;
        }
    }
    pthread_mutex_lock(&figure->lock);
    int64_t used = (int64_t)figure->used + figure->added;

    out->size = kv->size;
    out->used = used > 0 ? (uint64_t)used : 0;
    pthread_mutex_unlock(&figure->lock);
    return SK_OK;
}
