/* One deposit that a request waits for: the connection is suspended while the writer has it. */
#ifndef SK_GATEWAY_INTAKE_ERRAND_H
#define SK_GATEWAY_INTAKE_ERRAND_H

#include <stdbool.h>

#include "gateway/http/endpoint.h"
#include "storage/inbox.h"

struct sk_errand {
    struct sk_request *request;
    struct sk_deposit deposit; /* filled by the caller, but done and context */
    enum sk_error result;
    bool out; /* with the writer, or its result was not looked at yet */
};

/* WAIT; or DROP when the gateway stops. */
enum sk_step sk_errand_send(struct sk_errand *errand, struct sk_request *request);

/* What became of it, when the endpoint is called again; SK_OK when none was out. */
enum sk_error sk_errand_settle(struct sk_errand *errand);

#endif
