/* Which path means what: one table, everything found from it (the web contract of DESIGN). */
#ifndef SK_GATEWAY_HTTP_ROUTE_H
#define SK_GATEWAY_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/http/endpoint.h"
#include "gateway/pages/page.h"

#define SK_ALLOW_TEXT 40

struct sk_route {
    const char *method; /* GET also serves HEAD */
    const char *path;   /* {lang}: one of the four; {org}, {token}, {prefix}: hex */
    const struct sk_endpoint *endpoint;
};

/* The table, for who wants to see all of it. */
const struct sk_route *sk_routes(size_t *count);

struct sk_match {
    const struct sk_route *route; /* NULL: see known */
    bool known;                   /* the path exists, with other methods */
    bool has_lang;                /* the path begins with a language, also when it is unknown */
    enum sk_lang lang;
    char org[SK_ORG_TEXT];
    char token[SK_TOKEN_TEXT];
    char prefix[SK_PREFIX_TEXT];
    char allow[SK_ALLOW_TEXT]; /* for 405: "GET, HEAD, POST" */
};

void sk_route_find(struct sk_match *match, const char *method, const char *path);

#endif
