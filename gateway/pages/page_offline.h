/* One file that works without a network and from a stick. */
#ifndef SK_GATEWAY_PAGES_PAGE_OFFLINE_H
#define SK_GATEWAY_PAGES_PAGE_OFFLINE_H

#include "gateway/pages/page_part.h"

/* Style, script, and every organisation that is not revoked with its key sheet. One line of it is
 * of this store, the one that begins with "<div id=o "; without that line it is the same
 * everywhere, for one release and language. organisations NULL: that line is left out. MEMORY. */
enum sk_error sk_page_offline(struct sk_page *out, enum sk_lang lang,
                              const struct sk_page_organisation *organisations, size_t count);

#endif
