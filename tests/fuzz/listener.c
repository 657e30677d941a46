#include "tests/fuzz/listener.h"

#include <string.h>

#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static void trace(struct fuzz_listener *l, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < len; i++) {
        l->trace = (l->trace ^ p[i]) * UINT64_C(1099511628211);
    }
}

static void name(struct fuzz_listener *l, const char *text)
{
    size_t len = strlen(text);

    FUZZ_MUST(len <= 3 * SK_PARSE_NAME_MAX && fuzz_text(text, len, false));
    trace(l, text, len + 1);
}

static void part_begins(struct fuzz_listener *l, bool file)
{
    FUZZ_MUST(l->where == LISTENER_BETWEEN && l->parts < SK_PARSE_PARTS_MAX);
    l->where = file ? LISTENER_IN_FILE : LISTENER_IN_FIELD;
    l->parts++;
    l->in_part = 0;
    l->headed = false;
    trace(l, file ? "file" : "line", 4);
}

static void piece(struct fuzz_listener *l, const uint8_t *bytes, size_t len)
{
    uint8_t sum = 0;

    FUZZ_MUST(len > 0 && len <= SK_PARSE_PIECE);
    for (size_t i = 0; i < len; i++) {
        sum = (uint8_t)(sum ^ bytes[i]); /* a sanitizer sees every byte being read */
    }
    l->in_part += len;
    l->total += len;
    FUZZ_MUST(l->total <= l->body_len);
    FUZZ_MUST(l->mode == SK_PARSE_FULL || l->in_part <= SK_PARSE_PIECE);
    (void)sum;
}

static void part_ends(struct fuzz_listener *l, uint64_t whole)
{
    FUZZ_MUST(whole <= l->body_len && whole >= l->in_part);
    FUZZ_MUST(l->mode == SK_PARSE_LIST || whole == l->in_part);
    l->where = LISTENER_BETWEEN;
    trace(l, &whole, sizeof whole);
}

static enum sk_error on_field(void *ctx, const char *field)
{
    part_begins(ctx, false);
    name(ctx, field);
    return SK_OK;
}

static enum sk_error on_field_more(void *ctx, const uint8_t *value, size_t len)
{
    struct fuzz_listener *l = ctx;

    FUZZ_MUST(l->where == LISTENER_IN_FIELD);
    piece(l, value, len);
    return SK_OK;
}

static enum sk_error on_field_end(void *ctx, uint64_t whole)
{
    struct fuzz_listener *l = ctx;

    FUZZ_MUST(l->where == LISTENER_IN_FIELD);
    part_ends(l, whole);
    return SK_OK;
}

static enum sk_error on_file(void *ctx, const char *field, const char *file, const char *type)
{
    part_begins(ctx, true);
    name(ctx, field);
    name(ctx, file);
    name(ctx, type);
    return SK_OK;
}

static enum sk_error on_data(void *ctx, const uint8_t *bytes, size_t len)
{
    struct fuzz_listener *l = ctx;

    FUZZ_MUST(l->where == LISTENER_IN_FILE && l->mode == SK_PARSE_FULL);
    piece(l, bytes, len);
    return SK_OK;
}

static enum sk_error on_file_end(void *ctx, uint64_t whole)
{
    struct fuzz_listener *l = ctx;

    FUZZ_MUST(l->where == LISTENER_IN_FILE);
    part_ends(l, whole);
    return SK_OK;
}

static enum sk_error on_head(void *ctx, const uint8_t *lines, size_t len)
{
    struct fuzz_listener *l = ctx;

    FUZZ_MUST(l->where != LISTENER_BETWEEN && l->mode == SK_PARSE_FULL && !l->headed);
    FUZZ_MUST(l->in_part == 0 && len > 0 && len <= SK_PARSE_HEAD_MAX && lines != NULL);
    l->headed = true;
    return SK_OK;
}

enum sk_error fuzz_listen(struct fuzz_listener *l, const uint8_t *frames, size_t size,
                          enum sk_parse_mode mode, uint64_t body_len)
{
    static const struct sk_frame_handler handler = {on_field, on_field_more, on_field_end, on_file,
                                                    on_data,  on_file_end,   on_head};
    enum sk_error e;

    memset(l, 0, sizeof *l);
    l->mode = mode;
    l->body_len = body_len;
    e = sk_frames_read(fuzz_file(frames, size), mode, body_len, &handler, l, &l->outcome);
    FUZZ_MUST(e == SK_OK || e == SK_ERR_PARSE_FAILED);
    FUZZ_MUST(e != SK_OK || l->where == LISTENER_BETWEEN);
    return e;
}
