/* An endpoint: its part in the life of a request (request.h). One for each name in route.def. */
#ifndef SK_GATEWAY_HTTP_ENDPOINT_H
#define SK_GATEWAY_HTTP_ENDPOINT_H

#include <stddef.h>
#include <stdint.h>

#define SK_ORG_TEXT 9    /* a slug and NUL */
#define SK_TOKEN_TEXT 33 /* an upload's token in hex and NUL */
#define SK_PREFIX_TEXT 3 /* the first byte of a row in hex and NUL */

struct sk_request;

enum sk_step {
    SK_STEP_ON,   /* continue */
    SK_STEP_WAIT, /* the connection is suspended; the same function is called again when it resumes
                   */
    SK_STEP_REFUSE, /* sk_request_refuse() said why; the rest of the body is discarded */
    SK_STEP_DONE,   /* the response is queued */
    SK_STEP_DROP    /* close the connection without a response */
};

/* UPLOAD: a body of up to --max-upload; SEALED: of up to the length of its envelope. */
enum sk_body { SK_BODY_NONE, SK_BODY_SMALL, SK_BODY_UPLOAD, SK_BODY_SEALED };

#define SK_BODY_SMALL_MAX 8192u

struct sk_endpoint {
    enum sk_body takes;

    /* Called when the head is checked and the length within bounds, before the body is read. ON or
     * REFUSE, or WAIT: then resume, body or end is called next. May be NULL. */
    enum sk_step (*begin)(struct sk_request *request);

    /* Called after begin has waited, before the body is read: the last moment for a response that
     * does not wait for the body. ON, REFUSE or DROP. NULL where begin does not wait or there is no
     * body. */
    enum sk_step (*resume)(struct sk_request *request);

    /* Consumes *used of len bytes of the body; fewer than len only with WAIT. */
    enum sk_step (*body)(struct sk_request *request, const uint8_t *bytes, size_t len,
                         size_t *used);

    /* Called when the body is complete. Queues the response: DONE; or WAIT, REFUSE, DROP. */
    enum sk_step (*end)(struct sk_request *request);

    /* Releases request->state, also of a request that was cut off. May be NULL. */
    void (*release)(struct sk_request *request);
};

#endif
