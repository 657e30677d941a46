/* A page or script that is the same for everyone, made once in every content coding. */
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

/* Takes the page over, also when it fails. Compresses it: never from a request. MEMORY. */
enum sk_error sk_encoded_make(struct sk_encoded *encoded, struct sk_page *page, const char *type,
                              enum sk_lang lang);
/* A page in that coding already; the bytes stay the caller's and must outlive it. MEMORY. */
enum sk_error sk_encoded_add(struct sk_encoded *encoded, enum sk_coding coding, const char *bytes,
                             size_t len, const char *type);
void sk_encoded_free(struct sk_encoded *encoded);

/* Queues the one that the request's Accept-Encoding asks for. DONE or DROP. */
enum sk_step sk_encoded_send(const struct sk_encoded *encoded, struct sk_request *request,
                             unsigned status);
/* The same page, of HTML, for this request alone, taken over, as long as there is none that is
 * made. */
enum sk_step sk_encoded_send_plain(struct sk_page *page, enum sk_lang lang,
                                   struct sk_request *request, unsigned status);

#endif
