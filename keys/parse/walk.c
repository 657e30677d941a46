#include "keys/parse/walk.h"

#include <string.h>

static enum sk_error take_data(struct sk_walk *walk, const uint8_t *bytes, size_t len)
{
    uint64_t before = walk->given;

    walk->given += len;
    if (walk->mode == SK_PARSE_LIST) {
        uint64_t room = before < SK_PARSE_PIECE ? SK_PARSE_PIECE - before : 0;

        if (walk->piece == SK_FRAME_DATA) {
            return SK_OK;
        }
        len = len < room ? len : (size_t)room;
    }
    return sk_emit_bytes(&walk->emit, walk->piece, bytes, len);
}

/* The form reader refuses a head that does not fit. */
static enum sk_error take_head(struct sk_walk *walk, const uint8_t *bytes, size_t len)
{
    if (len > sizeof walk->lines - walk->lines_len) {
        return SK_ERR_FORM_HEAD;
    }
    memcpy(walk->lines + walk->lines_len, bytes, len);
    walk->lines_len += len;
    return SK_OK;
}

static enum sk_error begin_part(struct sk_walk *walk)
{
    const struct sk_form *form = &walk->form;
    size_t len = walk->lines_len - 2; /* without the empty line */
    enum sk_error e;

    walk->given = 0;
    walk->lines_len = 0;
    walk->piece = form->is_file ? SK_FRAME_DATA : SK_FRAME_FIELD_MORE;
    if (form->is_file) {
        e = sk_emit_file(&walk->emit, &form->field, &form->file, &form->type);
    } else {
        e = sk_emit_frame(&walk->emit, SK_FRAME_FIELD, walk->field, form->field.len, NULL, 0);
    }
    if (e == SK_OK && walk->mode == SK_PARSE_FULL && len > 0) {
        e = sk_emit_frame(&walk->emit, SK_FRAME_HEAD_LINES, walk->lines, len, NULL, 0);
    }
    return e;
}

static enum sk_error end_part(struct sk_walk *walk)
{
    enum sk_frame_type end = walk->piece == SK_FRAME_DATA ? SK_FRAME_FILE_END : SK_FRAME_FIELD_END;

    return sk_emit_u64(&walk->emit, end, walk->given);
}

static enum sk_error take_event(struct sk_walk *walk, const struct sk_form_event *event)
{
    switch (event->kind) {
    case SK_FORM_HEAD:
        return take_head(walk, event->bytes, event->len);
    case SK_FORM_PART:
        return begin_part(walk);
    case SK_FORM_DATA:
        return take_data(walk, event->bytes, event->len);
    case SK_FORM_PART_END:
        return end_part(walk);
    case SK_FORM_CLOSE:
        walk->closed = true;
        return SK_OK;
    default:
        return SK_OK;
    }
}

static enum sk_error take_piece(struct sk_walk *walk, size_t len)
{
    struct sk_form_event event;
    size_t used = 0;
    enum sk_error e;

    do {
        e = sk_form_next(&walk->form, walk->input, len, &used, &event);
        if (e != SK_OK) {
            return e;
        }
        e = take_event(walk, &event);
    } while (e == SK_OK && event.kind != SK_FORM_MORE);
    return e;
}

/* Ends a part that the end of the body cut. */
static enum sk_error take_end(struct sk_walk *walk)
{
    struct sk_form_event rest;
    enum sk_error outcome = sk_form_end(&walk->form, &rest);
    enum sk_error e = take_event(walk, &rest);

    if (e == SK_OK && outcome == SK_ERR_FORM_CUT) {
        e = end_part(walk);
    }
    return e == SK_OK ? outcome : e;
}

static enum sk_error walk_body(struct sk_walk *walk)
{
    while (!walk->closed) {
        size_t got;
        enum sk_error e = sk_body_read(&walk->body, walk->input, sizeof walk->input, &got);

        if (e != SK_OK) {
            return e;
        }
        if (got == 0) {
            break;
        }
        e = take_piece(walk, got);
        if (e != SK_OK) {
            return e;
        }
    }
    return take_end(walk);
}

static enum sk_parse_outcome outcome_of(enum sk_error e)
{
    switch (e) {
    case SK_OK:
        return SK_PARSE_WHOLE;
    case SK_ERR_FORM_CUT:
        return SK_PARSE_TRUNCATED;
    case SK_ERR_FORM_NONE:
    case SK_ERR_FORM_HEAD:
        return SK_PARSE_MALFORMED;
    case SK_ERR_FORM_PARTS:
        return SK_PARSE_CROWDED;
    default:
        return SK_PARSE_UNREADABLE;
    }
}

enum sk_error sk_walk_all(struct sk_walk *walk, const char *boundary)
{
    uint8_t outcome;

    walk->lines_len = 0;
    walk->closed = false;
    sk_form_multipart(&walk->form, boundary, SK_FORM_DESK);
    sk_form_keep(&walk->form.field, walk->field, sizeof walk->field);
    sk_form_keep(&walk->form.file, walk->file, sizeof walk->file);
    sk_form_keep(&walk->form.type, walk->type, sizeof walk->type);
    outcome = (uint8_t)outcome_of(walk_body(walk));
    return sk_emit_frame(&walk->emit, SK_FRAME_END, &outcome, 1, NULL, 0);
}
