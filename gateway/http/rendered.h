/* A rendered page as whoever renders it hands it over: all that http knows of pages. */
#ifndef SK_GATEWAY_HTTP_RENDERED_H
#define SK_GATEWAY_HTTP_RENDERED_H

#include <stddef.h>

/* bytes is from malloc; sk_page_free wipes it: pages may hold a code. */
struct sk_page {
    char *bytes;
    size_t len;
    const char *csp; /* the policy that fits it; NULL: sk_page_csp(), no script */
};
void sk_page_free(struct sk_page *page);

/* The Content-Security-Policy of whatever brings none, which fits the pages' inline style; static.
 * Where the style is: pages/page_style.c. */
const char *sk_page_csp(void);

#endif
