#include "gateway/gateway.h"

#include <time.h>

enum sk_error sk_holds_start(struct sk_holds *holds)
{
    pthread_condattr_t attributes;

    holds->count = 0;
    holds->closed = false;
    if (pthread_mutex_init(&holds->mutex, NULL) != 0 || pthread_condattr_init(&attributes) != 0) {
        return SK_ERR_MEMORY;
    }
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&holds->none, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed ? SK_ERR_MEMORY : SK_OK;
}

void sk_holds_stop(struct sk_holds *holds)
{
    pthread_cond_destroy(&holds->none);
    pthread_mutex_destroy(&holds->mutex);
}

bool sk_hold(struct sk_holds *holds)
{
    pthread_mutex_lock(&holds->mutex);
    bool open = !holds->closed;
    if (open) {
        holds->count++;
    }
    pthread_mutex_unlock(&holds->mutex);
    return open;
}

void sk_hold_anyway(struct sk_holds *holds)
{
    pthread_mutex_lock(&holds->mutex);
    holds->count++;
    pthread_mutex_unlock(&holds->mutex);
}

void sk_unhold(struct sk_holds *holds)
{
    pthread_mutex_lock(&holds->mutex);
    holds->count--;
    if (holds->count == 0) {
        pthread_cond_broadcast(&holds->none);
    }
    pthread_mutex_unlock(&holds->mutex);
}

void sk_holds_close(struct sk_holds *holds)
{
    pthread_mutex_lock(&holds->mutex);
    holds->closed = true;
    pthread_mutex_unlock(&holds->mutex);
}

bool sk_holds_wait(struct sk_holds *holds, unsigned seconds)
{
    struct timespec until;
    int late = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    pthread_mutex_lock(&holds->mutex);
    while (holds->count > 0 && late == 0) {
        late = pthread_cond_timedwait(&holds->none, &holds->mutex, &until);
    }
    bool none = holds->count == 0;
    pthread_mutex_unlock(&holds->mutex);
    return none;
}
