/*
 * Says on standard error that the running gateway cannot do its work: once when that begins and
 * once when it ends, never per request, and nothing about any report.
 */
#ifndef SK_GATEWAY_HEALTH_H
#define SK_GATEWAY_HEALTH_H

#include "gateway/gateway.h"

struct sk_health {
    enum sk_error inbox, outbox, writer; /* as said last */
    unsigned closed;                     /* 0: all reports are taken; 1: no large ones; 2: none */
};

/* Says what has changed since the last call. To be called every second from one thread; health is
 * zeroed before the first. */
void sk_health_check(struct sk_health *health, struct sk_gateway *gateway);

#endif
