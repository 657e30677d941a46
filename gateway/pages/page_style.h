/* The one style of all pages. It stands inline in each page, so that a page is one request, and
 * the policy admits it by its hash alone (http/csp.h). */
#ifndef SK_GATEWAY_PAGES_PAGE_STYLE_H
#define SK_GATEWAY_PAGES_PAGE_STYLE_H

extern const char sk_page_style[];

#endif
