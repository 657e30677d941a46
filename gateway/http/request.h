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

/* A response that is sent while the body still comes may be lost to a reset: so many bytes of the
 * body are read and discarded first. */
#define SK_DRAIN_MAX (UINT64_C(1) << 20)

struct sk_request {
    struct sk_gateway *gateway;
    struct MHD_Connection *connection;
    struct sk_connection *entry; /* in gateway->connections; NULL: it has no deadline */
    size_t target_len;           /* of the request target as it came */
    bool begun, refused;
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
