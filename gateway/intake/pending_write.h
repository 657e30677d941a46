/* A write that a request waits for: the only place where a connection waits for a commit. */
#ifndef SK_GATEWAY_INTAKE_PENDING_WRITE_H
#define SK_GATEWAY_INTAKE_PENDING_WRITE_H

#include <stdbool.h>

#include "gateway/http/endpoint.h"
#include "storage/inbox.h"

struct sk_pending_write {
    struct sk_request *request;
    struct sk_write write; /* the caller fills it, but for done and context */
    enum sk_error result;
    bool out; /* handed in, and its result was not asked for yet */
};

/* Hands it in and suspends the connection. WAIT: the endpoint is called again when it is on the
 * disk or has failed. DROP: the gateway stops. */
enum sk_step sk_pending_write_submit(struct sk_pending_write *pending, struct sk_request *request);

/* When the endpoint is called again: what became of it; SK_OK when none was out. */
enum sk_error sk_pending_write_result(struct sk_pending_write *pending);

#endif
