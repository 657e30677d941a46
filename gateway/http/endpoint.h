/* What an endpoint is to the life of a request (request.h). One for each name in route.def. */
#ifndef SK_GATEWAY_HTTP_ENDPOINT_H
#define SK_GATEWAY_HTTP_ENDPOINT_H

#include <stddef.h>
#include <stdint.h>

#define SK_ORG_TEXT 9    /* a slug and NUL */
#define SK_TOKEN_TEXT 33 /* an upload's token in hex and NUL */
#define SK_PREFIX_TEXT 3 /* the first byte of a row in hex and NUL */

struct sk_request;

enum sk_step {
    SK_STEP_ON,     /* go on */
    SK_STEP_WAIT,   /* the connection is suspended; the same function is called again after */
    SK_STEP_REFUSE, /* sk_request_refuse() said why; what is left of the body is thrown away */
    SK_STEP_DONE,   /* the answer is queued */
    SK_STEP_DROP    /* close the connection without a word */
};

/* UPLOAD: as large as --max-upload; SEALED: as the envelope of such a one. */
enum sk_body { SK_BODY_NONE, SK_BODY_SMALL, SK_BODY_UPLOAD, SK_BODY_SEALED };

#define SK_BODY_SMALL_MAX 8192u

struct sk_endpoint {
    enum sk_body takes;

    /* The head is known and good, the length within bounds; no byte of the body was read.
     * ON or REFUSE, or WAIT: then resume, body or end is called next. May be NULL. */
    enum sk_step (*begin)(struct sk_request *request);

    /* After begin has waited, and before the body: here an answer can still be given at once. ON,
     * REFUSE or DROP. NULL where begin does not wait or there is no body. */
    enum sk_step (*resume)(struct sk_request *request);

    /* Takes *used of len bytes of the body: all of them with ON. */
    enum sk_step (*body)(struct sk_request *request, const uint8_t *bytes, size_t len,
                         size_t *used);

    /* The body is whole. Answers: DONE; or WAIT, REFUSE, DROP. */
    enum sk_step (*end)(struct sk_request *request);

    /* Releases request->state, whatever became of the request. May be NULL. */
    void (*release)(struct sk_request *request);
};

#endif
