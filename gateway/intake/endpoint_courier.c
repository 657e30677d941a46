/*
 * POST /{lang}/courier: files that were sealed elsewhere, several in one form. Ciphertext
 * all the way: each file is checked by what is visible of it and stored by itself.
 *
 * The body is read event by event (keys/format/form.h): where a file has ended, or a piece of it
 * must reach the disk, reading rests until the writer is done.
 *
 * A file or a pasted text may be armoured (FORMAT 10). An envelope begins with its suite, a byte
 * that no text begins with, so the first byte decides; the line with which the armour begins must
 * then stand within the first LEAD_MAX bytes, because nobody should have to send a film to be told
 * that it is none.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/http/head_value.h"
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/intake/sink.h"
#include "gateway/pages/page_courier.h"
#include "keys/format/armour.h"
#include "keys/format/form.h"
#include "keys/format/slots.h"

/* At most SK_SINK_SLACK: so much fits behind a piece that is not full. */
#define SLICE_BYTES 8192u
#define FIELD "sealed"
#define FILES_MAX 256
#define TEXT_FIRST '\t' /* no text begins with a byte below, no envelope with another */
#define LEAD_MAX 4096
#define TEXT_STEP 1024u

struct courier {
    struct sk_form form;
    uint8_t name[8]; /* of the field in hand: longer than the one that is read */
    bool reads;      /* that field is `sealed` */
    bool open;       /* a file streams in */
    bool whole;      /* it has ended and is good: to be finished */
    bool text;       /* it is armoured */
    struct sk_sink sink;
    struct sk_armour armour;
    enum sk_error verdict; /* on it, so far */
    uint8_t visible[SK_VISIBLE_BYTES];
    uint64_t seen; /* its bytes so far */
    enum sk_error results[FILES_MAX];
    size_t count, stored;
};

static bool result_add(struct courier *courier, enum sk_error result)
{
    if (courier->count == FILES_MAX) {
        return false;
    }
    courier->results[courier->count++] = result;
    courier->stored += result == SK_OK;
    return true;
}

/* The file that streamed in is at its end. false: there were too many. */
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
    courier->whole = courier->verdict == SK_OK;
    if (courier->whole) {
        return true;
    }
    sk_sink_close(&courier->sink, NULL, NULL);
    return result_add(courier, courier->verdict);
}

static void file_open(struct courier *courier, struct sk_request *request, uint8_t first)
{
    sk_sink_open(&courier->sink, request);
    courier->open = true;
    courier->text = first >= TEXT_FIRST;
    sk_armour_start(&courier->armour);
    courier->verdict = SK_OK;
    courier->seen = 0;
}

/* Refuses as soon as the visible bytes show that nobody could open it. */
static void file_look(struct courier *courier, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len && courier->seen + i < SK_VISIBLE_BYTES; i++) {
        courier->visible[courier->seen + i] = data[i];
    }
    if (courier->seen < SK_VISIBLE_BYTES && courier->seen + len >= SK_VISIBLE_BYTES) {
        courier->verdict = sk_envelope_visible_check(courier->visible, time(NULL));
    }
}

static void file_take(struct courier *courier, const uint8_t *data, size_t len)
{
    file_look(courier, data, len);
    courier->seen += len;
    if (courier->verdict != SK_OK) {
        return;
    }
    uint8_t *room = sk_sink_room(&courier->sink, len);
    if (room == NULL) {
        courier->verdict = SK_ERR_MEMORY;
        return;
    }
    memcpy(room, data, len);
    sk_sink_add(&courier->sink, len);
}

static void text_take(struct courier *courier, const uint8_t *text, size_t len)
{
    uint8_t bytes[SK_ARMOUR_ROOM(TEXT_STEP)];

    for (size_t at = 0; at < len && courier->verdict == SK_OK; at += TEXT_STEP) {
        size_t step = len - at < TEXT_STEP ? len - at : TEXT_STEP, got = 0;
        enum sk_error e =
            sk_armour_read(&courier->armour, (const char *)text + at, step, bytes, &got);
        if (got > 0) {
            file_take(courier, bytes, got);
        }
        if (courier->verdict == SK_OK) {
            courier->verdict = courier->armour.before > LEAD_MAX ? SK_ERR_ARMOUR_BEGIN : e;
        }
    }
}

/* An empty file is the field that a browser sends when none was chosen. */
static void data_take(struct sk_request *request, const uint8_t *data, size_t len)
{
    struct courier *courier = request->state;

    if (!courier->reads) {
        return;
    }
    if (!courier->open) {
        file_open(courier, request, data[0]);
    }
    if (courier->text) {
        text_take(courier, data, len);
    } else {
        file_take(courier, data, len);
    }
}

/* false: too many files. */
static bool event_take(struct sk_request *request, const struct sk_form_event *event)
{
    struct courier *courier = request->state;

    switch (event->kind) {
    case SK_FORM_PART:
        courier->reads = sk_form_named(&courier->form, FIELD);
        return true;
    case SK_FORM_DATA:
        data_take(request, event->bytes, event->len);
        return true;
    case SK_FORM_PART_END:
        return file_close(courier);
    default:
        return true;
    }
}

static void courier_release(struct sk_request *request)
{
    struct courier *courier = request->state;

    sk_sink_close(&courier->sink, NULL, NULL);
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
    enum sk_error e = sk_inbox_admit(request->gateway->inbox, request->length);
    if (e != SK_OK) {
        return sk_request_refuse_error(request, e);
    }
    struct courier *courier = calloc(1, sizeof *courier);
    if (courier == NULL) {
        return sk_request_refuse_error(request, SK_ERR_MEMORY);
    }
    request->state = courier;
    sk_form_multipart(&courier->form, boundary, SK_FORM_DESK);
    sk_form_keep(&courier->form.field, courier->name, sizeof courier->name);
    return SK_STEP_ON;
}

/* What became of what was with the writer. A failure is about this file alone. */
static enum sk_step settle(struct sk_request *request)
{
    struct courier *courier = request->state;
    enum sk_error e = sk_sink_settle(&courier->sink);
    bool over = courier->whole && (e != SK_OK || courier->sink.finished);

    if (e != SK_OK) {
        courier->verdict = e;
    }
    if (e != SK_OK || over) {
        sk_sink_close(&courier->sink, NULL, NULL);
    }
    courier->whole = courier->whole && !over;
    return !over || result_add(courier, e) ? SK_STEP_ON
                                           : sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
}

/* What must reach the disk before more can be taken. */
static enum sk_step store_due(struct sk_request *request)
{
    struct courier *courier = request->state;
    struct sk_sink *sink = &courier->sink;
    enum sk_step step = settle(request);

    if (step == SK_STEP_ON && courier->whole) {
        step = sk_sink_finish(sink, sink->total, NULL);
    } else if (step == SK_STEP_ON && sk_sink_full(sink)) {
        step = sk_sink_store(sink);
    }
    return step;
}

static enum sk_step courier_body(struct sk_request *request, const uint8_t *bytes, size_t len,
                                 size_t *used)
{
    struct courier *courier = request->state;
    struct sk_form_event event = {SK_FORM_MORE, NULL, 0};
    enum sk_step step = store_due(request);

    while (step == SK_STEP_ON && (*used < len || event.kind != SK_FORM_MORE)) {
        size_t end = len - *used < SLICE_BYTES ? len : *used + SLICE_BYTES;
        enum sk_error e = sk_form_next(&courier->form, bytes, end, used, &event);
        step = e == SK_OK && event_take(request, &event)
                   ? store_due(request)
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
    enum sk_error e = sk_page_courier(&page, request->lang, courier->results, courier->count);
    return sk_reply_send_page(
        request, courier->stored > 0 ? MHD_HTTP_CREATED : MHD_HTTP_BAD_REQUEST, e, &page, true);
}

static enum sk_step courier_end(struct sk_request *request)
{
    struct courier *courier = request->state;
    struct sk_form_event rest;
    enum sk_step step = store_due(request);

    if (step != SK_STEP_ON) {
        return step;
    }
    if (sk_form_end(&courier->form, &rest) != SK_OK || !event_take(request, &rest)) {
        return sk_request_refuse(request, SK_PROBLEM_BAD_REQUEST);
    }
    step = store_due(request);
    return step == SK_STEP_ON ? courier_answer(request) : step;
}

const struct sk_endpoint sk_endpoint_courier = {
    .takes = SK_BODY_UPLOAD,
    .begin = courier_begin,
    .body = courier_body,
    .end = courier_end,
    .release = courier_release,
};
