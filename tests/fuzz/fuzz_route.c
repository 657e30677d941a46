/* Paths: what a route says of a path must put that path together again. The endpoints are names
 * only. */
#include <stdio.h>
#include <string.h>

#include "gateway/routes.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

#define PROTOCOL(path, protocol) const struct sk_protocol sk_protocol_##protocol;
#define ROUTE(method, path, endpoint) const struct sk_endpoint sk_endpoint_##endpoint;
#include "gateway/http/route.def"
#undef PROTOCOL
#undef ROUTE

/* The route's pattern with its names replaced by what was found in the path. */
static void path_again(char *out, size_t room, const struct sk_match *match)
{
    const char *pattern = match->route->path, *open = strchr(pattern, '{');

    if (open == NULL) {
        snprintf(out, room, "%s", pattern);
        return;
    }
    const char *value = strncmp(open, "{lang}", 6) == 0     ? sk_lang_code(match->lang)
                        : strncmp(open, "{token}", 7) == 0  ? match->token
                        : strncmp(open, "{prefix}", 8) == 0 ? match->prefix
                                                            : match->org;

    snprintf(out, room, "%.*s%s%s", (int)(open - pattern), pattern, value, strchr(open, '}') + 1);
}

static bool find(const char *method, const char *path)
{
    struct sk_match match;
    char again[64];

    sk_route_find(&sk_routes, &match, method, path);
    FUZZ_MUST(sk_route_protocol(&sk_routes, path) ==
              (strncmp(path, "/uploads", 8) == 0 && (path[8] == '\0' || path[8] == '/')
                   ? &sk_protocol_tus
                   : &sk_protocol_page));
    FUZZ_MUST(match.lang < SK_LANG_COUNT && memchr(match.org, '\0', sizeof match.org) != NULL);
    FUZZ_MUST(match.org[strspn(match.org, "0123456789abcdef")] == '\0');
    FUZZ_MUST(memchr(match.token, '\0', sizeof match.token) != NULL);
    FUZZ_MUST(match.token[strspn(match.token, "0123456789abcdef")] == '\0');
    FUZZ_MUST(memchr(match.prefix, '\0', sizeof match.prefix) != NULL);
    FUZZ_MUST(memchr(match.allow, '\0', sizeof match.allow) != NULL);
    if (match.route != NULL) {
        path_again(again, sizeof again, &match);
        FUZZ_MUST(match.known && strcmp(again, path) == 0);
        FUZZ_MUST(strstr(match.allow, method) != NULL);
        FUZZ_MUST(match.has_lang == (strncmp(match.route->path, "/{lang}", 7) == 0));
    }
    return match.known;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_string(data, size);
    bool known = find("GET", path);

    FUZZ_MUST(find("PATCH", path) == known && find("OPTIONS", path) == known);
    FUZZ_MUST(find("HEAD", path) == known && find("POST", path) == known);
    FUZZ_MUST(find("DELETE", path) == known);
    free(path);
    return 0;
}
