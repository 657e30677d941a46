/* A page that is the same for everyone, made once in every content coding. */
#ifndef SK_GATEWAY_HTTP_COPIES_H
#define SK_GATEWAY_HTTP_COPIES_H

#include <microhttpd.h>

#include "gateway/http/coding.h"
#include "gateway/pages/page.h"
#include "gateway/pages/script.h"

struct sk_request;

struct sk_copies {
    struct MHD_Response *as[SK_CODING_COUNT];
};

/* Takes the page over, also when it fails. MEMORY. */
enum sk_error sk_copies_make(struct sk_copies *copies, struct sk_page *page, const char *type,
                             enum sk_lang lang);
void sk_copies_free(struct sk_copies *copies);

/* Queues the copy that the request's Accept-Encoding asks for. */
enum MHD_Result sk_copies_queue(const struct sk_copies *copies, struct sk_request *request,
                                unsigned status);

/* Those that are made at start and never change. */
struct sk_fixed {
    struct sk_copies help[SK_LANG_COUNT], script[SK_SCRIPT_KINDS];
};
struct sk_fixed *sk_fixed_new(void);        /* NULL: out of memory */
void sk_fixed_free(struct sk_fixed *fixed); /* NULL is a no-op */

#endif
