#include "gateway/intake/context_pool.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "keys/base/secret.h"

#define KEPT_MAX 32

struct sk_context_pool {
    pthread_mutex_t mutex;
    struct sk_context *kept;
    unsigned count;
};

static void context_free(struct sk_context *context)
{
    if (context == NULL) {
        return;
    }
    sk_report_free(context->report);
    sk_secret_free(context->secrets);
    free(context);
}

static struct sk_context *context_new(void)
{
    struct sk_context *context = calloc(1, sizeof *context);

    if (context == NULL) {
        return NULL;
    }
    context->report = sk_report_new();
    context->secrets = sk_secret_new(sizeof *context->secrets);
    if (context->report == NULL || context->secrets == NULL) {
        context_free(context);
        return NULL;
    }
    return context;
}

struct sk_context_pool *sk_context_pool_new(void)
{
    struct sk_context_pool *pool = calloc(1, sizeof *pool);

    if (pool == NULL || pthread_mutex_init(&pool->mutex, NULL) != 0) {
        free(pool);
        return NULL;
    }
    return pool;
}

void sk_context_pool_free(struct sk_context_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    while (pool->kept != NULL) {
        struct sk_context *context = pool->kept;
        pool->kept = context->next;
        context_free(context);
    }
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

struct sk_context *sk_context_pool_take(struct sk_context_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    struct sk_context *context = pool->kept;
    if (context != NULL) {
        pool->kept = context->next;
        pool->count--;
    }
    pthread_mutex_unlock(&pool->mutex);
    return context != NULL ? context : context_new();
}

void sk_context_pool_return(struct sk_context_pool *pool, struct sk_context *context)
{
    if (context == NULL) {
        return;
    }
    sk_report_reset(context->report);
    sodium_memzero(context->secrets, sizeof *context->secrets);
    pthread_mutex_lock(&pool->mutex);
    bool keep = pool->count < KEPT_MAX;
    if (keep) {
        context->next = pool->kept;
        pool->kept = context;
        pool->count++;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (!keep) {
        context_free(context);
    }
}
