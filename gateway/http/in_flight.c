#include "gateway/http/in_flight.h"

#include <time.h>

enum sk_error sk_in_flight_start(struct sk_in_flight *in_flight)
{
    pthread_condattr_t attributes;

    in_flight->count = 0;
    in_flight->closed = false;
    if (pthread_mutex_init(&in_flight->mutex, NULL) != 0) {
        return SK_ERR_MEMORY;
    }
    if (pthread_condattr_init(&attributes) != 0) {
        pthread_mutex_destroy(&in_flight->mutex);
        return SK_ERR_MEMORY;
    }
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&in_flight->none, &attributes);

    pthread_condattr_destroy(&attributes);
    if (failed) {
        pthread_mutex_destroy(&in_flight->mutex);
    }
    return failed ? SK_ERR_MEMORY : SK_OK;
}

void sk_in_flight_enter(struct sk_in_flight *in_flight)
{
    pthread_mutex_lock(&in_flight->mutex);
    in_flight->count++;
    pthread_mutex_unlock(&in_flight->mutex);
}

bool sk_in_flight_try(struct sk_in_flight *in_flight)
{
    pthread_mutex_lock(&in_flight->mutex);
    bool open = !in_flight->closed;

    in_flight->count += open ? 1 : 0;
    pthread_mutex_unlock(&in_flight->mutex);
    return open;
}

void sk_in_flight_leave(struct sk_in_flight *in_flight)
{
    pthread_mutex_lock(&in_flight->mutex);
    in_flight->count--;
    if (in_flight->count == 0) {
        pthread_cond_broadcast(&in_flight->none);
    }
    pthread_mutex_unlock(&in_flight->mutex);
}

void sk_in_flight_close(struct sk_in_flight *in_flight)
{
    pthread_mutex_lock(&in_flight->mutex);
    in_flight->closed = true;
    pthread_mutex_unlock(&in_flight->mutex);
}

bool sk_in_flight_wait(struct sk_in_flight *in_flight, unsigned seconds)
{
    struct timespec until;
    int late = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    pthread_mutex_lock(&in_flight->mutex);
    while (in_flight->count > 0 && late == 0) {
        late = pthread_cond_timedwait(&in_flight->none, &in_flight->mutex, &until);
    }
    bool none = in_flight->count == 0;

    pthread_mutex_unlock(&in_flight->mutex);
    return none;
}
