/* A rendered page: what pages/ hands to http/. */
#ifndef SK_GATEWAY_HTTP_PAGE_H
#define SK_GATEWAY_HTTP_PAGE_H

#include <stddef.h>

/* bytes is from malloc; sk_page_free wipes it: pages may hold a code. */
struct sk_page {
    char *bytes;
    size_t len;
    const char *csp; /* its Content-Security-Policy; NULL: sk_csp_default() */
};
void sk_page_free(struct sk_page *page);

#endif
