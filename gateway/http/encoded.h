/* A page or script that is the same for everyone: one response for each content coding. */
#ifndef SK_GATEWAY_HTTP_ENCODED_H
#define SK_GATEWAY_HTTP_ENCODED_H

#include <microhttpd.h>

#include "gateway/http/endpoint.h"
#include "gateway/http/negotiate.h"
#include "gateway/http/page.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

struct sk_encoded {
    struct MHD_Response *as[SK_CODING_COUNT];
};

/* Frees the page, also when it fails. Compressing takes long: not while a request waits. MEMORY. */
enum sk_error sk_encoded_make(struct sk_encoded *encoded, struct sk_page *page, const char *type,
                              enum sk_lang lang);
/* Adds bytes that are in that coding already; they stay the caller's and must outlive it. MEMORY.
 */
enum sk_error sk_encoded_add(struct sk_encoded *encoded, enum sk_coding coding, const char *bytes,
                             size_t len, const char *type);
void sk_encoded_free(struct sk_encoded *encoded);

/* Queues the response that the request's Accept-Encoding prefers. DONE or DROP. */
enum sk_step sk_encoded_send(const struct sk_encoded *encoded, struct sk_request *request,
                             unsigned status);
/* Queues a page of HTML for this request alone, uncompressed, with the same headers; frees the
 * page. DONE or DROP. */
enum sk_step sk_encoded_send_plain(struct sk_page *page, enum sk_lang lang,
                                   struct sk_request *request, unsigned status);

#endif
