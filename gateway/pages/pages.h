/*
 * What residents see: every page in every language. Texts are looked up once at start; each page is
 * a template (template.h), expanded when it is asked for. Each page_NAME.h renders one page. Of
 * HTTP pages/ knows only http/page.h, http/csp.h, http/negotiate.h and http/problem.h.
 */
#ifndef SK_GATEWAY_PAGES_PAGES_H
#define SK_GATEWAY_PAGES_PAGES_H

#include "keys/base/error.h"

/* Looks up all texts and prepares scripts and policies. Once at start, before threads. A missing
 * translation falls back to English and is counted in *missing. MEMORY. */
enum sk_error sk_pages_start(unsigned *missing);
void sk_pages_stop(void);

#endif
