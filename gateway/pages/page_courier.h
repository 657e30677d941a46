/* The courier's page: files sealed elsewhere are handed in. */
#ifndef SK_GATEWAY_PAGES_PAGE_COURIER_H
#define SK_GATEWAY_PAGES_PAGE_COURIER_H

#include "gateway/pages/page_part.h"

/* MEMORY. */
enum sk_error sk_page_courier_form(struct sk_page *out, enum sk_lang lang,
                                   const struct sk_page_organisation *organisations, size_t count,
                                   uint64_t max_bytes);
/* results[i]: the outcome of the i-th file. MEMORY. */
enum sk_error sk_page_courier(struct sk_page *out, enum sk_lang lang, const enum sk_error *results,
                              size_t count);

#endif
