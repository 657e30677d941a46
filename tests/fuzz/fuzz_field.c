/* The code in a status request, and every pair of the form: judged by another reading, of the whole
 * body at once. */
#include <string.h>

#include "gateway/read/code_field.h"
#include "tests/fuzz/fuzz.h"

struct reading {
    char code[SK_CODE_FIELD_MAX];
    size_t len, codes;
    bool malformed, broken; /* broken: an escape is none */
};

static int digit(uint8_t c)
{
    const char *digits = "0123456789abcdefABCDEF", *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits) - (at - digits > 15 ? 6 : 0);
}

/* One name or value, into out (NULL: only its length); SIZE_MAX when an escape is none. */
static size_t decode(const uint8_t *p, size_t n, uint8_t *out)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++, len++) {
        uint8_t c = p[i] == '+' ? ' ' : p[i];

        if (p[i] == '%') {
            if (n - i < 3 || digit(p[i + 1]) < 0 || digit(p[i + 2]) < 0) {
                return SIZE_MAX;
            }
            c = (uint8_t)(digit(p[i + 1]) * 16 + digit(p[i + 2]));
            i += 2;
        }
        if (out != NULL) {
            out[len] = c;
        }
    }
    return len;
}

static void read_pair(struct reading *r, const uint8_t *p, size_t n)
{
    const uint8_t *equals = n == 0 ? NULL : memchr(p, '=', n);
    size_t name_len = equals == NULL ? n : (size_t)(equals - p);
    uint8_t name[4];
    size_t decoded = decode(p, name_len, NULL);
    size_t value = equals == NULL ? 0 : decode(equals + 1, n - name_len - 1, NULL);

    r->broken = r->broken || decoded == SIZE_MAX || value == SIZE_MAX;
    r->malformed = r->malformed || r->broken;
    if (equals == NULL || decoded != 4 || value == SIZE_MAX) {
        return;
    }
    decode(p, name_len, name);
    if (memcmp(name, "code", 4) != 0) {
        return;
    }
    r->malformed = r->malformed || r->codes++ > 0 || value > sizeof r->code;
    if (!r->malformed) {
        r->len = decode(equals + 1, n - name_len - 1, (uint8_t *)r->code);
    }
}

static struct reading read_all(const uint8_t *data, size_t size)
{
    struct reading r = {0};

    for (size_t from = 0; from <= size;) {
        const uint8_t *end = from == size ? NULL : memchr(data + from, '&', size - from);
        size_t n = end == NULL ? size - from : (size_t)(end - data) - from;

        read_pair(&r, data + from, n);
        from += n + 1;
    }
    return r;
}

/* ---- all pairs of a form in which no escape is broken -------------------------------------- */

struct pairs {
    const uint8_t *at, *end; /* what is not compared yet */
    uint8_t name[32];
    uint8_t *value; /* of the pair in hand, decoded */
    size_t len, given;
    bool inside;
    struct sk_form form;
};

/* The next pair that has a value. */
static void begin_pair(struct pairs *p)
{
    const uint8_t *end, *equals;

    FUZZ_MUST(!p->inside);
    do {
        FUZZ_MUST(p->at < p->end);
        end = memchr(p->at, '&', (size_t)(p->end - p->at));
        end = end == NULL ? p->end : end;
        equals = memchr(p->at, '=', (size_t)(end - p->at));
        if (equals == NULL) {
            p->at = end + 1;
        }
    } while (equals == NULL);
    uint8_t *name = malloc((size_t)(equals - p->at) + 1);
    size_t name_len = decode(p->at, (size_t)(equals - p->at), name);

    FUZZ_MUST(p->form.field.full == name_len && p->form.field.len <= sizeof p->name);
    FUZZ_MUST(name != NULL && memcmp(p->name, name, p->form.field.len) == 0);
    free(name);
    p->value = malloc((size_t)(end - equals));
    FUZZ_MUST(p->value != NULL);
    p->len = decode(equals + 1, (size_t)(end - equals) - 1, p->value);
    p->given = 0;
    p->inside = true;
    p->at = end + 1;
}

static void take_pair(struct pairs *p, const struct sk_form_event *event)
{
    if (event->kind == SK_FORM_PART) {
        begin_pair(p);
    } else if (event->kind == SK_FORM_DATA) {
        FUZZ_MUST(p->inside && event->len > 0 && event->len <= p->len - p->given);
        FUZZ_MUST(memcmp(p->value + p->given, event->bytes, event->len) == 0);
        p->given += event->len;
    } else if (event->kind == SK_FORM_PART_END) {
        FUZZ_MUST(p->inside && p->given == p->len);
        free(p->value);
        p->inside = false;
    }
}

static void pairs_must_agree(const uint8_t *data, size_t size, size_t step)
{
    struct pairs p = {.at = data, .end = data + size};
    struct sk_form_event event;

    sk_form_pairs(&p.form);
    sk_form_keep(&p.form.field, p.name, sizeof p.name);
    for (size_t at = 0, used = 0; at < size; at += used) {
        size_t n = size - at < step ? size - at : step;

        used = 0;
        do {
            FUZZ_MUST(sk_form_next(&p.form, data + at, n, &used, &event) == SK_OK);
            take_pair(&p, &event);
        } while (event.kind != SK_FORM_MORE);
        FUZZ_MUST(used == n);
    }
    FUZZ_MUST(sk_form_end(&p.form, &event) == SK_OK);
    take_pair(&p, &event);
    FUZZ_MUST(!p.inside);
    FUZZ_MUST(p.at >= p.end || memchr(p.at, '=', (size_t)(p.end - p.at)) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading r = read_all(data, size);

    for (size_t step = 1; step < 4; step++) { /* however the network cuts it */
        struct sk_code_field field;

        sk_code_field_start(&field);
        for (size_t at = 0; at < size; at += step) {
            sk_code_field_take(&field, data + at, size - at < step ? size - at : step);
        }
        bool good = sk_code_field_end(&field);

        FUZZ_MUST(good == (r.codes == 1 && !r.malformed));
        FUZZ_MUST(field.malformed == r.malformed);
        if (!r.broken) {
            pairs_must_agree(data, size, step);
        }
        if (good) {
            FUZZ_MUST(field.len == r.len && memcmp(field.code, r.code, r.len) == 0);
        }
    }
    return 0;
}
