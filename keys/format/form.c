#include "keys/format/form.h"

#include <string.h>

#include "keys/format/form_head.h"
#include "keys/format/form_pairs.h"

void sk_form_multipart(struct sk_form *form, const char *boundary, enum sk_form_reader reader)
{
    size_t len = strnlen(boundary, SK_BOUNDARY_MAX);

    memset(form, 0, sizeof *form);
    form->reader = reader;
    form->state = SK_FORM_AT_CONTENT;
    memcpy(form->line, "\r\n--", 4);
    memcpy(form->line + 4, boundary, len);
    form->delimiter_len = (uint8_t)(4 + len);
    form->matched = 2; /* the first boundary line needs no CRLF before it */
}

void sk_form_pairs(struct sk_form *form)
{
    memset(form, 0, sizeof *form);
    form->state = SK_FORM_AT_NAME;
}

bool sk_form_named(const struct sk_form *form, const char *name)
{
    size_t len = strlen(name);

    return form->field.full == len && len <= form->field.room &&
           memcmp(form->field.bytes, name, len) == 0;
}

static void give(struct sk_form_event *event, enum sk_form_kind kind, const uint8_t *bytes,
                 size_t len)
{
    event->kind = kind;
    event->bytes = bytes;
    event->len = len;
}

/* ---- content ------------------------------------------------------------------------------- */

/* The preamble, before the first boundary line, is dropped. */
static void give_content(const struct sk_form *form, struct sk_form_event *event,
                         const uint8_t *bytes, size_t len)
{
    if (form->count > 0 && len > 0) {
        give(event, SK_FORM_DATA, bytes, len);
    }
}

/* Where a delimiter, or as much of one as p holds, begins in p; n if nowhere. */
static size_t find_delimiter(const struct sk_form *form, const uint8_t *p, size_t n)
{
    size_t at = 0;

    while (at < n) {
        const uint8_t *cr = memchr(p + at, '\r', n - at);
        if (cr == NULL) {
            return n;
        }
        at = (size_t)(cr - p);
        size_t seen = n - at < form->delimiter_len ? n - at : form->delimiter_len;
        if (memcmp(cr, form->line, seen) == 0) {
            return at;
        }
        at++;
    }
    return n;
}

/* A delimiter has CR only at its beginning: no byte behind the matched CR can begin another one. */
static size_t take_content(struct sk_form *form, const uint8_t *p, size_t n,
                           struct sk_form_event *event)
{
    if (form->matched == 0) {
        size_t before = find_delimiter(form, p, n);
        give_content(form, event, p, before);
        form->matched = before < n ? 1 : 0;
        return before < n ? before + 1 : n;
    }
    if (p[0] != form->line[form->matched]) {
        give_content(form, event, form->line, form->matched);
        form->matched = 0;
        return 0;
    }
    form->matched++;
    if (form->matched == form->delimiter_len) {
        form->state = SK_FORM_AT_LINE;
        form->line_len = form->delimiter_len;
        form->dashes = form->padding = 0;
        form->cr = false;
    }
    return 1;
}

/* ---- the rest of a boundary line ------------------------------------------------------------ */

static void boundary_line_end(struct sk_form *form, struct sk_form_event *event)
{
    if (form->count > 0) {
        give(event, SK_FORM_PART_END, NULL, 0);
    }
    if (form->dashes == 2) {
        form->state = SK_FORM_AT_CLOSE;
    } else if (form->count == SK_BODY_PARTS_MAX) {
        form->fault = SK_ERR_FORM_PARTS;
    } else {
        form->count++;
        form->state = SK_FORM_AT_HEAD;
        sk_form_head_start(form);
    }
}

/* Whether c may follow the boundary on its line: "--" or nothing, transport padding, CR. */
static bool boundary_line_continues(struct sk_form *form, uint8_t c)
{
    if (c == '-' && form->padding == 0 && form->dashes < 2) {
        form->dashes++;
        return true;
    }
    if (form->dashes == 1) {
        return false;
    }
    if ((c == ' ' || c == '\t') && form->padding < SK_BODY_PADDING_MAX) {
        form->padding++;
        return true;
    }
    form->cr = c == '\r';
    return form->cr;
}

static size_t take_boundary_line(struct sk_form *form, uint8_t c, struct sk_form_event *event)
{
    if (form->cr && c == '\n') {
        boundary_line_end(form, event);
        return 1;
    }
    if (!form->cr && boundary_line_continues(form, c)) {
        form->line[form->line_len++] = c;
        return 1;
    }
    /* The line is content after all; c may begin a delimiter. */
    give_content(form, event, form->line, form->line_len);
    form->state = SK_FORM_AT_CONTENT;
    form->matched = 0;
    return 0;
}

/* ---- heads ---------------------------------------------------------------------------------- */

static bool name_too_long(const struct sk_form *form)
{
    return form->head_line > SK_BODY_LINE_MAX + 1 || form->field.full > SK_BODY_NAME_MAX ||
           form->file.full > SK_BODY_NAME_MAX || form->type.full > SK_BODY_NAME_MAX;
}

/* Whether the head ends with this byte. */
static bool take_head_byte(struct sk_form *form, uint8_t c)
{
    bool line_end = form->cr && c == '\n';
    bool empty = line_end && form->head_line == 1; /* a line of its CR only */

    sk_form_head_take(form, c);
    form->head_len++;
    form->head_line = line_end ? 0 : form->head_line + 1;
    form->cr = c == '\r';
    form->fresh = line_end;
    if (form->reader == SK_FORM_GATEWAY && name_too_long(form)) {
        form->fault = SK_ERR_FORM_NAME;
    } else if (!empty && form->head_len >= SK_BODY_HEAD_MAX) {
        form->fault = SK_ERR_FORM_HEAD;
    }
    return empty;
}

static size_t take_head(struct sk_form *form, const uint8_t *p, size_t n,
                        struct sk_form_event *event)
{
    bool ended = false;
    size_t i = 0;

    while (i < n && !ended && form->fault == SK_OK) {
        ended = take_head_byte(form, p[i++]);
    }
    give(event, SK_FORM_HEAD, p, i);
    if (ended) {
        form->state = SK_FORM_AT_PART;
    }
    return i;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static size_t take(struct sk_form *form, const uint8_t *p, size_t n, struct sk_form_event *event)
{
    switch (form->state) {
    case SK_FORM_AT_CONTENT:
        return take_content(form, p, n, event);
    case SK_FORM_AT_LINE:
        return take_boundary_line(form, p[0], event);
    case SK_FORM_AT_HEAD:
        return take_head(form, p, n, event);
    default:
        return n; /* the epilogue, behind the closing boundary, is dropped */
    }
}

enum sk_error sk_form_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                           struct sk_form_event *event)
{
    give(event, SK_FORM_MORE, NULL, 0);
    if (form->state >= SK_FORM_AT_NAME) {
        sk_form_pairs_next(form, piece, len, used, event);
        return SK_OK;
    }
    while (form->fault == SK_OK && event->kind == SK_FORM_MORE) {
        if (form->state == SK_FORM_AT_PART) {
            sk_form_head_end(form);
            form->state = SK_FORM_AT_CONTENT;
            form->matched = 0;
            give(event, SK_FORM_PART, NULL, 0);
        } else if (form->state == SK_FORM_AT_CLOSE) {
            form->state = SK_FORM_AT_CLOSED;
            give(event, SK_FORM_CLOSE, NULL, 0);
        } else if (*used < len) {
            *used += take(form, piece + *used, len - *used, event);
        } else {
            return SK_OK;
        }
    }
    /* The end of a part comes before a fault of the next one. */
    return event->kind == SK_FORM_PART_END ? SK_OK : form->fault;
}

enum sk_error sk_form_end(const struct sk_form *form, struct sk_form_event *rest)
{
    bool closing = form->state == SK_FORM_AT_LINE && form->dashes == 2 && !form->cr;

    give(rest, SK_FORM_MORE, NULL, 0);
    if (form->state >= SK_FORM_AT_NAME) {
        return sk_form_pairs_end(form, rest);
    }
    if (form->fault != SK_OK) {
        return form->fault;
    }
    if (form->count == 0) {
        return SK_ERR_FORM_NONE;
    }
    if (closing) {
        give(rest, SK_FORM_PART_END, NULL, 0);
    }
    if (closing || form->state == SK_FORM_AT_CLOSE || form->state == SK_FORM_AT_CLOSED) {
        return SK_OK;
    }
    if (form->state == SK_FORM_AT_HEAD) {
        return SK_ERR_FORM_HEAD;
    }
    give_content(form, rest, form->line,
                 form->state == SK_FORM_AT_LINE ? form->line_len : form->matched);
    return SK_ERR_FORM_CUT;
}
