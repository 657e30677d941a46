/*
 * What the operator hears, on standard error, of a gateway that runs and cannot do its work: once
 * when it begins and once when it ends, never per request, and nothing about any report.
 */
#ifndef SK_GATEWAY_HEALTH_H
#define SK_GATEWAY_HEALTH_H

#include "gateway/gateway.h"

struct sk_health {
    enum sk_error inbox, outbox, writer; /* as last said */
    unsigned closed;                     /* 0: takes all; 1: no large reports; 2: none */
};

/* Looks, and says what has changed. To be called every second from one thread; health begins as
 * zeros. */
void sk_health_look(struct sk_health *health, struct sk_gateway *gateway);

#endif
