/*
 * What the writer of the store still has to answer: requests that wait for it, and writes that
 * nobody waits for. libmicrohttpd aborts the process when it is stopped while a connection is
 * suspended, so stopping first lets nobody suspend any more, and then waits until nothing is in
 * flight.
 */
#ifndef SK_GATEWAY_HTTP_IN_FLIGHT_H
#define SK_GATEWAY_HTTP_IN_FLIGHT_H

#include <pthread.h>
#include <stdbool.h>

#include "keys/base/error.h"

struct sk_in_flight {
    pthread_mutex_t mutex;
    pthread_cond_t none;
    unsigned count;
    bool closed;
};

/* It lives as long as the process. MEMORY. */
enum sk_error sk_in_flight_start(struct sk_in_flight *in_flight);

/* A write that nobody waits for, also when it is closed. */
void sk_in_flight_enter(struct sk_in_flight *in_flight);
/* A request that is to wait. false: it is closed, and nothing was entered. */
bool sk_in_flight_try(struct sk_in_flight *in_flight);
void sk_in_flight_leave(struct sk_in_flight *in_flight);

/* From now on nobody suspends. */
void sk_in_flight_close(struct sk_in_flight *in_flight);
/* Waits until nothing is in flight. false when that takes longer than `seconds`. */
bool sk_in_flight_wait(struct sk_in_flight *in_flight, unsigned seconds);

#endif
