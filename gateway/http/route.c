#include "gateway/http/route.h"

#include <stdio.h>
#include <string.h>

static const struct sk_route ROUTES[] = {
    {"GET", "/", &sk_endpoint_home},
    {"GET", "/{lang}", &sk_endpoint_home},
    {"GET", "/{lang}/", &sk_endpoint_home},
    {"GET", "/{lang}/help", &sk_endpoint_help},
    {"GET", "/form.js", &sk_endpoint_form_script},
    {"GET", "/status.js", &sk_endpoint_status_script},
    {"GET", "/courier.js", &sk_endpoint_courier_script},
    {"POST", "/{lang}/report", &sk_endpoint_report},
    {"GET", "/{lang}/status", &sk_endpoint_status_form},
    {"POST", "/{lang}/status", &sk_endpoint_status},
    {"GET", "/{lang}/courier", &sk_endpoint_courier_form},
    {"POST", "/{lang}/courier", &sk_endpoint_courier},
    {"GET", "/offline/{lang}.html", &sk_endpoint_offline},
    {"GET", "/sheets", &sk_endpoint_sheets},
    {"GET", "/boards/{org}", &sk_endpoint_board},
    {"GET", "/receipts", &sk_endpoint_receipts},
    {"GET", "/receipts/{prefix}", &sk_endpoint_receipts},
    {"OPTIONS", "/uploads", &sk_endpoint_upload_options},
    {"POST", "/uploads", &sk_endpoint_upload_create},
    {"OPTIONS", "/uploads/{token}", &sk_endpoint_upload_options},
    {"HEAD", "/uploads/{token}", &sk_endpoint_upload_ask},
    {"PATCH", "/uploads/{token}", &sk_endpoint_upload_patch},
    {"DELETE", "/uploads/{token}", &sk_endpoint_upload_drop},
};
#define ROUTE_COUNT (sizeof ROUTES / sizeof ROUTES[0])

const struct sk_route *sk_routes(size_t *count)
{
    *count = ROUTE_COUNT;
    return ROUTES;
}

/* Lower-case hex that fills `room` with its NUL. */
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
