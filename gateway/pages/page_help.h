/* How to write safely, what is promised and what is not (linked from the form). */
#ifndef SK_GATEWAY_PAGES_PAGE_HELP_H
#define SK_GATEWAY_PAGES_PAGE_HELP_H

#include "gateway/http/page.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

/* MEMORY. */
enum sk_error sk_page_help(struct sk_page *out, enum sk_lang lang);

#endif
