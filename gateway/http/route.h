/* Finding the endpoint of a path in a table of them. The table of the gateway is route.def, put
 * together in gateway/routes.c, so that nothing in http/ depends on an endpoint. */
#ifndef SK_GATEWAY_HTTP_ROUTE_H
#define SK_GATEWAY_HTTP_ROUTE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/http/endpoint.h"
#include "keys/base/language.h"

#define SK_ALLOW_TEXT 40

struct sk_route {
    const char *method; /* GET also serves HEAD */
    const char *path;
    const struct sk_endpoint *endpoint;
};

/* What the clients of a path speak. */
struct sk_protocol {
    bool override; /* the header X-HTTP-Method-Override names the method that is meant */
    bool patient;  /* reads a response only when its whole request is sent, however long that is */
    /* Queues the response to a refused request. */
    enum MHD_Result (*refuse)(struct sk_request *request);
};

struct sk_protocol_row {
    const char *path; /* and all below it */
    const struct sk_protocol *protocol;
};

struct sk_route_table {
    const struct sk_protocol_row *protocols; /* the first that fits counts; the last has path "" */
    const struct sk_route *routes;
    size_t route_count;
};

#define PROTOCOL(path, protocol) extern const struct sk_protocol sk_protocol_##protocol;
#define ROUTE(method, path, endpoint) extern const struct sk_endpoint sk_endpoint_##endpoint;
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE

/* Never NULL, whatever the path. */
const struct sk_protocol *sk_route_protocol(const struct sk_route_table *table, const char *path);

struct sk_match {
    const struct sk_route *route; /* NULL: no such path, or no such method: see known */
    bool known;                   /* the path exists */
    bool has_lang; /* the path begins with a language, also where there is no such path */
    enum sk_lang lang;
    char org[SK_ORG_TEXT];
    char token[SK_TOKEN_TEXT];
    char prefix[SK_PREFIX_TEXT];
    char allow[SK_ALLOW_TEXT]; /* for 405: "GET, HEAD, POST" */
};

void sk_route_find(const struct sk_route_table *table, struct sk_match *match, const char *method,
                   const char *path);

#endif
