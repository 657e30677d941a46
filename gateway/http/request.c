#include "gateway/http/request.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/connections.h"
#include "gateway/http/head.h"
#include "gateway/http/negotiate.h"

enum sk_step sk_request_refuse(struct sk_request *request, enum sk_problem problem)
{
    request->refused = true;
    request->problem = problem;
    return SK_STEP_REFUSE;
}

enum sk_step sk_request_refuse_line(struct sk_request *request, unsigned status, const char *line)
{
    request->refused = true;
    request->status = status;
    request->line = line;
    return SK_STEP_REFUSE;
}

enum sk_step sk_request_refuse_error(struct sk_request *request, enum sk_error e)
{
    return sk_request_refuse(request, sk_problem_of_error(e));
}

const char *sk_request_header(struct sk_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void *sk_request_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct sk_request *request = calloc(1, sizeof *request);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (request != NULL) {
        request->gateway = context;
        request->connection = connection;
        request->target_len = strlen(target);
        request->entry = info == NULL ? NULL : info->socket_context;
    }
    return request;
}

void sk_request_completed(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_RequestTerminationCode code)
{
    struct sk_request *request = *slot;
    struct sk_gateway *gateway = context;

    (void)connection;
    (void)code; /* no evidence of delivery: 0.9.75 reports errors for responses that arrived */
    *slot = NULL;
    if (request == NULL) {
        return;
    }
    if (request->state != NULL && request->match.route->endpoint->release != NULL) {
        request->match.route->endpoint->release(request);
    }
    if (request->entry != NULL) {
        sk_connections_allow(gateway->connections, request->entry,
                             0); /* for the next request's head */
    }
    if (request->begun) {
        atomic_fetch_sub(&gateway->active, 1);
    }
    if (request->draining) {
        atomic_fetch_sub(&gateway->draining, 1);
    }
    sodium_memzero(request, sizeof *request);
    free(request);
}

/* Whether the endpoint takes a body, and of that length. */
static enum sk_step check_body(struct sk_request *request, const struct sk_head *head)
{
    const struct sk_gateway *gateway = request->gateway;
    enum sk_body takes = request->match.route->endpoint->takes;
    uint64_t most = takes == SK_BODY_SEALED   ? gateway->max_sealed
                    : takes == SK_BODY_UPLOAD ? gateway->settings.max_upload
                                              : SK_BODY_SMALL_MAX;

    if (takes == SK_BODY_NONE) {
        return head->length > 0 || head->once[SK_HEAD_TRANSFER_ENCODING] > 0
                   ? sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST)
                   : SK_STEP_ON;
    }
    if (!head->has_length) {
        return sk_request_refuse(request, SK_PROBLEM_LENGTH);
    }
    return head->length > most ? sk_request_refuse(request, SK_PROBLEM_TOO_LARGE) : SK_STEP_ON;
}

/* Everything that can be refused from the head alone. */
static enum sk_step check_head(struct sk_request *request, const struct sk_head *head,
                               const char *path, const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    if (atomic_load(&request->gateway->stopping)) {
        return sk_request_refuse(request, SK_PROBLEM_BUSY);
    }
    switch (sk_head_check(head, strlen(method), request->target_len, strlen(version),
                          info == NULL ? 0 : info->header_size)) {
    case SK_HEAD_LARGE:
        return sk_request_refuse(request, SK_PROBLEM_HEADERS);
    case SK_HEAD_BAD:
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    default:
        break;
    }
    if (strstr(path, "%00") != NULL) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    if (request->match.route == NULL) {
        return sk_request_refuse(request,
                                 request->match.known ? SK_PROBLEM_METHOD : SK_PROBLEM_NOT_FOUND);
    }
    return check_body(request, head);
}

/* Whether one more may discard a long body. */
static bool drain_enter(struct sk_request *request)
{
    struct sk_gateway *gateway = request->gateway;

    if (atomic_fetch_add(&gateway->draining, 1) >= gateway->settings.connections / SK_DRAIN_SHARE) {
        atomic_fetch_sub(&gateway->draining, 1);
        return false;
    }
    request->draining = true;
    return true;
}

/* Whether the body of a refused request is read and discarded before it is answered. */
static bool drains(struct sk_request *request)
{
    if (request->length <= SK_DRAIN_SHORT) {
        return true;
    }
    return request->protocol->patient && sk_request_header(request, "Expect") == NULL &&
           request->length <= request->gateway->settings.max_upload + SK_DRAIN_BEYOND &&
           drain_enter(request);
}

static enum MHD_Result begin(struct sk_request *request, const char *path, const char *method,
                             const char *version)
{
    const char *meant = NULL;
    struct sk_head head;

    request->begun = true;
    atomic_fetch_add(&request->gateway->active, 1);
    sk_head_read(&head, request->connection);
    request->protocol = sk_route_protocol(request->gateway->routes, path);
    if (request->protocol->override) {
        meant = sk_request_header(request, "X-HTTP-Method-Override");
    }
    sk_route_find(request->gateway->routes, &request->match, meant == NULL ? method : meant, path);
    request->lang = request->match.has_lang
                        ? request->match.lang
                        : sk_lang_accept(sk_request_header(request, "Accept-Language"));
    request->length = head.length;
    if (request->entry != NULL) {
        sk_connections_allow(request->gateway->connections, request->entry, head.length);
    }
    enum sk_step step = check_head(request, &head, path, method, version);
    if (step == SK_STEP_ON && request->match.route->endpoint->begin != NULL) {
        step = request->match.route->endpoint->begin(request);
    }
    /* A response on this first call makes libmicrohttpd close the connection without reading the
     * body, also where there is none: all others wait for the second call. */
    if (step == SK_STEP_REFUSE && (head.once[SK_HEAD_TRANSFER_ENCODING] > 0 || !drains(request))) {
        return request->protocol->refuse(request);
    }
    return MHD_YES;
}

static enum MHD_Result take_body(struct sk_request *request, const char *data, size_t *size)
{
    size_t used = 0;
    enum sk_step step = SK_STEP_REFUSE;

    if (!request->refused) {
        step = request->match.route->endpoint->body(request, (const uint8_t *)data, *size, &used);
    }
    if (step == SK_STEP_REFUSE) {
        used = *size; /* within a body no response can be queued: read it to its end */
    }
    /* In libmicrohttpd's own read buffer, which the handler gets as const, the bytes would stay
     * readable until the connection closes. */
    sodium_memzero((void *)(uintptr_t)data, used);
    request->taken += used;
    *size -= used;
    return step == SK_STEP_DROP ? MHD_NO : MHD_YES;
}

/* libmicrohttpd repeats its first call for a connection that was suspended in it. A response may be
 * queued before the body is read, as in begin(). */
static enum MHD_Result resume(struct sk_request *request)
{
    enum sk_step step = request->match.route->endpoint->resume(request);

    if (step == SK_STEP_REFUSE && !drains(request)) {
        return request->protocol->refuse(request);
    }
    return step == SK_STEP_DROP ? MHD_NO : MHD_YES;
}

static enum MHD_Result finish(struct sk_request *request)
{
    enum sk_step step = SK_STEP_REFUSE;

    if (!request->refused) {
        step = request->match.route->endpoint->end(request);
    }
    if (step == SK_STEP_REFUSE) {
        return request->protocol->refuse(request);
    }
    return step == SK_STEP_DROP ? MHD_NO : MHD_YES;
}

enum MHD_Result sk_request_handle(void *context, struct MHD_Connection *connection,
                                  const char *path, const char *method, const char *version,
                                  const char *data, size_t *size, void **slot)
{
    struct sk_request *request = *slot;

    (void)context;
    (void)connection;
    if (request == NULL) {
        return MHD_NO; /* there was no memory for it */
    }
    if (!request->begun) {
        return begin(request, path, method, version);
    }
    if (*size > 0) {
        return take_body(request, data, size);
    }
    bool repeated = !request->refused && request->taken < request->length &&
                    request->match.route->endpoint->resume != NULL;
    return repeated ? resume(request) : finish(request);
}
