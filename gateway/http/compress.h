/* Compression of pages that are the same for everyone. A page that holds a code, an answer or
 * anything secret is never compressed: its length would tell. The same bytes in give the same bytes
 * out. */
#ifndef SK_GATEWAY_HTTP_COMPRESS_H
#define SK_GATEWAY_HTTP_COMPRESS_H

#include <stddef.h>

#include "gateway/http/negotiate.h"
#include "gateway/http/page.h"
#include "keys/base/error.h"

/* The bytes in that coding; release with sk_page_free. out->csp is NULL. MEMORY. */
enum sk_error sk_compress(struct sk_page *out, enum sk_coding coding, const char *bytes,
                          size_t len);

#endif
