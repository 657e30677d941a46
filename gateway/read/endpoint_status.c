/*
 * POST /{lang}/status: what became of a report. The code comes in the body, is used for the answer
 * and wiped with the request. No byte of it passes through a parser of libmicrohttpd, which keeps
 * pieces of its input on the stack and in the heap.
 */
#include <string.h>

#include "gateway/http/head_value.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/read/code_field.h"
#include "gateway/read/directory.h"
#include "gateway/read/receipt_lookup.h"
#include "keys/base/plain.h"
#include "keys/base/secret.h"

/* In guarded memory. */
struct status {
    bool json;
    struct sk_code_field field;
    char typed[SK_CODE_FIELD_MAX + 1];
    uint8_t r[SK_CODE_RANDOM];
    struct sk_receipt receipt;
    struct sk_lookup lookup;
};

static void status_release(struct sk_request *request)
{
    struct status *status = request->state;

    sk_lookup_release(&status->lookup);
    sk_secret_free(status);
    request->state = NULL;
}

static enum sk_step status_begin(struct sk_request *request)
{
    char boundary[SK_BOUNDARY_MAX + 1];

    if (sk_media_parse(sk_request_header(request, "Content-Type"), boundary) !=
        SK_MEDIA_URLENCODED) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    struct status *status = sk_secret_new(sizeof *status);
    if (status == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = status;
    sk_code_field_start(&status->field);
    status->json = sk_accept_json(sk_request_header(request, "Accept"));
    return SK_STEP_ON;
}

static enum sk_step status_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                                size_t *used)
{
    struct status *status = request->state;

    *used = len;
    sk_code_field_take(&status->field, bytes, len);
    return SK_STEP_ON;
}

/* What was typed, for the page to give it back; NULL where it came cut, or is no text. */
static const char *typed(struct status *status)
{
    const struct sk_code_field *field = &status->field;

    if (field->malformed || !sk_text_valid(field->code, field->len)) {
        return NULL;
    }
    memcpy(status->typed, field->code, field->len);
    status->typed[field->len] = '\0';
    return status->typed;
}

static enum sk_step answer_problem(struct sk_request *request, enum sk_error problem)
{
    struct status *status = request->state;
    struct sk_page page = {0};

    if (status->json) {
        return sk_reply_send(request, MHD_HTTP_BAD_REQUEST,
                             sk_lookup_json_problem(problem, request->lang));
    }
    const struct sk_view *view = sk_directory_view(request->gateway->directory);
    enum sk_error e = sk_page_status_form(&page, request->lang, view->organisations.pages,
                                          view->organisations.count, problem, typed(status));
    sk_view_release(view);
    return sk_reply_send_page(request, MHD_HTTP_BAD_REQUEST, e, &page, true);
}

static enum sk_step status_end(struct sk_request *request)
{
    struct status *status = request->state;
    struct sk_page page = {0};

    if (!sk_code_field_end(&status->field)) {
        return status->field.len > 0 || !status->field.malformed
                   ? answer_problem(request, SK_ERR_CODE_LENGTH)
                   : sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    enum sk_error e = sk_code_parse(status->r, status->field.code, status->field.len);
    if (e != SK_OK) {
        return answer_problem(request, e);
    }
    sk_receipt_derive(&status->receipt, status->r);
    e = sk_lookup_receipt(&status->lookup, request->gateway, &status->receipt);
    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    if (status->json) {
        return sk_reply_send(request, MHD_HTTP_OK, sk_lookup_json(&status->lookup, request->lang));
    }
    e = sk_page_status(&page, request->lang, status->lookup.state, status->lookup.day,
                       status->lookup.answers, status->lookup.count);
    return sk_reply_send_page(request, MHD_HTTP_OK, e, &page, true);
}

const struct sk_endpoint sk_endpoint_status = {
    .takes = SK_BODY_SMALL,
    .begin = status_begin,
    .body = status_body,
    .end = status_end,
    .release = status_release,
};
