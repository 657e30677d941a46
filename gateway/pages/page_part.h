/* Parts that several pages have. */
#ifndef SK_GATEWAY_PAGES_PAGE_PART_H
#define SK_GATEWAY_PAGES_PAGE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/pages/html.h"
#include "gateway/pages/text.h"

/* A pinned organisation. The pages with a script carry all of them in <div id=o hidden>, on a line
 * of its own: the script pins the sheets that it fetches by that. */
struct sk_page_organisation {
    const char *slug, *name;
    const char *pin; /* 64 hexadecimal digits */
    bool offered;    /* has a key for this week: residents can choose it */
    bool revoked;
    const uint8_t *sheet; /* as imported; only the offline page carries it */
    size_t sheet_len;
};

/* That line. sheets: with their sheets, and without organisations that have none: a revoked one has
 * no keys, and no reader needs to know that it was there. */
void sk_put_organisations(struct sk_html *html, const struct sk_page_organisation *organisations,
                          size_t count, bool sheets);

/* A message about a size limit, the number rounded down. */
void sk_put_limit(struct sk_html *html, enum sk_lang lang, enum sk_message message,
                  uint64_t max_bytes);

#endif
