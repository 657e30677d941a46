#include "gateway/http/route.h"

#include <stdio.h>
#include <string.h>

const struct sk_protocol *sk_route_protocol(const struct sk_route_table *table, const char *path)
{
    const struct sk_protocol_row *row = table->protocols;
    size_t len = strlen(row->path);

    /* The last row has an empty path, which every path begins with. */
    while (len > 0 &&
           (strncmp(path, row->path, len) != 0 || (path[len] != '\0' && path[len] != '/'))) {
        len = strlen((++row)->path);
    }
    return row->protocol;
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

void sk_route_find(const struct sk_route_table *table, struct sk_match *match, const char *method,
                   const char *path)
{
    memset(match, 0, sizeof *match);
    for (size_t i = 0; i < table->route_count && match->route == NULL; i++) {
        const struct sk_route *route = &table->routes[i];

        if (!path_fits(match, route->path, path)) {
            continue;
        }
        bool get = strcmp(route->method, "GET") == 0;
        size_t len = strlen(match->allow);

        match->known = true;
        snprintf(match->allow + len, sizeof match->allow - len, "%s%s", len > 0 ? ", " : "",
                 get ? "GET, HEAD" : route->method);
        if (strcmp(route->method, method) == 0 || (get && strcmp(method, "HEAD") == 0)) {
            match->route = route;
        }
    }
    match->has_lang =
        path[0] == '/' && sk_lang_of_code(path + 1, strcspn(path + 1, "/"), &match->lang);
}
