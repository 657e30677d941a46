#include "gateway/routes.h"

static const struct sk_protocol_row protocols[] = {
#define PROTOCOL(path, protocol) {path, &sk_protocol_##protocol},
#define ROUTE(method, path, endpoint)
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE
};

static const struct sk_route routes[] = {
#define PROTOCOL(path, protocol)
#define ROUTE(method, path, endpoint) {method, path, &sk_endpoint_##endpoint},
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE
};

const struct sk_route_table sk_routes = {
    .protocols = protocols, .routes = routes, .route_count = sizeof routes / sizeof routes[0]};
