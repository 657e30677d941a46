#include "storage/announced.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 8192

struct sk_announced {
    pthread_mutex_t lock;
    size_t next; /* the place that is taken next, and what is in it forgotten */
    bool used[PLACES];
    uint8_t keys[PLACES][SK_UPLOAD_KEY];
    struct sk_partial records[PLACES];
};

struct sk_announced *sk_announced_new(void)
{
    struct sk_announced *a = calloc(1, sizeof *a);

    if (a != NULL) {
        pthread_mutex_init(&a->lock, NULL);
    }
    return a;
}

void sk_announced_free(struct sk_announced *a)
{
    if (a != NULL) {
        pthread_mutex_destroy(&a->lock);
        free(a);
    }
}

/* PLACES: nowhere. */
static size_t place_of(const struct sk_announced *a, const uint8_t key[SK_UPLOAD_KEY])
{
    size_t i = 0;

    while (i < PLACES && !(a->used[i] && memcmp(a->keys[i], key, SK_UPLOAD_KEY) == 0)) {
        i++;
    }
    return i;
}

enum sk_error sk_announced_find(struct sk_announced *a, const uint8_t key[SK_UPLOAD_KEY],
                                struct sk_partial *out)
{
    pthread_mutex_lock(&a->lock);
    size_t i = place_of(a, key);
    bool found = i < PLACES;

    if (found) {
        *out = a->records[i];
    }
    pthread_mutex_unlock(&a->lock);
    return found ? SK_OK : SK_ERR_NOT_FOUND;
}

void sk_announced_put(struct sk_announced *a, const uint8_t key[SK_UPLOAD_KEY],
                      const struct sk_partial *record)
{
    pthread_mutex_lock(&a->lock);
    size_t i = place_of(a, key);

    if (i == PLACES) {
        i = a->next;
        a->next = (a->next + 1) % PLACES;
    }
    a->used[i] = true;
    memcpy(a->keys[i], key, SK_UPLOAD_KEY);
    a->records[i] = *record;
    pthread_mutex_unlock(&a->lock);
}

void sk_announced_drop(struct sk_announced *a, const uint8_t key[SK_UPLOAD_KEY])
{
    pthread_mutex_lock(&a->lock);
    size_t i = place_of(a, key);

    if (i < PLACES) {
        a->used[i] = false;
        sodium_memzero(&a->records[i], sizeof a->records[i]);
    }
    pthread_mutex_unlock(&a->lock);
}
