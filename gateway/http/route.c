#include "gateway/http/route.h"

#include <stdio.h>
#include <string.h>

static const struct sk_route ROUTES[] = {
#define PROTOCOL(path, protocol)
#define ROUTE(method, path, endpoint) {method, path, &sk_endpoint_##endpoint},
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE
};
#define ROUTE_COUNT (sizeof ROUTES / sizeof ROUTES[0])

const struct sk_protocol *sk_route_protocol(const char *path)
{
    static const struct {
        const char *path;
        const struct sk_protocol *protocol;
    } protocols[] = {
#define PROTOCOL(path, protocol) {path, &sk_protocol_##protocol},
#define ROUTE(method, path, endpoint)
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE
    };
    size_t i = 0, len = strlen(protocols[i].path);

    /* The last row has an empty path, which every path begins with. */
    while (len > 0 && (strncmp(path, protocols[i].path, len) != 0 ||
                       (path[len] != '\0' && path[len] != '/'))) {
        len = strlen(protocols[++i].path);
    }
    return protocols[i].protocol;
}

/* Copies lower-case hex of exactly room - 1 digits. */
static bool hex_take(char *out, size_t room, const char *text, size_t len)
{
    if (len != room - 1 || strspn(text, "0123456789abcdef") < len) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

static bool name_is(const char *pattern, const char *name)
{
    return strncmp(pattern, name, strlen(name)) == 0;
}

static bool value_take(struct sk_match *match, const char *pattern, const char *text, size_t len)
{
    if (name_is(pattern, "{lang}")) {
        return sk_lang_of_code(text, len, &match->lang);
    }
    if (name_is(pattern, "{token}")) {
        return hex_take(match->token, sizeof match->token, text, len);
    }
    if (name_is(pattern, "{prefix}")) {
        return hex_take(match->prefix, sizeof match->prefix, text, len);
    }
    return hex_take(match->org, sizeof match->org, text, len);
}

/* Walks pattern and path together; a {name} takes one whole segment, or up to a dot if one follows
 * it. */
static bool path_fits(struct sk_match *match, const char *pattern, const char *path)
{
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++) {
                return false;
            }
            continue;
        }
        const char *after = strchr(pattern, '}');
        size_t len = strcspn(path, after != NULL && after[1] == '.' ? "/." : "/");
        if (!value_take(match, pattern, path, len)) {
            return false;
        }
        pattern += strcspn(pattern, "}") + 1;
        path += len;
    }
    return *path == '\0';
}

void sk_route_find(struct sk_match *match, const char *method, const char *path)
{
    memset(match, 0, sizeof *match);
    for (size_t i = 0; i < ROUTE_COUNT && match->route == NULL; i++) {
        if (!path_fits(match, ROUTES[i].path, path)) {
            continue;
        }
        bool get = strcmp(ROUTES[i].method, "GET") == 0;
        size_t len = strlen(match->allow);

        match->known = true;
        snprintf(match->allow + len, sizeof match->allow - len, "%s%s", len > 0 ? ", " : "",
                 get ? "GET, HEAD" : ROUTES[i].method);
        if (strcmp(ROUTES[i].method, method) == 0 || (get && strcmp(method, "HEAD") == 0)) {
            match->route = &ROUTES[i];
        }
    }
    match->has_lang =
        path[0] == '/' && sk_lang_of_code(path + 1, strcspn(path + 1, "/"), &match->lang);
}
