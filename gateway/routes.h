/* The routes of the gateway: route.def. */
#ifndef SK_GATEWAY_ROUTES_H
#define SK_GATEWAY_ROUTES_H

#include "gateway/http/route.h"

extern const struct sk_route_table sk_routes;

#endif
