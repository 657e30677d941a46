/*
 * PATCH /uploads/{token}: bytes for an upload, stored in pieces as they come.
 *
 * When the connection breaks off in the middle, what has arrived is stored all the same, and the
 * next request goes on right there: the last write outlives its request, and with it the request's
 * place in the queue.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/intake/sink.h"
#include "gateway/intake/tus.h"
#include "gateway/intake/upload_queue.h"
#include "keys/format/slots.h"

struct patch {
    struct sk_upload_place place;
    struct sk_sink sink;
    struct sk_gateway *gateway;
    struct sk_upload upload; /* as it stood when its turn came */
    uint64_t offset;         /* announced */
    uint64_t seen;           /* bytes of the body */
    bool open;
};

static void patch_free(void *context)
{
    struct patch *patch = context;

    sk_upload_queue_leave(patch->gateway->uploads, &patch->place);
    free(patch);
}

static void patch_release(struct sk_request *request)
{
    struct patch *patch = request->state;

    request->state = NULL;
    sk_upload_queue_detach(patch->gateway->uploads, &patch->place);
    sk_sink_close(&patch->sink, patch_free, patch);
}

/* ---- refusing ------------------------------------------------------------------------------ */

/* What is here and what comes yet is thrown away: nobody need wait for that. */
static enum sk_step refused(struct sk_request *request, enum sk_step step)
{
    struct patch *patch = request->state;

    sk_upload_queue_leave(patch->gateway->uploads, &patch->place);
    sk_sink_discard(&patch->sink);
    return step;
}

/* A refusal when the body has begun to come and can only be answered behind its end. A long one is
 * cut off instead: the client asks where it stands, and is told on its next attempt, at once. */
static enum sk_step refused_late(struct sk_request *request, enum sk_step step)
{
    const struct patch *patch = request->state;
    uint64_t left = request->length - patch->seen;

    (void)refused(request, step);
    return left > SK_DRAIN_SHORT ? SK_STEP_DROP : step;
}

/* ---- the beginning ------------------------------------------------------------------------- */

/* When its turn has come: does it fit to what is on disk? */
static enum sk_step patch_open(struct sk_request *request)
{
    struct patch *patch = request->state;
    enum sk_error e = sk_upload_find(patch->gateway->inbox, &patch->place.token, &patch->upload);

    patch->open = true;
    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    if (patch->offset != patch->upload.offset) {
        return sk_request_refuse_line(request, MHD_HTTP_CONFLICT,
                                      "Upload-Offset is not where it stands");
    }
    if (request->length > patch->upload.length - patch->upload.offset) {
        return sk_request_refuse_line(request, MHD_HTTP_CONTENT_TOO_LARGE,
                                      "these are more bytes than the upload has");
    }
    if (request->length == 0) {
        return SK_STEP_ON;
    }
    e = sk_inbox_admit(patch->gateway->inbox, patch->upload.length);
    if (e == SK_OK) {
        e = sk_sink_resume(&patch->sink, request, &patch->place.token, &patch->upload);
    }
    return e == SK_OK ? SK_STEP_ON : sk_tus_refuse_error(request, e);
}

static enum sk_step check_head(struct sk_request *request, uint64_t *offset)
{
    const char *type = sk_request_header(request, "Content-Type");
    enum sk_step step = sk_tus_check_version(request);

    if (step != SK_STEP_ON) {
        return step;
    }
    if (type == NULL || strcasecmp(type, "application/offset+octet-stream") != 0) {
        return sk_request_refuse_line(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                      "Content-Type must be application/offset+octet-stream");
    }
    return sk_tus_number(request, "Upload-Offset", offset)
               ? SK_STEP_ON
               : sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                        "Upload-Offset is missing or no number");
}

static enum sk_step patch_begin(struct sk_request *request)
{
    const struct sk_upload_token token = sk_tus_token(request);
    uint64_t offset = 0;
    enum sk_step step = check_head(request, &offset);

    if (step != SK_STEP_ON) {
        return step;
    }
    struct patch *patch = calloc(1, sizeof *patch);
    if (patch == NULL) {
        return sk_tus_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = patch;
    patch->gateway = request->gateway;
    patch->offset = offset;
    step = sk_upload_queue_enter(patch->gateway->uploads, &patch->place, request, &token, true);
    if (step == SK_STEP_ON) {
        step = patch_open(request);
    }
    return step == SK_STEP_REFUSE ? refused(request, step) : step;
}

/* ---- the bytes ----------------------------------------------------------------------------- */

/* Takes up to a piece. What nobody could open is refused as soon as its visible bytes are there. */
static enum sk_step gather(struct sk_request *request, const uint8_t *bytes, size_t len,
                           size_t *used)
{
    struct patch *patch = request->state;
    struct sk_sink *sink = &patch->sink;
    uint64_t before = sink->total;
    size_t room = SK_PIECE_BYTES - sink->fill;
    size_t some = len - *used < room ? len - *used : room;

    memcpy(sk_sink_room(sink, some), bytes + *used, some); /* there since it was resumed */
    sk_sink_add(sink, some);
    patch->seen += some;
    *used += some;
    if (before < SK_VISIBLE_BYTES && sink->total >= SK_VISIBLE_BYTES &&
        sk_envelope_visible_check(sink->bytes, time(NULL)) != SK_OK) {
        return refused(request, sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                                       "this is no sealed file of these weeks"));
    }
    return SK_STEP_ON;
}

/* After a wait: for its turn, or for the writer. */
static enum sk_step go_on(struct sk_request *request)
{
    struct patch *patch = request->state;
    enum sk_step step = sk_upload_queue_check(&patch->place, request);

    if (step == SK_STEP_ON && !patch->open) {
        step = patch_open(request);
    }
    if (step != SK_STEP_ON) {
        return refused_late(request, step);
    }
    enum sk_error e = sk_sink_settle(&patch->sink);

    return e == SK_OK ? SK_STEP_ON : refused_late(request, sk_tus_refuse_error(request, e));
}

static enum sk_step patch_resume(struct sk_request *request)
{
    struct patch *patch = request->state;

    if (atomic_load(&patch->place.overtaken)) {
        return SK_STEP_DROP;
    }
    enum sk_step step = sk_upload_queue_check(&patch->place, request);
    if (step == SK_STEP_ON) {
        step = patch_open(request);
    }
    return step == SK_STEP_ON ? step : refused(request, step);
}

static enum sk_step patch_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                               size_t *used)
{
    struct patch *patch = request->state;

    if (atomic_load(&patch->place.overtaken)) {
        return SK_STEP_DROP; /* what is here is stored when the request ends */
    }
    enum sk_step step = go_on(request);
    while (step == SK_STEP_ON && *used < len) {
        step = gather(request, bytes, len, used);
        if (step == SK_STEP_ON && sk_sink_full(&patch->sink)) {
            return sk_sink_store(&patch->sink);
        }
    }
    return step;
}

static enum sk_step patch_answer(struct sk_request *request)
{
    struct patch *patch = request->state;
    struct sk_upload now;
    enum sk_error e = sk_upload_find(patch->gateway->inbox, &patch->place.token, &now);

    sk_upload_queue_leave(patch->gateway->uploads, &patch->place);
    if (e != SK_OK) {
        return sk_tus_refuse_error(request, e);
    }
    struct MHD_Response *response = sk_tus_response();
    if (response != NULL) {
        sk_tus_put_number(response, "Upload-Offset", now.offset);
        sk_tus_put_expires(response, now.last_day);
    }
    return sk_reply_send(request, MHD_HTTP_NO_CONTENT, response);
}

static enum sk_step patch_end(struct sk_request *request)
{
    struct patch *patch = request->state;
    enum sk_step step = go_on(request);

    if (step == SK_STEP_ON && patch->sink.fill > patch->sink.stored) {
        return sk_sink_store(&patch->sink);
    }
    return step == SK_STEP_ON ? patch_answer(request) : step;
}

const struct sk_endpoint sk_endpoint_upload_patch = {
    .takes = SK_BODY_SEALED,
    .begin = patch_begin,
    .resume = patch_resume,
    .body = patch_body,
    .end = patch_end,
    .release = patch_release,
};
