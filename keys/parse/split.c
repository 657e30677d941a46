#include "keys/parse/split.h"

#include <string.h>

/* Transport padding that a boundary line may carry; browsers write none. */
#define PADDING_MAX SK_BODY_PADDING_MAX

enum line { LINE_NONE, LINE_PART, LINE_CLOSE, LINE_UNKNOWN_YET };

void sk_split_start(struct sk_split *split, const char *boundary, sk_split_source source,
                    void *source_ctx)
{
    size_t len = strnlen(boundary, SK_BOUNDARY_MAX);

    split->source = source;
    split->source_ctx = source_ctx;
    split->at_end = false;
    memcpy(split->mark, "\r\n--", 4);
    memcpy(split->mark + 4, boundary, len);
    split->mark_len = 4 + len;
    /* The first boundary line has no CRLF before it: lend it one. */
    memcpy(split->window, "\r\n", 2);
    split->start = 0;
    split->end = 2;
}

/* Moves what is left to the front and fills the window as far as the source goes. */
static enum sk_error fill(struct sk_split *split)
{
    memmove(split->window, split->window + split->start, split->end - split->start);
    split->end -= split->start;
    split->start = 0;
    while (!split->at_end && split->end < SK_SPLIT_WINDOW) {
        size_t got = 0;
        enum sk_error e = split->source(split->source_ctx, split->window + split->end,
                                        SK_SPLIT_WINDOW - split->end, &got);

        if (e != SK_OK) {
            return e;
        }
        split->at_end = got == 0;
        split->end += got;
    }
    return SK_OK;
}

/* What follows a boundary at p: padding and CRLF, or "--" before them. *past: behind it all. */
static enum line judge(const struct sk_split *split, size_t p, size_t *past)
{
    const uint8_t *w = split->window;
    enum line kind = LINE_PART;
    size_t limit;

    if (split->end - p >= 2 && w[p] == '-' && w[p + 1] == '-') {
        kind = LINE_CLOSE;
        p += 2;
    }
    limit = p + PADDING_MAX;
    while (p < split->end && p < limit && (w[p] == ' ' || w[p] == '\t')) {
        p++;
    }
    if (split->end - p >= 2) {
        *past = p + 2;
        return w[p] == '\r' && w[p + 1] == '\n' ? kind : LINE_NONE;
    }
    if (!split->at_end) {
        return LINE_UNKNOWN_YET;
    }
    *past = split->end;
    return kind == LINE_CLOSE && p == split->end ? LINE_CLOSE : LINE_NONE;
}

static enum sk_error give(struct sk_split *split, size_t until, sk_split_sink sink, void *ctx)
{
    enum sk_error e = SK_OK;

    if (sink != NULL && until > split->start) {
        e = sink(ctx, split->window + split->start, until - split->start);
    }
    split->start = until;
    return e;
}

/* One look at the window: *done when a boundary line was passed or the body is over. */
static enum sk_error look(struct sk_split *split, sk_split_sink sink, void *ctx,
                          enum sk_split_next *next, bool *done)
{
    const uint8_t *from = split->window + split->start;
    const uint8_t *at = memmem(from, split->end - split->start, split->mark, split->mark_len);
    size_t p, past = 0;

    if (at == NULL) {
        size_t keep = split->at_end ? 0 : split->mark_len - 1;
        size_t have = split->end - split->start;

        *next = SK_SPLIT_CUT;
        *done = split->at_end;
        return give(split, split->end - (keep < have ? keep : have), sink, ctx);
    }
    p = (size_t)(at - split->window);
    enum line line = judge(split, p + split->mark_len, &past);
    enum sk_error e = give(split, line == LINE_NONE ? p + 1 : p, sink, ctx);

    if (e == SK_OK && (line == LINE_PART || line == LINE_CLOSE)) {
        split->start = past;
        *next = line == LINE_PART ? SK_SPLIT_PART : SK_SPLIT_CLOSE;
        *done = true;
    }
    return e;
}

enum sk_error sk_split_content(struct sk_split *split, sk_split_sink sink, void *ctx,
                               enum sk_split_next *next)
{
    /* A mark and its line ending always fit: after a fill that does not reach the end of the
     * body, judge() has at least this much to look at. */
    const size_t enough = 4 + SK_BOUNDARY_MAX + 4 + PADDING_MAX;
    bool done = false;

    while (!done) {
        enum sk_error e = SK_OK;

        if (!split->at_end && split->end - split->start < enough) {
            e = fill(split);
        }
        if (e == SK_OK) {
            e = look(split, sink, ctx, next, &done);
        }
        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

enum sk_error sk_split_head(struct sk_split *split, const uint8_t **head, size_t *len)
{
    enum sk_error e = fill(split);
    size_t have = split->end - split->start;

    if (e != SK_OK) {
        return e;
    }
    const uint8_t *from = split->window + split->start;

    if (have >= 2 && memcmp(from, "\r\n", 2) == 0) {
        *head = from;
        *len = 0;
        split->start += 2;
        return SK_OK;
    }
    have = have < SK_PARSE_HEAD_MAX ? have : SK_PARSE_HEAD_MAX;
    const uint8_t *blank = memmem(from, have, "\r\n\r\n", 4);

    if (blank == NULL) {
        return SK_ERR_PARSE_FAILED;
    }
    *head = from;
    *len = (size_t)(blank - from) + 2;
    split->start += *len + 2;
    return SK_OK;
}
