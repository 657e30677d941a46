#include "gateway/route.h"

#include <stdio.h>
#include <string.h>

static const struct sk_route ROUTES[] = {
    {"GET", "/", &sk_endpoint_home},
    {"GET", "/{lang}", &sk_endpoint_home},
    {"GET", "/{lang}/", &sk_endpoint_home},
    {"GET", "/{lang}/help", &sk_endpoint_help},
    {"POST", "/{lang}/report", &sk_endpoint_report},
    {"GET", "/{lang}/status", &sk_endpoint_status_form},
    {"POST", "/{lang}/status", &sk_endpoint_status},
    {"GET", "/{lang}/courier", &sk_endpoint_courier_form},
    {"POST", "/{lang}/courier", &sk_endpoint_courier},
    {"GET", "/sheets", &sk_endpoint_sheets},
    {"GET", "/boards/{org}", &sk_endpoint_board},
};
#define ROUTE_COUNT (sizeof ROUTES / sizeof ROUTES[0])

const struct sk_route *sk_routes(size_t *count)
{
    *count = ROUTE_COUNT;
    return ROUTES;
}

static bool org_take(struct sk_match *match, const char *text, size_t len)
{
    if (len != SK_ORG_TEXT - 1 || strspn(text, "0123456789abcdef") < len) {
        return false;
    }
    memcpy(match->org, text, len);
    match->org[len] = '\0';
    return true;
}

/* Walks pattern and path together; a {name} takes one whole segment. */
static bool path_fits(struct sk_match *match, const char *pattern, const char *path)
{
    while (*pattern != '\0') {
        if (*pattern != '{') {
            if (*pattern++ != *path++) {
                return false;
            }
            continue;
        }
        size_t len = strcspn(path, "/");
        bool taken = strncmp(pattern, "{lang}", 6) == 0 ? sk_lang_of_code(path, len, &match->lang)
                                                        : org_take(match, path, len);
        if (!taken) {
            return false;
        }
        pattern += strcspn(pattern, "}") + 1;
        path += len;
    }
    return *path == '\0';
}

static bool method_fits(const char *route, const char *method)
{
    return strcmp(route, method) == 0 || (strcmp(route, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

static void allow_add(struct sk_match *match, const char *method)
{
    size_t len = strlen(match->allow);

    snprintf(match->allow + len, sizeof match->allow - len, "%s%s", len > 0 ? ", " : "",
             strcmp(method, "GET") == 0 ? "GET, HEAD" : method);
}

void sk_route_find(struct sk_match *match, const char *method, const char *path)
{
    memset(match, 0, sizeof *match);
    for (size_t i = 0; i < ROUTE_COUNT && match->route == NULL; i++) {
        if (!path_fits(match, ROUTES[i].path, path)) {
            continue;
        }
        match->known = true;
        allow_add(match, ROUTES[i].method);
        if (method_fits(ROUTES[i].method, method)) {
            match->route = &ROUTES[i];
        }
    }
    match->has_lang =
        path[0] == '/' && sk_lang_of_code(path + 1, strcspn(path + 1, "/"), &match->lang);
}
