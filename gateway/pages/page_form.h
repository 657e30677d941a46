/* The form. */
#ifndef SK_GATEWAY_PAGES_PAGE_FORM_H
#define SK_GATEWAY_PAGES_PAGE_FORM_H

#include "gateway/pages/page_part.h"

/* Its recipient choice, code field and receipt choice come before text and files, so that the
 * gateway knows them before the body streams. Without an organisation that is offered it is the
 * page of SK_PROBLEM_CLOSED. MEMORY. */
enum sk_error sk_page_form(struct sk_page *out, enum sk_lang lang,
                           const struct sk_page_organisation *organisations, size_t count,
                           uint64_t max_bytes);

#endif
