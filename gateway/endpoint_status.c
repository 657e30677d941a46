/*
 * GET and POST /{lang}/status: what became of a report. The code comes in the body, is used
 * for the moment of the answer and wiped with the request.
 */
#include <string.h>

#include "gateway/head.h"
#include "gateway/reply.h"
#include "gateway/request.h"
#include "gateway/roster.h"
#include "gateway/status_look.h"
#include "keys/base/secret.h"

#define CODE_MAX 128
#define PARSER_BYTES 512

/* In guarded memory. */
struct status {
    struct MHD_PostProcessor *parser;
    bool json, malformed;
    char code[CODE_MAX];
    size_t code_len;
    uint8_t r[SK_CODE_RANDOM];
    struct sk_receipt receipt;
    struct sk_look look;
};

static enum sk_step form_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    enum MHD_Result queued = sk_copies_queue(&view->status[request->lang], request, MHD_HTTP_OK);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_status_form = {.takes = SK_BODY_NONE, .end = form_end};

static enum MHD_Result parsed(void *context, enum MHD_ValueKind kind, const char *name,
                              const char *file_name, const char *type, const char *encoding,
                              const char *data, uint64_t offset, size_t len)
{
    struct status *status = context;

    (void)kind;
    (void)file_name;
    (void)type;
    (void)encoding;
    if (name == NULL || strcmp(name, "code") != 0) {
        return MHD_YES;
    }
    if (offset != status->code_len || len > CODE_MAX - status->code_len) {
        status->malformed = true; /* two codes, or one that is longer than any */
        return MHD_NO;
    }
    if (len > 0) {
        memcpy(status->code + status->code_len, data, len);
        status->code_len += len;
    }
    return MHD_YES;
}

static void status_release(struct sk_request *request)
{
    struct status *status = request->state;

    if (status->parser != NULL) {
        (void)MHD_destroy_post_processor(status->parser);
    }
    sk_look_release(&status->look);
    sk_secret_free(status);
    request->state = NULL;
}

static enum sk_step status_begin(struct sk_request *request)
{
    char boundary[SK_BOUNDARY_MAX + 1];

    if (sk_media_parse(sk_request_header(request, "Content-Type"), boundary) == SK_MEDIA_OTHER) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    struct status *status = sk_secret_new(sizeof *status);
    if (status == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = status;
    status->json = sk_accept_json(sk_request_header(request, "Accept"));
    status->parser = MHD_create_post_processor(request->connection, PARSER_BYTES, parsed, status);
    if (status->parser == NULL) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    return SK_STEP_ON;
}

static enum sk_step status_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                                size_t *used)
{
    struct status *status = request->state;

    *used = len;
    if (MHD_post_process(status->parser, (const char *)bytes, len) != MHD_YES) {
        status->malformed = true;
    }
    return SK_STEP_ON;
}

static enum sk_step answer_problem(struct sk_request *request, enum sk_error problem)
{
    const struct status *status = request->state;
    struct sk_page page = {0};

    if (status->json) {
        return sk_reply_send(request, MHD_HTTP_BAD_REQUEST,
                             sk_look_json_problem(problem, request->lang));
    }
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    enum sk_error error =
        sk_page_status_form(&page, request->lang, view->listing.pages, view->count, problem);
    sk_view_release(view);
    return sk_reply_send_page(request, MHD_HTTP_BAD_REQUEST, error, &page, true);
}

static enum sk_step status_end(struct sk_request *request)
{
    struct status *status = request->state;
    struct MHD_PostProcessor *parser = status->parser;
    struct sk_page page = {0};

    status->parser = NULL;
    if (MHD_destroy_post_processor(parser) != MHD_YES || status->malformed) {
        return status->code_len > 0 ? answer_problem(request, SK_ERR_CODE_LENGTH)
                                    : sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    enum sk_error error = sk_code_parse(status->r, status->code, status->code_len);
    if (error != SK_OK) {
        return answer_problem(request, error);
    }
    sk_receipt_derive(&status->receipt, status->r);
    error = sk_look_up(&status->look, request->gateway, &status->receipt);
    if (error != SK_OK) {
        return sk_request_refuse_error(request, error);
    }
    if (status->json) {
        return sk_reply_send(request, MHD_HTTP_OK, sk_look_json(&status->look, request->lang));
    }
    error = sk_page_status(&page, request->lang, status->look.state, status->look.day,
                           status->look.answers, status->look.count);
    return sk_reply_send_page(request, MHD_HTTP_OK, error, &page, true);
}

const struct sk_endpoint sk_endpoint_status = {
    .takes = SK_BODY_SMALL,
    .begin = status_begin,
    .body = status_body,
    .end = status_end,
    .release = status_release,
};
