/*
 * PATCH /uploads/{token}: bytes for an upload, stored in pieces as they come.
 *
 * A piece that is not full is stored anew, longer, when more of it has come: so what arrived is
 * kept also when the connection breaks off in the middle, and the next request goes on right
 * there. Then the last deposit outlives its request, and with it the upload's turn.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>

#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/intake/errand.h"
#include "gateway/intake/tus.h"
#include "gateway/intake/upload_turn.h"
#include "keys/base/calendar.h"
#include "keys/format/slots.h"

struct patch {
    struct sk_turn turn;
    struct sk_errand errand;
    struct sk_gateway *gateway;
    struct sk_upload upload; /* as it stood when its turn came */
    uint64_t offset;         /* announced */
    uint64_t seen;           /* bytes of the body */
    bool open;
    uint32_t piece; /* the one that is gathered */
    uint8_t *bytes; /* SK_PIECE_BYTES, mapped; NULL until the first byte */
    size_t fill;    /* of it here */
    size_t kept;    /* of it on disk */
};

static void patch_free(struct patch *patch)
{
    sk_turns_give(patch->gateway->turns, &patch->turn);
    if (patch->bytes != NULL) {
        munmap(patch->bytes, SK_PIECE_BYTES);
    }
    free(patch);
}

/* ---- the end of a request that broke off ------------------------------------------------------
 */

static void rest_done(struct sk_deposit *deposit, enum sk_error result)
{
    struct patch *patch = deposit->context;
    struct sk_holds *holds = &patch->gateway->holds;

    (void)result; /* nobody is left to be told: the next request sees what is on disk */
    patch_free(patch);
    sk_unhold(holds);
}

static void fill_deposit(struct patch *patch)
{
    struct sk_deposit *deposit = &patch->errand.deposit;

    deposit->kind = SK_DEPOSIT_UPLOAD_PIECE;
    deposit->token = patch->turn.token;
    deposit->id = patch->upload.id;
    deposit->piece = patch->piece;
    deposit->data = patch->bytes;
    deposit->len = patch->fill;
    deposit->day = sk_day_of(time(NULL));
}

static enum sk_error settle(struct sk_request *request)
{
    struct patch *patch = request->state;
    bool out = patch->errand.out;
    enum sk_error error = sk_errand_settle(&patch->errand);

    if (error != SK_OK) {
        patch->fill = patch->kept; /* it was tried */
    } else if (out) {
        patch->kept = patch->fill;
    }
    if (patch->kept == SK_PIECE_BYTES) {
        patch->piece++;
        patch->fill = patch->kept = 0;
    }
    return error;
}

static void patch_release(struct sk_request *request)
{
    struct patch *patch = request->state;

    (void)settle(request);
    request->state = NULL;
    sk_turns_calm(patch->gateway->turns, &patch->turn); /* the request ends, maybe not its turn */
    if (!patch->turn.have || patch->fill == patch->kept) {
        patch_free(patch);
        return;
    }
    fill_deposit(patch);
    patch->errand.deposit.done = rest_done;
    patch->errand.deposit.context = patch;
    sk_hold_anyway(&patch->gateway->holds);
    sk_inbox_submit(patch->gateway->inbox, &patch->errand.deposit);
}

/* ---- refusing ---------------------------------------------------------------------------------
 */

/* Whatever comes yet is thrown away: nobody need wait for that. */
static enum sk_step refused(struct sk_request *request, enum sk_step step)
{
    struct patch *patch = request->state;

    sk_turns_give(patch->gateway->turns, &patch->turn);
    patch->fill = patch->kept;
    return step;
}

/* A refusal when the body has begun to come and can only be answered behind its end. A long one is
 * cut off instead: the client asks where it stands, and is told on its next attempt, at once. */
static enum sk_step refused_late(struct sk_request *request, enum sk_step step)
{
    const struct patch *patch = request->state;
    uint64_t left = request->length - patch->seen;

    (void)refused(request, step);
    return left > SK_DRAIN_MAX ? SK_STEP_DROP : step;
}

/* ---- the beginning ----------------------------------------------------------------------------
 */

static enum sk_error room_open(struct patch *patch)
{
    uint8_t *bytes =
        mmap(NULL, SK_PIECE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (bytes == MAP_FAILED) {
        return SK_ERR_MEMORY;
    }
    patch->bytes = bytes;
    patch->piece = (uint32_t)(patch->offset / SK_PIECE_BYTES);
    enum sk_error error =
        sk_upload_tail(patch->gateway->inbox, &patch->upload, patch->bytes, &patch->kept);
    if (error == SK_OK && patch->kept != patch->offset % SK_PIECE_BYTES) {
        error = SK_ERR_CORRUPT;
    }
    patch->kept = error == SK_OK ? patch->kept : 0;
    patch->fill = patch->kept;
    return error;
}

/* When its turn has come: does it fit to what is on disk? */
static enum sk_step patch_open(struct sk_request *request)
{
    struct patch *patch = request->state;
    enum sk_error error = sk_upload_find(patch->gateway->inbox, &patch->turn.token, &patch->upload);

    patch->open = true;
    if (error != SK_OK) {
        return sk_tus_refuse_error(request, error);
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
    error = sk_inbox_admit(patch->gateway->inbox, patch->upload.length);
    if (error == SK_OK) {
        error = room_open(patch);
    }
    return error == SK_OK ? SK_STEP_ON : sk_tus_refuse_error(request, error);
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
    step = sk_upload_turn_take(&patch->turn, request, true);
    if (step == SK_STEP_ON) {
        step = patch_open(request);
    }
    return step == SK_STEP_REFUSE ? refused(request, step) : step;
}

/* ---- the bytes --------------------------------------------------------------------------------
 */

/* Refuses what nobody could open, as soon as its visible bytes are there. */
static enum sk_step look(struct sk_request *request, size_t before)
{
    struct patch *patch = request->state;

    if (patch->piece > 0 || before >= SK_VISIBLE_BYTES || patch->fill < SK_VISIBLE_BYTES ||
        sk_envelope_visible_check(patch->bytes, time(NULL)) == SK_OK) {
        return SK_STEP_ON;
    }
    return refused(request, sk_request_refuse_line(request, MHD_HTTP_BAD_REQUEST,
                                                   "this is no sealed file of these weeks"));
}

static enum sk_step gather(struct sk_request *request, const uint8_t *bytes, size_t len,
                           size_t *used)
{
    struct patch *patch = request->state;
    size_t before = patch->fill, room = SK_PIECE_BYTES - before;
    size_t some = len - *used < room ? len - *used : room;

    memcpy(patch->bytes + before, bytes + *used, some);
    patch->fill += some;
    patch->seen += some;
    *used += some;
    return look(request, before);
}

/* After a wait: for its turn, or for the writer. */
static enum sk_step go_on(struct sk_request *request)
{
    struct patch *patch = request->state;
    enum sk_step step = sk_upload_turn_check(&patch->turn, request);

    if (step == SK_STEP_ON && !patch->open) {
        step = patch_open(request);
    }
    if (step != SK_STEP_ON) {
        return refused_late(request, step);
    }
    enum sk_error error = settle(request);
    return error == SK_OK ? SK_STEP_ON : refused_late(request, sk_tus_refuse_error(request, error));
}

static enum sk_step patch_resume(struct sk_request *request)
{
    struct patch *patch = request->state;

    if (atomic_load(&patch->turn.hurried)) {
        return SK_STEP_DROP;
    }
    enum sk_step step = sk_upload_turn_check(&patch->turn, request);
    if (step == SK_STEP_ON) {
        step = patch_open(request);
    }
    return step == SK_STEP_ON ? step : refused(request, step);
}

static enum sk_step patch_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                               size_t *used)
{
    struct patch *patch = request->state;

    if (atomic_load(&patch->turn.hurried)) {
        return SK_STEP_DROP; /* somebody newer waits; what is here is stored on the way out */
    }
    enum sk_step step = go_on(request);
    while (step == SK_STEP_ON && *used < len) {
        step = gather(request, bytes, len, used);
        if (step == SK_STEP_ON && patch->fill == SK_PIECE_BYTES) {
            fill_deposit(patch);
            return sk_errand_send(&patch->errand, request);
        }
    }
    return step;
}

static enum sk_step patch_answer(struct sk_request *request)
{
    struct patch *patch = request->state;
    struct sk_upload now;
    enum sk_error error = sk_upload_find(patch->gateway->inbox, &patch->turn.token, &now);

    sk_turns_give(patch->gateway->turns, &patch->turn);
    if (error != SK_OK) {
        return sk_tus_refuse_error(request, error);
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

    if (step == SK_STEP_ON && patch->fill > patch->kept) {
        fill_deposit(patch);
        return sk_errand_send(&patch->errand, request);
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
