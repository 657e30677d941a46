/* A request waits with its connection suspended, and is in flight meanwhile (in_flight.h). */
#ifndef SK_GATEWAY_HTTP_SUSPEND_H
#define SK_GATEWAY_HTTP_SUSPEND_H

#include <stdbool.h>

struct sk_request;

/* Suspends the request's connection until sk_request_resume() is called, once, from any thread;
 * that may be before this returns. false: the gateway stops, nothing is suspended. */
bool sk_request_suspend(struct sk_request *request);
/* The request may be gone when this returns. */
void sk_request_resume(struct sk_request *request);

#endif
