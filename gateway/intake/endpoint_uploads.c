/*
 * /uploads: resumable uploads of sealed envelopes, tus 1.0.0 with creation, termination and
 * expiration (FORMAT 8). Here is what moves no bytes; PATCH is in endpoint_patch.c.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/intake/pending_write.h"
#include "gateway/intake/tus.h"
#include "gateway/intake/upload_meta.h"
#include "gateway/intake/upload_queue.h"
#include "keys/base/calendar.h"
#include "keys/format/class.h"

struct upload {
    struct sk_upload_place place;
    struct sk_pending_write pending;
    bool sent;
};

static struct upload *upload_new(struct sk_request *request)
{
    struct upload *upload = calloc(1, sizeof *upload);

    request->state = upload;
    return upload;
}

static void upload_release(struct sk_request *request)
{
    struct upload *upload = request->state;

    sk_upload_queue_leave(request->gateway->uploads, &upload->place);
    free(upload);
    request->state = NULL;
}

/* ---- OPTIONS ------------------------------------------------------------------------------- */

static enum sk_step options_end(struct sk_request *request)
{
    struct MHD_Response *response = sk_tus_response();

    if (response != NULL) {
        MHD_add_response_header(response, "Tus-Version", SK_TUS_VERSION);
        MHD_add_response_header(response, "Tus-Extension", SK_TUS_EXTENSIONS);
        sk_tus_put_number(response, "Tus-Max-Size", sk_tus_most(&request->gateway->settings));
    }
    return sk_reply_send(request, MHD_HTTP_NO_CONTENT, response);
}

const struct sk_endpoint sk_endpoint_upload_options = {.takes = SK_BODY_NONE, .end = options_end};

/* ---- POST: creation ------------------------------------------------------------------------ */

static enum sk_step check_length(struct sk_request *request, uint64_t *length)
{
    if (sk_request_header(request, "Upload-Defer-Length") != NULL) {
        return sk_request_refuse_line(
            request, MHD_HTTP_BAD_REQUEST,
            "the length must be known: Upload-Defer-Length is not supported");
    }
    if (!sk_tus_number(request, "Upload-Length", length)) {
        return sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                      "Upload-Length is missing or no number");
    }
    if (*length > sk_tus_most(&request->gateway->settings)) {
        return sk_request_refuse(request, SK_PROBLEM_TOO_LARGE);
    }
    return sk_class_of_length(*length) == 0
               ? sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                        "Upload-Length is not the length of a sealed file")
               : SK_STEP_ON;
}

static void fill_announce(struct sk_write *write, const struct sk_upload_meta *meta,
                          uint64_t length)
{
    write->kind = SK_WRITE_ANNOUNCE;
    write->resumable = true;
    write->length = length;
    write->day = sk_day_of(time(NULL));
    write->has_row = meta->has_row;
    write->row = meta->row;
    write->token = meta->token;
    sk_envelope_id_random(&write->id);
    if (!meta->has_token) {
        randombytes_buf(write->token.b, sizeof write->token.b);
    }
}

static enum sk_step create_begin(struct sk_request *request)
{
    struct sk_upload_meta meta;
    uint64_t length = 0;
    enum sk_step step = sk_tus_check_version(request);

    if (step == SK_STEP_ON) {
        step = check_length(request, &length);
    }
    if (step != SK_STEP_ON) {
        return step;
    }
    if (!sk_upload_meta_parse(sk_request_header(request, "Upload-Metadata"), &meta)) {
        return sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                      "Upload-Metadata is malformed");
    }
    enum sk_error e = sk_inbox_admit(request->gateway->inbox, length);
    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    struct upload *upload = upload_new(request);
    if (upload == NULL) {
        return sk_tus_refuse_error(request, SK_ERR_MEMORY);
    }
    fill_announce(&upload->pending.write, &meta, length);
    return SK_STEP_ON;
}

static enum sk_step created(struct sk_request *request, const struct sk_upload_token *token)
{
    char path[sizeof "/uploads/" + 2 * sizeof token->b] = "/uploads/";
    struct sk_upload found;
    enum sk_error e = sk_upload_find(request->gateway->inbox, token, &found);

    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    sodium_bin2hex(path + strlen(path), 2 * sizeof token->b + 1, token->b, sizeof token->b);
    struct MHD_Response *response = sk_tus_response();
    if (response != NULL) {
        MHD_add_response_header(response, "Location", path);
        sk_tus_put_expires(response, found.last_day);
    }
    return sk_reply_send(request, MHD_HTTP_CREATED, response);
}

static enum sk_step create_end(struct sk_request *request)
{
    struct upload *upload = request->state;
    enum sk_error e = sk_pending_write_result(&upload->pending);

    if (!upload->sent) {
        upload->sent = true;
        return sk_pending_write_submit(&upload->pending, request);
    }
    if (e == SK_ERR_EXISTS) {
        return sk_request_refuse_line(request, MHD_HTTP_CONFLICT,
                                      "this token names an upload of another length");
    }
    return e == SK_OK ? created(request, &upload->pending.write.token)
                      : sk_tus_refuse_error(request, e);
}

const struct sk_endpoint sk_endpoint_upload_create = {
    .takes = SK_BODY_NONE,
    .begin = create_begin,
    .end = create_end,
    .release = upload_release,
};

/* ---- HEAD ---------------------------------------------------------------------------------- */

/* Asking queues, too: what an older PATCH is about to store belongs to the answer. */
static enum sk_step queue_begin(struct sk_request *request)
{
    enum sk_step step = sk_tus_check_version(request);

    if (step != SK_STEP_ON) {
        return step;
    }
    struct upload *upload = upload_new(request);
    if (upload == NULL) {
        return sk_tus_refuse_error(request, SK_ERR_MEMORY);
    }
    const struct sk_upload_token token = sk_tus_token(request);

    return sk_upload_queue_enter(request->gateway->uploads, &upload->place, request, &token, false);
}

static enum sk_step ask_end(struct sk_request *request)
{
    struct upload *upload = request->state;
    struct sk_upload found;

    if (sk_upload_queue_check(&upload->place, request) != SK_STEP_ON) {
        return SK_STEP_REFUSE;
    }
    enum sk_error e = sk_upload_find(request->gateway->inbox, &upload->place.token, &found);
    sk_upload_queue_leave(request->gateway->uploads, &upload->place);
    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    struct MHD_Response *response = sk_tus_response();
    if (response != NULL) {
        sk_tus_put_number(response, "Upload-Offset", found.offset);
        sk_tus_put_number(response, "Upload-Length", found.length);
        sk_tus_put_expires(response, found.last_day);
    }
    return sk_reply_send(request, MHD_HTTP_OK, response);
}

const struct sk_endpoint sk_endpoint_upload_ask = {
    .takes = SK_BODY_NONE,
    .begin = queue_begin,
    .end = ask_end,
    .release = upload_release,
};

/* ---- DELETE: termination ------------------------------------------------------------------- */

static enum sk_step drop_send(struct sk_request *request)
{
    struct upload *upload = request->state;
    struct sk_upload found;

    if (sk_upload_queue_check(&upload->place, request) != SK_STEP_ON) {
        return SK_STEP_REFUSE;
    }
    enum sk_error e = sk_upload_find(request->gateway->inbox, &upload->place.token, &found);
    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    upload->sent = true;
    upload->pending.write.kind = SK_WRITE_DROP;
    upload->pending.write.resumable = true;
    upload->pending.write.token = upload->place.token;
    upload->pending.write.id = found.id;
    upload->pending.write.day = sk_day_of(time(NULL));
    return sk_pending_write_submit(&upload->pending, request);
}

static enum sk_step drop_end(struct sk_request *request)
{
    struct upload *upload = request->state;
    enum sk_error e = sk_pending_write_result(&upload->pending);

    if (!upload->sent) {
        return drop_send(request);
    }
    sk_upload_queue_leave(request->gateway->uploads, &upload->place);
    return e == SK_OK ? sk_reply_send(request, MHD_HTTP_NO_CONTENT, sk_tus_response())
                      : sk_tus_refuse_error(request, e);
}

const struct sk_endpoint sk_endpoint_upload_drop = {
    .takes = SK_BODY_NONE,
    .begin = queue_begin,
    .end = drop_end,
    .release = upload_release,
};
