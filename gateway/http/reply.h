/* Responses. The headers that every one of them has are set here. */
#ifndef SK_GATEWAY_HTTP_REPLY_H
#define SK_GATEWAY_HTTP_REPLY_H

#include <microhttpd.h>
#include <stdbool.h>

#include "gateway/http/endpoint.h"
#include "gateway/http/page.h"
#include "keys/base/error.h"
#include "keys/base/language.h"

struct sk_request;

#define SK_TYPE_HTML "text/html; charset=utf-8"
#define SK_TYPE_SCRIPT "text/javascript; charset=utf-8"
#define SK_TYPE_JSON "application/json; charset=utf-8"
#define SK_TYPE_TEXT "text/plain; charset=utf-8"
#define SK_TYPE_BINARY "application/octet-stream"

/* Sets the headers that every response has, with the policy of pages without a script. lang
 * SK_LANG_COUNT: no Content-Language. once: the connection closes after it, so that buffers which
 * held a report go away at once. */
void sk_reply_headers(struct MHD_Response *response, const char *type, enum sk_lang lang,
                      bool once);

/* A response that owns the page and wipes it at its end; `page` is empty afterwards. NULL: out of
 * memory (the page is freed). */
struct MHD_Response *sk_reply_page(struct sk_page *page, const char *type, enum sk_lang lang,
                                   bool once);

/* Queues a response made for this request, and releases it. NULL, or a failure: SK_STEP_DROP. */
enum sk_step sk_reply_send(struct sk_request *request, unsigned status,
                           struct MHD_Response *response);

/* Queues a page of HTML, or refuses the request when rendering it failed with e. */
enum sk_step sk_reply_send_page(struct sk_request *request, unsigned status, enum sk_error e,
                                struct sk_page *page, bool once);

#endif
