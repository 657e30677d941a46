/*
 * Bodies cut at their boundary lines, judged by a second reading: what comes out is the body
 * itself, byte for byte and in order, no boundary line is passed over, none is seen where there
 * is none; and the same whether the bytes come one by one or all at once.
 * Input: u16 n | boundary | newline | body. n bytes of filler stand before the body, so that a
 * short input reaches over the edge of the window.
 */
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/parse/split.h"
#include "tests/fuzz/fuzz.h"

enum { PADDING_MAX = 64 };

struct cut {
    uint8_t mark[4 + SK_BOUNDARY_MAX];
    size_t mark_len;
    const uint8_t *body; /* behind a CRLF, as if a line ended before it */
    size_t len;
    size_t at;           /* how much of it has come out */
    size_t given, piece; /* to the splitter, and how much at a time */
    uint64_t trace;
};

static enum sk_error source(void *ctx, uint8_t *out, size_t len, size_t *got)
{
    struct cut *c = ctx;
    size_t n = c->len - c->given;

    n = n < len ? n : len;
    n = n < c->piece ? n : c->piece;
    memcpy(out, c->body + c->given, n);
    c->given += n;
    *got = n;
    return SK_OK;
}

static void expect(struct cut *c, const void *bytes, size_t len)
{
    FUZZ_MUST(len <= c->len - c->at && memcmp(c->body + c->at, bytes, len) == 0);
    c->at += len;
}

static enum sk_error sink(void *ctx, const uint8_t *bytes, size_t len)
{
    FUZZ_MUST(len > 0);
    expect(ctx, bytes, len);
    return SK_OK;
}

/* Where the boundary line that begins at `at` ends; 0 if there is none. */
static size_t line_end(const struct cut *c, size_t at, bool *closing)
{
    const uint8_t *p = c->body + at;
    size_t left = c->len - at, n = c->mark_len;

    if (left < n || memcmp(p, c->mark, n) != 0) {
        return 0;
    }
    *closing = left - n >= 2 && memcmp(p + n, "--", 2) == 0;
    n += *closing ? 2 : 0;
    for (size_t i = 0; i < PADDING_MAX && n < left && (p[n] == ' ' || p[n] == '\t'); i++) {
        n++;
    }
    if (left - n >= 2 && memcmp(p + n, "\r\n", 2) == 0) {
        return at + n + 2;
    }
    return *closing && n == left ? c->len : 0;
}

static enum sk_split_next content(struct sk_split *split, struct cut *c)
{
    enum sk_split_next next = SK_SPLIT_CUT;
    size_t from = c->at, end;
    bool closing = false;

    FUZZ_MUST(sk_split_content(split, sink, c, &next) == SK_OK);
    for (size_t i = from; i < c->at; i++) {
        FUZZ_MUST(line_end(c, i, &closing) == 0);
    }
    c->trace = (c->trace ^ c->at ^ (uint64_t)next << 32) * UINT64_C(1099511628211);
    if (next == SK_SPLIT_CUT) {
        FUZZ_MUST(c->at == c->len);
        return next;
    }
    end = line_end(c, c->at, &closing);
    FUZZ_MUST(end != 0 && closing == (next == SK_SPLIT_CLOSE));
    c->at = end;
    return next;
}

/* The reason for a refusal: no end of the head, where one is allowed to be. */
static void headless(const struct cut *c)
{
    size_t left = c->len - c->at;

    left = left < SK_PARSE_HEAD_MAX ? left : SK_PARSE_HEAD_MAX;
    FUZZ_MUST(left < 2 || memcmp(c->body + c->at, "\r\n", 2) != 0);
    FUZZ_MUST(memmem(c->body + c->at, left, "\r\n\r\n", 4) == NULL);
}

static bool head(struct sk_split *split, struct cut *c)
{
    const uint8_t *lines = NULL;
    size_t len = 0;
    enum sk_error e = sk_split_head(split, &lines, &len);

    c->trace = (c->trace ^ (uint64_t)e) * UINT64_C(1099511628211);
    if (e != SK_OK) {
        FUZZ_MUST(e == SK_ERR_PARSE_FAILED);
        headless(c);
        return false;
    }
    FUZZ_MUST(len == 0 || (len >= 2 && len + 2 <= SK_PARSE_HEAD_MAX));
    FUZZ_MUST(memmem(lines, len, "\r\n\r\n", 4) == NULL);
    expect(c, lines, len);
    FUZZ_MUST(len == 0 || memcmp(c->body + c->at - 2, "\r\n", 2) == 0);
    expect(c, "\r\n", 2);
    return true;
}

static uint64_t cut_all(struct cut *c, const char *boundary, size_t piece)
{
    static struct sk_split split;

    c->at = 0;
    c->given = 2; /* the splitter lends itself the first CRLF */
    c->piece = piece;
    c->trace = 0;
    sk_split_start(&split, boundary, source, c);
    while (content(&split, c) == SK_SPLIT_PART && head(&split, c)) {
    }
    return c->trace;
}

/* false: what stands before the newline is no boundary. */
static bool mark_take(struct cut *c, char boundary[SK_BOUNDARY_MAX + 1], const uint8_t *data,
                      size_t len)
{
    if (sk_boundary_check((const char *)data, len) != SK_OK) {
        return false;
    }
    memcpy(boundary, data, len);
    boundary[len] = '\0';
    memcpy(c->mark, "\r\n--", 4);
    memcpy(c->mark + 4, data, len);
    c->mark_len = 4 + len;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 2 ? memchr(data + 2, '\n', size - 2) : NULL;
    char boundary[SK_BOUNDARY_MAX + 1];
    struct cut c;
    uint8_t *body;

    if (newline == NULL || !mark_take(&c, boundary, data + 2, (size_t)(newline - data) - 2)) {
        return 0;
    }
    size_t filler = sk_get_u16(data), rest = size - (size_t)(newline + 1 - data);

    c.len = 2 + filler + rest;
    body = malloc(c.len);
    FUZZ_MUST(body != NULL);
    memcpy(body, "\r\n", 2);
    memset(body + 2, 'x', filler);
    if (filler >= 2) {
        memcpy(body + filler, "\r\n", 2); /* the body begins on a line of its own */
    }
    memcpy(body + 2 + filler, newline + 1, rest);
    c.body = body;
    uint64_t at_once = cut_all(&c, boundary, c.len);

    FUZZ_MUST(cut_all(&c, boundary, 1) == at_once);
    free(body);
    return 0;
}
