/* Compression of what is the same for everyone. Never for a page that holds a code, an answer or
 * anything secret: its length would tell. The same bytes in give the same bytes out. */
#ifndef SK_GATEWAY_HTTP_PACK_H
#define SK_GATEWAY_HTTP_PACK_H

#include <stddef.h>

#include "gateway/http/coding.h"
#include "gateway/http/rendered.h"
#include "keys/base/error.h"

/* A copy in that coding (sk_page_free); out->csp stays NULL. MEMORY. */
enum sk_error sk_pack(struct sk_page *out, enum sk_coding coding, const char *bytes, size_t len);

#endif
