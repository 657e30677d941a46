/* The page that follows the form. */
#ifndef SK_GATEWAY_PAGES_PAGE_RECEIPT_H
#define SK_GATEWAY_PAGES_PAGE_RECEIPT_H

#include <stdbool.h>

#include "gateway/http/page.h"
#include "keys/base/error.h"
#include "keys/base/language.h"
#include "keys/format/receipt.h"

/* After a report was stored. receipt NULL: none was wanted. Code as text first, then its QR as a
 * table (also where SVG is disabled; a table cannot be saved to a gallery by a long press). MEMORY.
 */
enum sk_error sk_page_receipt(struct sk_page *out, enum sk_lang lang,
                              const struct sk_receipt *receipt, bool follow_up);

#endif
