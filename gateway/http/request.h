/* The life of one request: one context, one place where it ends. */
#ifndef SK_GATEWAY_HTTP_REQUEST_H
#define SK_GATEWAY_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "gateway/http/endpoint.h"
#include "gateway/http/problem.h"
#include "gateway/http/route.h"

struct sk_connection;

/*
 * Browsers read a response only when they have sent their whole request, and show an error of their
 * own when the connection is closed before. So the body of a refused request is read and discarded
 * first, within bounds: a short one always; a long one, of a form, up to so many bytes beyond
 * --max-upload, within the time of any request that long, and for a share of the connections at
 * once. What is beyond these, and who asks first (Expect), is answered at once.
 *
 * To answer at once and go on reading would show nobody anything sooner. Nor does it work behind
 * tor, which ends both directions of a stream as soon as one has ended.
 */
#define SK_DRAIN_SHORT (UINT64_C(1) << 20)
#define SK_DRAIN_BEYOND (UINT64_C(1) << 30)
#define SK_DRAIN_SHARE 4u /* a quarter of --connections */

struct sk_request {
    struct sk_gateway *gateway;
    struct MHD_Connection *connection;
    struct sk_connection *entry; /* in gateway->connections; NULL: it has no deadline */
    size_t target_len;           /* of the request target as it came */
    bool begun, refused;
    bool draining;           /* counted in gateway->draining */
    enum sk_problem problem; /* why it is refused, unless line is set: */
    const char *line;        /* the text for a program, */
    unsigned status;         /* with this status */
    const struct sk_protocol *protocol;
    struct sk_match match;
    enum sk_lang lang;
    uint64_t length; /* of the body, as announced */
    uint64_t taken;  /* bytes of the body so far */
    void *state;     /* the endpoint's */
};

/* The three callbacks of libmicrohttpd. context is the sk_gateway. */
void *sk_request_target(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result sk_request_handle(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **request);
void sk_request_completed(void *context, struct MHD_Connection *connection, void **request,
                          enum MHD_RequestTerminationCode code);

/* For endpoints; always SK_STEP_REFUSE. line: static, for routes whose protocol answers in lines.
 */
enum sk_step sk_request_refuse(struct sk_request *request, enum sk_problem problem);
enum sk_step sk_request_refuse_line(struct sk_request *request, unsigned status, const char *line);
/* With the problem of that error. */
enum sk_step sk_request_refuse_error(struct sk_request *request, enum sk_error e);
/* The value of a header, NULL if there is none. */
const char *sk_request_header(struct sk_request *request, const char *name);

#endif
