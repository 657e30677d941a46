/*
 * POST /{lang}/report: a form from a browser without JavaScript, sealed as it streams in.
 *
 * Every byte of the body goes to the seal exactly as it came; the same byte passes through
 * fields.h, which learns recipients and code. They are bound when the first chunk is full or the
 * body ends. Nothing but ciphertext leaves this file.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/head_value.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/intake/context_pool.h"
#include "gateway/intake/sink.h"
#include "gateway/pages/page_receipt.h"
#include "keys/base/calendar.h"

struct report {
    const struct sk_view *view;
    struct sk_context *context;
    struct sk_sink sink;
    char boundary[SK_BOUNDARY_MAX + 1];
    bool addressed, read, ended; /* ended: the last chunk is out of the seal */
};

static uint64_t sealed_length(uint64_t body)
{
    uint32_t chunks = sk_class_for(SK_PRELUDE_BYTES + body + SK_CONTENT_SIGNATURE_BYTES);

    return chunks == 0 ? 0 : sk_envelope_length(chunks);
}

static void report_release(struct sk_request *request)
{
    struct report *report = request->state;

    sk_context_pool_return(request->gateway->contexts, report->context);
    sk_sink_close(&report->sink, NULL, NULL);
    sk_view_release(report->view);
    free(report);
    request->state = NULL;
}

static enum sk_step report_start(struct sk_request *request, const char *boundary)
{
    struct report *report = calloc(1, sizeof *report);

    if (report == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = report;
    memcpy(report->boundary, boundary, sizeof report->boundary);
    sk_sink_open(&report->sink, request);
    report->view = sk_directory_view(request->gateway->directory);
    if (report->view->offered_count == 0) {
        return sk_request_refuse(request, SK_PROBLEM_CLOSED);
    }
    report->context = sk_context_pool_take(request->gateway->contexts);
    if (report->context == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    sk_fields_start(&report->context->secrets->fields, boundary, report->view);
    return SK_STEP_ON;
}

static enum sk_step report_begin(struct sk_request *request)
{
    char boundary[SK_BOUNDARY_MAX + 1] = "";
    uint64_t sealed = sealed_length(request->length);

    if (sk_media_parse(sk_request_header(request, "Content-Type"), boundary) !=
        SK_MEDIA_MULTIPART) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    if (sealed == 0) {
        return sk_request_refuse(request, SK_PROBLEM_TOO_LARGE);
    }
    enum sk_step step = report_start(request, boundary);
    enum sk_error e = step == SK_STEP_ON ? sk_inbox_admit(request->gateway->inbox, sealed) : SK_OK;
    return e == SK_OK ? step : sk_request_refuse_error(request, e);
}

/* The writer's code, or a new one. */
static enum sk_error choose_code(struct sk_context_secrets *secrets)
{
    if (secrets->fields.code_len == 0) {
        sk_receipt_random(&secrets->receipt);
        return SK_OK;
    }
    enum sk_error e = sk_code_parse(secrets->r, secrets->fields.code, secrets->fields.code_len);
    if (e == SK_OK) {
        sk_receipt_derive(&secrets->receipt, secrets->r);
    }
    return e;
}

/* Everybody who is offered, where the writer chose nobody. false: more than a report can have. */
static bool choose_recipients(struct sk_fields *fields)
{
    const struct sk_view *view = fields->view;

    if (fields->to_count > 0) {
        return true;
    }
    if (view->offered_count > SK_SLOTS) {
        return false;
    }
    fields->to_count = view->offered_count;
    memcpy(fields->to, view->offered, view->offered_count * sizeof view->offered[0]);
    return true;
}

static enum sk_error bind_address(struct report *report, uint8_t *header)
{
    struct sk_context_secrets *secrets = report->context->secrets;
    const struct sk_fields *fields = &secrets->fields;
    struct sk_x25519_pk keys[SK_SLOTS];
    struct sk_digest digests[SK_SLOTS];
    struct sk_address address = {
        .epoch = report->view->week,
        .recipients = keys,
        .recipient_count = fields->to_count,
        .receipt = &secrets->receipt,
        .sealed_by = SK_SEALED_BY_GATEWAY,
        .boundary = report->boundary,
    };

    address.flags = (uint8_t)((fields->no_receipt ? 0 : SK_FLAG_ANSWERS) |
                              (fields->code_len > 0 ? SK_FLAG_FOLLOW_UP : 0));
    for (size_t i = 0; i < fields->to_count; i++) {
        keys[i] = *sk_sheet_key(&fields->to[i]->sheet, report->view->week);
        digests[i] = fields->to[i]->sheet.digest;
    }
    enum sk_error e = sk_sheets_digest(&address.sheets, digests, fields->to_count);
    return e != SK_OK ? e : sk_report_address(report->context->report, &address, header);
}

static enum sk_step address_report(struct sk_request *request, bool whole)
{
    struct report *report = request->state;
    struct sk_fields *fields = &report->context->secrets->fields;

    if (!sk_fields_address(fields, whole)) {
        return sk_request_refuse(request, fields->problem);
    }
    if (choose_code(report->context->secrets) != SK_OK) {
        return sk_request_refuse(request, SK_PROBLEM_CODE);
    }
    if (!choose_recipients(fields)) {
        return sk_request_refuse(request, SK_PROBLEM_RECIPIENT);
    }
    uint8_t *header = sk_sink_room(&report->sink, SK_HEADER_BYTES);
    if (header == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    enum sk_error e = bind_address(report, header);
    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    sk_sink_add(&report->sink, SK_HEADER_BYTES);
    report->addressed = true;
    return SK_STEP_ON;
}

/* Seals until a chunk came out or all is used; fields see exactly what the seal took, so that the
 * bytes which decide are the same however the network cuts the body. */
static enum sk_step seal_some(struct sk_request *request, const uint8_t *bytes, size_t len,
                              size_t *used)
{
    struct report *report = request->state;
    struct sk_fields *fields = &report->context->secrets->fields;
    enum sk_report_step step = SK_REPORT_TOOK_ALL;
    uint8_t *out = sk_sink_room(&report->sink, SK_CHUNK_BYTES);

    if (out == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    enum sk_error e = sk_report_write(report->context->report, bytes, len, used, out, &step);
    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    if (!sk_fields_scan(fields, bytes, *used)) {
        return sk_request_refuse(request, fields->problem);
    }
    if (step == SK_REPORT_CHUNK) {
        sk_sink_add(&report->sink, SK_CHUNK_BYTES);
    }
    return step == SK_REPORT_NEEDS_ADDRESS ? address_report(request, false) : SK_STEP_ON;
}

static enum sk_step report_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                                size_t *used)
{
    struct report *report = request->state;
    enum sk_error e = sk_sink_settle(&report->sink);
    enum sk_step step = SK_STEP_ON;

    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    while (*used < len && step == SK_STEP_ON) {
        size_t took = 0;
        if (sk_sink_full(&report->sink)) {
            return sk_sink_store(&report->sink);
        }
        step = seal_some(request, bytes + *used, len - *used, &took);
        *used += took;
    }
    return step;
}

/* Once, when the body is whole: is there something in it, and does it have its address? */
static enum sk_step report_read(struct sk_request *request)
{
    struct report *report = request->state;
    struct sk_fields *fields = &report->context->secrets->fields;

    if (report->read) {
        return SK_STEP_ON;
    }
    report->read = true;
    if (!sk_fields_end(fields)) {
        return sk_request_refuse(request, fields->problem);
    }
    return report->addressed ? SK_STEP_ON : address_report(request, true);
}

static enum sk_step report_answer(struct sk_request *request)
{
    struct report *report = request->state;
    const struct sk_context_secrets *secrets = report->context->secrets;
    struct sk_page page = {0};
    enum sk_error e =
        sk_page_receipt(&page, request->lang, secrets->fields.no_receipt ? NULL : &secrets->receipt,
                        secrets->fields.code_len > 0);

    return sk_reply_send_page(request, MHD_HTTP_CREATED, e, &page, true);
}

/* Chunks that are left in the seal, and the padding to the size class. */
static enum sk_step seal_rest(struct sk_request *request)
{
    struct report *report = request->state;

    while (!report->ended) {
        if (sk_sink_full(&report->sink)) {
            return sk_sink_store(&report->sink);
        }
        uint8_t *out = sk_sink_room(&report->sink, SK_CHUNK_BYTES);
        enum sk_error e = out == NULL ? SK_ERR_MEMORY
                                      : sk_report_end(report->context->report, out, &report->ended);
        if (e != SK_OK) {
            return sk_request_refuse_error(request, e);
        }
        sk_sink_add(&report->sink, SK_CHUNK_BYTES);
    }
    return SK_STEP_ON;
}

static enum sk_step report_end(struct sk_request *request)
{
    struct report *report = request->state;
    enum sk_error e = sk_sink_settle(&report->sink);

    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    if (report->sink.finished) {
        return report_answer(request);
    }
    enum sk_step step = report_read(request);
    if (step == SK_STEP_ON) {
        step = seal_rest(request);
    }
    if (step == SK_STEP_ON) {
        struct sk_row row;

        sk_receipt_row(&row, &report->context->secrets->receipt.row_key, sk_day_of(time(NULL)));
        step = sk_sink_finish(&report->sink,
                              sk_envelope_length(sk_report_chunks(report->context->report)), &row);
    }
    return step;
}

const struct sk_endpoint sk_endpoint_report = {
    .takes = SK_BODY_UPLOAD,
    .begin = report_begin,
    .body = report_body,
    .end = report_end,
    .release = report_release,
};
