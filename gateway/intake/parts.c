#include "gateway/intake/parts.h"

#include <string.h>

void sk_parts_start(struct sk_parts *parts, const char *boundary)
{
    size_t len = strnlen(boundary, SK_BOUNDARY_MAX);

    memset(parts, 0, sizeof *parts);
    memcpy(parts->mark, "\r\n--", 4);
    memcpy(parts->mark + 4, boundary, len);
    parts->mark_len = 4 + len;
    parts->matched = 2; /* the first boundary line has no CRLF before it */
}

static void enter(struct sk_parts *parts, enum sk_parts_at at)
{
    parts->at = at;
    parts->matched = parts->head = parts->line = 0;
    parts->dashes = parts->padding = 0;
    parts->cr = false;
}

/* CR stands in a mark only at its beginning: nothing else of what matched can begin another. */
static void take_content(struct sk_parts *parts, uint8_t c)
{
    if (c == parts->mark[parts->matched]) {
        parts->matched++;
    } else {
        parts->matched = c == '\r' ? 1 : 0;
    }
    if (parts->matched == parts->mark_len) {
        enter(parts, SK_PARTS_LINE);
    }
}

/* It was no boundary line, but content; this byte may begin one. */
static void back_to_content(struct sk_parts *parts, uint8_t c)
{
    enter(parts, SK_PARTS_CONTENT);
    take_content(parts, c);
}

/* Behind a boundary: "--" or nothing, padding, CRLF. */
static void take_line(struct sk_parts *parts, uint8_t c)
{
    if (parts->cr) {
        if (c != '\n') {
            back_to_content(parts, c);
        } else if (parts->dashes == 2) {
            enter(parts, SK_PARTS_CLOSED);
        } else {
            enter(parts, SK_PARTS_HEADERS);
            if (++parts->count > SK_BODY_PARTS_MAX) {
                parts->fault = SK_PARTS_MANY;
            }
        }
    } else if (c == '-' && parts->padding == 0 && parts->dashes < 2) {
        parts->dashes++;
    } else if (parts->dashes == 1) {
        back_to_content(parts, c);
    } else if ((c == ' ' || c == '\t') && parts->padding < SK_BODY_PADDING_MAX) {
        parts->padding++;
    } else if (c == '\r') {
        parts->cr = true;
    } else {
        back_to_content(parts, c);
    }
}

/* Header lines up to an empty one. */
static void take_header(struct sk_parts *parts, uint8_t c)
{
    parts->head++;
    if (c == '\n' && parts->cr) {
        bool empty = parts->line == 1; /* nothing but its CR */

        parts->line = 0;
        parts->cr = false;
        if (empty) {
            enter(parts, SK_PARTS_CONTENT);
        }
    } else {
        parts->line++;
        parts->cr = c == '\r';
        if (parts->line > SK_BODY_LINE_MAX + 1) {
            parts->fault = SK_PARTS_NAME;
        }
    }
    if (parts->head >= SK_BODY_HEAD_MAX && parts->at == SK_PARTS_HEADERS) {
        parts->fault = SK_PARTS_HEAD;
    }
}

bool sk_parts_take(struct sk_parts *parts, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len && parts->fault == SK_PARTS_FINE; i++) {
        switch (parts->at) {
        case SK_PARTS_CONTENT:
            take_content(parts, bytes[i]);
            break;
        case SK_PARTS_LINE:
            take_line(parts, bytes[i]);
            break;
        case SK_PARTS_HEADERS:
            take_header(parts, bytes[i]);
            break;
        case SK_PARTS_CLOSED:
            return true;
        }
    }
    return parts->fault == SK_PARTS_FINE;
}

bool sk_parts_whole(const struct sk_parts *parts)
{
    bool closed = parts->at == SK_PARTS_CLOSED ||
                  (parts->at == SK_PARTS_LINE && parts->dashes == 2 && !parts->cr);

    return closed && parts->count > 0 && parts->fault == SK_PARTS_FINE;
}
