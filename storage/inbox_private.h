/* The inbox as its own files know it. */
#ifndef SK_STORAGE_INBOX_PRIVATE_H
#define SK_STORAGE_INBOX_PRIVATE_H

#include <pthread.h>

#include "storage/inbox.h"
#include "storage/kv.h"
#include "storage/record.h"

#define SK_INBOX_SIZE_MIN (UINT64_C(1) << 20)

/* Guarded by its lock. */
struct sk_admission {
    pthread_mutex_t lock;
    enum sk_room room;
    uint64_t hour; /* in which it was taken, since 1970; 0: not yet */
};

struct sk_announced;

struct sk_inbox {
    struct sk_kv *kv;
    char *address; /* of the store */
    uint64_t size; /* bytes that may be used */
    struct sk_admission admission;
    struct sk_announced *announced; /* uploads that have no byte yet */
    struct sk_writer *writer;
};

#endif
