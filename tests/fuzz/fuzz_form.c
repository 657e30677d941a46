/*
 * The body of a form, held against a second reading of all of it at once (form_slow.h): the same
 * parts, names, bytes and refusal, however the body is cut, for the desk and for the gateway; and
 * what the gateway takes the desk reads with the same names and lengths. The body serves as a name,
 * too. Input: u8 n | boundary n | body.
 */
#include <string.h>

#include "keys/format/form.h"
#include "tests/fuzz/form_slow.h"
#include "tests/fuzz/fuzz.h"

enum { CUTS = 5 };

/* Every input is read ten times, and once slowly. */
extern const unsigned fuzz_few;
const unsigned fuzz_few = 300;

struct reading {
    const struct slow_form *want;
    size_t part, given; /* parts that ended; bytes of the head or content of the one in hand */
    bool inside, head, closed;
    struct sk_form form;
    uint8_t field[SK_BODY_NAME_MAX], file[SK_BODY_NAME_MAX], type[SK_BODY_NAME_MAX];
};

static void same_name(const struct sk_form_text *text, const struct slow_name *want)
{
    FUZZ_MUST(text->full == want->full && text->len == slow_name_len(want));
    FUZZ_MUST(text->len == 0 || memcmp(text->bytes, want->bytes, text->len) == 0);
}

static const struct slow_part *part_in_hand(const struct reading *r)
{
    FUZZ_MUST(r->part < r->want->count);
    return &r->want->parts[r->part];
}

/* Of a head that is refused nothing is known. */
static void take_head(struct reading *r, const struct sk_form_event *event)
{
    FUZZ_MUST(!r->inside && event->len > 0);
    if (r->part < r->want->count) {
        const struct slow_part *part = part_in_hand(r);

        FUZZ_MUST(event->len <= part->lines_len + 2 - r->given);
        FUZZ_MUST(memcmp(part->lines + r->given, event->bytes, event->len) == 0);
    }
    r->given += event->len;
}

static void begin_part(struct reading *r)
{
    static struct slow_head head;
    const struct slow_part *part = part_in_hand(r);

    FUZZ_MUST(!r->inside && r->given == part->lines_len + 2);
    slow_head_read(&head, part->lines, part->lines_len, false);
    FUZZ_MUST(r->form.is_file == head.is_file && r->form.count == r->part + 1);
    same_name(&r->form.field, &head.field);
    same_name(&r->form.file, &head.file);
    same_name(&r->form.type, &head.type);
    r->inside = true;
    r->given = 0;
}

static void take_data(struct reading *r, const struct sk_form_event *event)
{
    const struct slow_part *part = part_in_hand(r);

    FUZZ_MUST(r->inside && event->len > 0 && event->len <= part->content_len - r->given);
    FUZZ_MUST(memcmp(part->content + r->given, event->bytes, event->len) == 0);
    r->given += event->len;
}

static void end_part(struct reading *r)
{
    FUZZ_MUST(r->inside && r->given == part_in_hand(r)->content_len);
    r->part++;
    r->inside = false;
    r->given = 0;
}

static void take_event(struct reading *r, const struct sk_form_event *event)
{
    FUZZ_MUST(!r->closed || event->kind == SK_FORM_MORE);
    switch (event->kind) {
    case SK_FORM_HEAD:
        take_head(r, event);
        break;
    case SK_FORM_PART:
        begin_part(r);
        break;
    case SK_FORM_DATA:
        take_data(r, event);
        break;
    case SK_FORM_PART_END:
        end_part(r);
        break;
    case SK_FORM_CLOSE:
        r->closed = true;
        break;
    case SK_FORM_MORE:
        break;
    }
}

static enum sk_error take_piece(struct reading *r, const uint8_t *piece, size_t len)
{
    struct sk_form_event event;
    size_t used = 0;

    do {
        enum sk_error e = sk_form_next(&r->form, piece, len, &used, &event);

        FUZZ_MUST(used <= len);
        if (e != SK_OK) {
            return e;
        }
        take_event(r, &event);
    } while (event.kind != SK_FORM_MORE);
    FUZZ_MUST(used == len);
    return SK_OK;
}

/* Exactly as much memory, so that a sanitizer sees the first byte read too far. */
static enum sk_error take_copy(struct reading *r, const uint8_t *piece, size_t len)
{
    uint8_t *copy = malloc(len);

    FUZZ_MUST(copy != NULL);
    memcpy(copy, piece, len);
    enum sk_error e = take_piece(r, copy, len);
    free(copy);
    return e;
}

/* How long the next piece is: in one, byte by byte, by a fixed step, by lot. */
static size_t step_of(unsigned cut, uint32_t *lot, size_t left)
{
    static const size_t steps[] = {SIZE_MAX, 1, 22};
    size_t step;

    if (cut < sizeof steps / sizeof steps[0]) {
        step = steps[cut];
    } else {
        *lot = *lot * 1664525u + 1013904223u;
        step = 1 + (*lot >> 24) % (cut % 2 == 0 ? 12u : 120u);
    }
    return step < left ? step : left;
}

static void read_cut(const struct slow_form *want, const char *boundary, const uint8_t *body,
                     size_t len, bool gateway, unsigned cut)
{
    static struct reading r;
    struct sk_form_event rest;
    uint32_t lot = (uint32_t)(len * 31 + cut);
    enum sk_error e = SK_OK;

    memset(&r, 0, sizeof r);
    r.want = want;
    sk_form_multipart(&r.form, boundary, gateway ? SK_FORM_GATEWAY : SK_FORM_DESK);
    sk_form_keep(&r.form.field, r.field, sizeof r.field);
    sk_form_keep(&r.form.file, r.file, sizeof r.file);
    sk_form_keep(&r.form.type, r.type, sizeof r.type);
    for (size_t at = 0, n = 0; at < len && e == SK_OK; at += n) {
        n = step_of(cut, &lot, len - at);
        e = n < 8 ? take_piece(&r, body + at, n) : take_copy(&r, body + at, n);
    }
    FUZZ_MUST(e == SK_OK || sk_form_end(&r.form, &rest) == e);
    e = sk_form_end(&r.form, &rest);
    FUZZ_MUST(e == want->outcome);
    take_event(&r, &rest);
    if (e == SK_ERR_FORM_CUT) {
        end_part(&r);
    }
    FUZZ_MUST(r.part == want->count && !r.inside);
}

/* What the gateway takes is what the desk reads. */
static void compare_readers(const struct slow_form *gateway, const struct slow_form *desk)
{
    static struct slow_head head;

    if (gateway->outcome == SK_ERR_FORM_NAME) {
        return;
    }
    FUZZ_MUST(gateway->outcome == desk->outcome && gateway->count == desk->count);
    for (size_t i = 0; i < gateway->count; i++) {
        slow_head_read(&head, gateway->parts[i].lines, gateway->parts[i].lines_len, false);
        FUZZ_MUST(head.longest <= SK_BODY_NAME_MAX); /* so nothing of it was cut */
    }
}

/* ---- a name comes back as it was before a browser wrote it --------------------------------- */

static size_t put(uint8_t *out, const char *text)
{
    memcpy(out, text, strlen(text));
    return strlen(text);
}

static size_t put_escaped(uint8_t *out, const uint8_t *name, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (name[i] == '"' || name[i] == '\r' || name[i] == '\n') {
            n += put(out + n, name[i] == '"' ? "%22" : name[i] == '\r' ? "%0D" : "%0A");
        } else {
            out[n++] = name[i];
        }
    }
    return n;
}

/* One that holds an escape by itself cannot be told from one that was escaped. */
static bool ambiguous(const uint8_t *name, size_t size)
{
    return memmem(name, size, "%22", 3) != NULL || memmem(name, size, "%0D", 3) != NULL ||
           memmem(name, size, "%0A", 3) != NULL;
}

static void name_comes_back(const uint8_t *name, size_t size)
{
    static uint8_t body[6 * SK_BODY_NAME_MAX + 200], field[SK_BODY_NAME_MAX],
        file[SK_BODY_NAME_MAX];
    struct sk_form form;
    struct sk_form_event event = {SK_FORM_MORE, NULL, 0};
    size_t used = 0, n = put(body, "--X\r\nContent-Disposition: form-data; name=\"");

    n += put_escaped(body + n, name, size);
    n += put(body + n, "\"; filename=\"");
    n += put_escaped(body + n, name, size);
    n += put(body + n, "\"\r\n\r\n");
    sk_form_multipart(&form, "X", SK_FORM_DESK);
    sk_form_keep(&form.field, field, sizeof field);
    sk_form_keep(&form.file, file, sizeof file);
    do {
        FUZZ_MUST(sk_form_next(&form, body, n, &used, &event) == SK_OK);
    } while (event.kind == SK_FORM_HEAD);
    FUZZ_MUST(event.kind == SK_FORM_PART && form.is_file);
    FUZZ_MUST(form.field.len == size && form.file.len == size);
    FUZZ_MUST(size == 0 || (memcmp(field, name, size) == 0 && memcmp(file, name, size) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct slow_form desk, gateway;
    char boundary[SK_BOUNDARY_MAX + 1] = "";
    size_t n = size > 0 ? data[0] : 0;

    if (n == 0 || n > SK_BOUNDARY_MAX || size - 1 < n) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) { /* of what a boundary may be */
        char c = (char)data[1 + i];

        boundary[i] = sk_boundary_check(&c, 1) == SK_OK || (c == ' ' && i + 1 < n) ? c : 'x';
    }
    size_t len = size - 1 - n;
    uint8_t *body = malloc(2 + len);

    FUZZ_MUST(body != NULL);
    memcpy(body, "\r\n", 2);
    memcpy(body + 2, data + 1 + n, len);
    slow_form_read(&desk, boundary, body + 2, len, false);
    slow_form_read(&gateway, boundary, body + 2, len, true);
    for (unsigned cut = 0; cut < CUTS; cut++) {
        read_cut(&desk, boundary, body + 2, len, false, cut);
        read_cut(&gateway, boundary, body + 2, len, true, cut);
    }
    compare_readers(&gateway, &desk);
    if (len <= SK_BODY_NAME_MAX && !ambiguous(body + 2, len)) {
        name_comes_back(body + 2, len);
    }
    free(body);
    return 0;
}
