/* The engine on LMDB: how much of the space is used, between two counts. */
#ifndef SK_STORAGE_KV_LMDB_SPACE_H
#define SK_STORAGE_KV_LMDB_SPACE_H

#include <pthread.h>
#include <stdint.h>

struct sk_kv;

/* Used space as last counted, and the change since; guarded by its lock. */
struct sk_lmdb_figure {
    pthread_mutex_t lock;
    uint64_t used;
    int64_t added;
    uint64_t counted; /* milliseconds of the monotonic clock; 0: never, or out of date */
};

/* What a committed transaction put, less what it replaced. */
void sk_lmdb_figure_add(struct sk_kv *kv, int64_t bytes);
/* The next question counts anew. */
void sk_lmdb_figure_outdate(struct sk_kv *kv);

#endif
