/*
 * GET and POST /{lang}/courier: files that were sealed elsewhere, several in one form. Ciphertext
 * all the way: each file is checked by what is visible of it and stored by itself.
 *
 * The parser's callback cannot wait for the writer. So it gets the body in slices that are shorter
 * than the shortest envelope: at most one file can end within a slice, and waits in `ready`.
 *
 * A file or a pasted text may be armoured (FORMAT 10). An envelope begins with its suite, a byte
 * that no text begins with, so the first byte decides; the line with which the armour begins must
 * then stand within the first LEAD_MAX bytes, because nobody should have to send a film to be told
 * that it is none.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/http/head.h"
#include "gateway/intake/incoming.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/read/roster.h"
#include "keys/format/armour.h"
#include "keys/format/slots.h"

#define SLICE_BYTES 8192u
#define PARSER_BYTES 2048
#define FILES_MAX 256
#define TEXT_FIRST '\t' /* no text begins with a byte below, no envelope with another */
#define LEAD_MAX 4096
#define TEXT_STEP 1024u

struct courier {
    struct MHD_PostProcessor *parser;
    struct sk_incoming current; /* of the file that streams in */
    struct sk_incoming ready;   /* whole and good, to be finished */
    bool open;                  /* a file streams in */
    bool text;                  /* it is armoured */
    struct sk_armour armour;
    enum sk_error verdict; /* on it, so far */
    uint8_t visible[SK_VISIBLE_BYTES];
    uint64_t seen; /* its bytes so far */
    enum sk_error results[FILES_MAX];
    size_t count, stored;
};

static enum sk_step form_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    enum MHD_Result queued = sk_copies_queue(&view->courier[request->lang], request, MHD_HTTP_OK);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_courier_form = {.takes = SK_BODY_NONE, .end = form_end};

static bool result_add(struct courier *courier, enum sk_error result)
{
    if (courier->count == FILES_MAX) {
        return false;
    }
    courier->results[courier->count++] = result;
    courier->stored += result == SK_OK;
    return true;
}

/* The file that streamed in is at its end. */
static bool file_close(struct courier *courier)
{
    if (!courier->open) {
        return true;
    }
    courier->open = false;
    if (courier->verdict == SK_OK && courier->text) {
        courier->verdict = sk_armour_end(&courier->armour);
    }
    if (courier->verdict == SK_OK && sk_class_of_length(courier->seen) == 0) {
        courier->verdict = SK_ERR_ENVELOPE_LENGTH;
    }
    if (courier->verdict != SK_OK) {
        sk_incoming_close(&courier->current);
        return result_add(courier, courier->verdict);
    }
    if (courier->ready.request != NULL) {
        return false; /* cannot be, see above */
    }
    courier->ready = courier->current;
    memset(&courier->current, 0, sizeof courier->current);
    return true;
}

static void file_open(struct courier *courier, struct sk_request *request, char first)
{
    sk_incoming_open(&courier->current, request);
    courier->open = true;
    courier->text = (uint8_t)first >= TEXT_FIRST;
    sk_armour_start(&courier->armour);
    courier->verdict = SK_OK;
    courier->seen = 0;
}

/* Refuses as soon as the visible bytes show that nobody could open it. */
static void file_look(struct courier *courier, const char *data, size_t len)
{
    for (size_t i = 0; i < len && courier->seen + i < SK_VISIBLE_BYTES; i++) {
        courier->visible[courier->seen + i] = (uint8_t)data[i];
    }
    if (courier->seen < SK_VISIBLE_BYTES && courier->seen + len >= SK_VISIBLE_BYTES) {
        courier->verdict = sk_envelope_visible_check(courier->visible, time(NULL));
    }
}

static void file_take(struct courier *courier, const char *data, size_t len)
{
    file_look(courier, data, len);
    courier->seen += len;
    if (courier->verdict != SK_OK) {
        return;
    }
    uint8_t *room = sk_incoming_room(&courier->current, len);
    if (room == NULL) {
        courier->verdict = SK_ERR_MEMORY;
        return;
    }
    memcpy(room, data, len);
    sk_incoming_add(&courier->current, len);
}

static void text_take(struct courier *courier, const char *text, size_t len)
{
    uint8_t bytes[SK_ARMOUR_ROOM(TEXT_STEP)];

    for (size_t at = 0; at < len && courier->verdict == SK_OK; at += TEXT_STEP) {
        size_t step = len - at < TEXT_STEP ? len - at : TEXT_STEP, got = 0;
        enum sk_error error = sk_armour_read(&courier->armour, text + at, step, bytes, &got);
        if (got > 0) {
            file_take(courier, (const char *)bytes, got);
        }
        if (courier->verdict == SK_OK) {
            courier->verdict = courier->armour.before > LEAD_MAX ? SK_ERR_ARMOUR_BEGIN : error;
        }
    }
}

static enum MHD_Result parsed(void *context, enum MHD_ValueKind kind, const char *name,
                              const char *file_name, const char *type, const char *encoding,
                              const char *data, uint64_t offset, size_t len)
{
    struct sk_request *request = context;
    struct courier *courier = request->state;

    (void)kind;
    (void)file_name;
    (void)type;
    (void)encoding;
    if (offset == 0 && !file_close(courier)) {
        return MHD_NO;
    }
    /* An empty file is the field that a browser sends when none was chosen. */
    if (name == NULL || strcmp(name, "sealed") != 0 || len == 0) {
        return MHD_YES;
    }
    if (offset == 0) {
        file_open(courier, request, *data);
    }
    if (!courier->open || len > SK_INCOMING_SLACK) {
        return MHD_NO;
    }
    if (courier->text) {
        text_take(courier, data, len);
    } else {
        file_take(courier, data, len);
    }
    return MHD_YES;
}

static void courier_release(struct sk_request *request)
{
    struct courier *courier = request->state;

    if (courier->parser != NULL) {
        (void)MHD_destroy_post_processor(courier->parser);
    }
    sk_incoming_close(&courier->current);
    sk_incoming_close(&courier->ready);
    free(courier);
    request->state = NULL;
}

static enum sk_step courier_begin(struct sk_request *request)
{
    char boundary[SK_BOUNDARY_MAX + 1];

    if (sk_media_parse(sk_request_header(request, "Content-Type"), boundary) !=
        SK_MEDIA_MULTIPART) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    enum sk_error error = sk_inbox_admit(request->gateway->inbox, request->length);
    if (error != SK_OK) {
        return sk_request_refuse_error(request, error);
    }
    struct courier *courier = calloc(1, sizeof *courier);
    if (courier == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = courier;
    courier->parser = MHD_create_post_processor(request->connection, PARSER_BYTES, parsed, request);
    if (courier->parser == NULL) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    return SK_STEP_ON;
}

/* Whether a failure of the store is about this file or about every one. */
static enum sk_step settle(struct sk_request *request)
{
    struct courier *courier = request->state;
    enum sk_error error = sk_incoming_settle(&courier->current);

    if (error != SK_OK) {
        courier->verdict = error;
        sk_incoming_close(&courier->current);
    }
    error = sk_incoming_settle(&courier->ready);
    if (error != SK_OK || courier->ready.finished) {
        sk_incoming_close(&courier->ready);
        if (!result_add(courier, error)) {
            return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
        }
    }
    return SK_STEP_ON;
}

/* What must reach the disk before more can be taken. */
static enum sk_step store_due(struct sk_request *request)
{
    struct courier *courier = request->state;
    enum sk_step step = settle(request);

    if (step == SK_STEP_ON && courier->ready.request != NULL) {
        step = sk_incoming_finish(&courier->ready, sk_class_of_length(courier->ready.total), NULL);
    } else if (step == SK_STEP_ON && sk_incoming_full(&courier->current)) {
        step = sk_incoming_store(&courier->current);
    }
    return step;
}

static enum sk_step courier_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                                 size_t *used)
{
    struct courier *courier = request->state;
    enum sk_step step = store_due(request);

    while (step == SK_STEP_ON && *used < len) {
        size_t slice = len - *used < SLICE_BYTES ? len - *used : SLICE_BYTES;
        enum MHD_Result good =
            MHD_post_process(courier->parser, (const char *)bytes + *used, slice);
        *used += slice;
        step = good == MHD_YES ? store_due(request)
                               : sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    return step;
}

/* Nothing was stored, and not because of the files. */
static bool store_failed(const struct courier *courier)
{
    switch (courier->results[courier->count - 1]) {
    case SK_ERR_FULL:
    case SK_ERR_STORE_RESERVE:
    case SK_ERR_IO:
    case SK_ERR_MEMORY:
        return courier->stored == 0;
    default:
        return false;
    }
}

static enum sk_step courier_answer(struct sk_request *request)
{
    struct courier *courier = request->state;
    struct sk_page page = {0};

    if (courier->count == 0) {
        return sk_request_refuse(request, SK_PROBLEM_EMPTY);
    }
    if (store_failed(courier)) {
        return sk_request_refuse_error(request, courier->results[courier->count - 1]);
    }
    enum sk_error error = sk_page_courier(&page, request->lang, courier->results, courier->count);
    return sk_reply_send_page(
        request, courier->stored > 0 ? MHD_HTTP_CREATED : MHD_HTTP_BAD_REQUEST, error, &page, true);
}

static enum sk_step courier_end(struct sk_request *request)
{
    struct courier *courier = request->state;
    struct MHD_PostProcessor *parser = courier->parser;
    enum sk_step step = settle(request);

    courier->parser = NULL;
    if (step == SK_STEP_ON && parser != NULL &&
        (MHD_destroy_post_processor(parser) != MHD_YES || !file_close(courier))) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    if (step == SK_STEP_ON) {
        step = store_due(request);
    }
    return step == SK_STEP_ON ? courier_answer(request) : step;
}

const struct sk_endpoint sk_endpoint_courier = {
    .takes = SK_BODY_UPLOAD,
    .begin = courier_begin,
    .body = courier_body,
    .end = courier_end,
    .release = courier_release,
};
