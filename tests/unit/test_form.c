/* Bodies of forms taken apart: parts come out byte for byte, however the bytes come in. */
#include <stdio.h>
#include <string.h>

#include "keys/format/form.h"
#include "tests/unit/unit.h"

struct result {
    char text[4096]; /* "[head|content]" for each part, then how it ended */
    bool inside;
};

static void note(struct result *r, const void *bytes, size_t len)
{
    size_t used = strlen(r->text);

    assert_true(used + len + 1 < sizeof r->text);
    if (len > 0) {
        memcpy(r->text + used, bytes, len);
    }
}

static void note_text(struct result *r, const char *text)
{
    note(r, text, strlen(text));
}

static void note_event(struct result *r, const struct sk_form_event *event)
{
    size_t used;

    switch (event->kind) {
    case SK_FORM_HEAD:
        note_text(r, r->inside ? "" : "[");
        r->inside = true;
        note(r, event->bytes, event->len);
        break;
    case SK_FORM_PART:
        used = strlen(r->text);
        memcpy(r->text + used - 2, "|", 2); /* in the place of the empty line */
        break;
    case SK_FORM_DATA:
        note(r, event->bytes, event->len);
        break;
    case SK_FORM_PART_END:
        note_text(r, "]");
        r->inside = false;
        break;
    case SK_FORM_CLOSE:
        note_text(r, " closed,");
        break;
    case SK_FORM_MORE:
        break;
    }
}

static enum sk_error take(struct sk_form *form, struct result *r, const char *body, size_t len)
{
    struct sk_form_event event;
    size_t used = 0;
    enum sk_error e;

    do {
        e = sk_form_next(form, (const uint8_t *)body, len, &used, &event);
        if (e == SK_OK) {
            note_event(r, &event);
        }
    } while (e == SK_OK && event.kind != SK_FORM_MORE);
    return e;
}

static void run(struct result *r, const char *body, size_t len, size_t piece)
{
    struct sk_form form;
    struct sk_form_event rest;
    enum sk_error e = SK_OK;

    memset(r, 0, sizeof *r);
    sk_form_multipart(&form, "XX", SK_FORM_DESK);
    for (size_t at = 0; at < len && e == SK_OK; at += piece) {
        e = take(&form, r, body + at, len - at < piece ? len - at : piece);
    }
    e = sk_form_end(&form, &rest);
    note_event(r, &rest);
    note_text(r, " ");
    note_text(r, sk_error_name(e));
}

static void expect(const char *body, const char *want)
{
    static struct result r;

    for (size_t piece = 1; piece <= strlen(body) + 1; piece++) {
        run(&r, body, strlen(body), piece);
        assert_string_equal(r.text, want);
    }
}

static void ordinary(void **state)
{
    (void)state;
    expect("--XX\r\nA: b\r\n\r\nvalue\r\n--XX--\r\n", "[A: b\r\n|value] closed, OK");
    expect("--XX\r\nA: b\r\n\r\n1\r\n--XX\r\nC: d\r\nE: f\r\n\r\n2\r\n--XX--",
           "[A: b\r\n|1][C: d\r\nE: f\r\n|2] OK");
    expect("--XX\r\nA: b\r\n\r\n\r\n--XX--\r\n", "[A: b\r\n|] closed, OK");
    expect("--XX\r\n\r\nno head\r\n--XX--\r\n", "[|no head] closed, OK");
    expect("--XX\r\n\r\n\r\n--XX-- \t\r\n", "[|] closed, OK");
    expect("before\r\n--XX \t\r\nA: b\r\n\r\nv\r\n--XX-- \r\nafter\r\n--XX\r\n",
           "[A: b\r\n|v] closed, OK");
}

static void content_is_kept_to_the_byte(void **state)
{
    static const char *const contents[] = {
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        "\r\r\n",
        "--XX",
        "--XX\r\n",
        "\n--XX\n",
        "\n--XX\r\n",
        "\r--XX\r\n",
        "\r\n--X",
        "\r\n--XXY",
        "\r\n--XX-",
        "\r\n--XX-\r\n",
        "\r\n--XX--Y",
        "\r\n--XX---",
        "\r\n--XX Y\r\n",
        "\r\n--XX \t \t\r",
        "\r\n-\r\n--",
        "\r\n--xx\r\n",
        "\r\n--XX\r",
        "\r\n--XX\n",
        "\r\n\r\n--XXX\r\n",
        "\r\n--XX\r\r\n--XX--\r",
    };

    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        char body[256], want[256];

        snprintf(body, sizeof body, "--XX\r\nA: b\r\n\r\n%s\r\n--XX--\r\n", contents[i]);
        snprintf(want, sizeof want, "[A: b\r\n|%s] closed, OK", contents[i]);
        expect(body, want);
    }
}

static void nested_multiparts_are_not_taken_apart(void **state)
{
    (void)state;
    expect(
        "--XX\r\nContent-Type: multipart/mixed; boundary=YY\r\n\r\n--YY\r\n\r\nq\r\n--YY--\r\n"
        "\r\n--XX--\r\n",
        "[Content-Type: multipart/mixed; boundary=YY\r\n|--YY\r\n\r\nq\r\n--YY--\r\n] closed, OK");
}

static void broken(void **state)
{
    (void)state;
    expect("", " FORM_NONE");
    expect("no boundary at all", " FORM_NONE");
    expect("--XX", " FORM_NONE");
    expect("--XX--\r\n", " closed, FORM_NONE");
    expect("--XX\r\n", " FORM_HEAD");
    expect("--XX\r\nA: b\r\n\r", "[A: b\r\n\r FORM_HEAD");
    expect("--XX\n\nv\n--XX--\n", " FORM_NONE");
    expect("--XX\r\nA: b\r\n\r\nval", "[A: b\r\n|val FORM_CUT");
    expect("--XX\r\nA: b\r\n\r\nval\r\n--XX", "[A: b\r\n|val\r\n--XX FORM_CUT");
    expect("--XX\r\nA: b\r\n\r\nval\r\n--XX-", "[A: b\r\n|val\r\n--XX- FORM_CUT");
    expect("--XX\r\nA: b\r\n\r\nval\r\n--XX--\r", "[A: b\r\n|val\r\n--XX--\r FORM_CUT");
}

/* What is behind a boundary may be padded, but not for ever. */
static void padding(void **state)
{
    char body[200], want[200], blanks[SK_BODY_PADDING_MAX + 2];

    (void)state;
    memset(blanks, ' ', sizeof blanks);
    blanks[SK_BODY_PADDING_MAX] = '\0';
    snprintf(body, sizeof body, "--XX%s\r\n\r\nv\r\n--XX--%s\r\n", blanks, blanks);
    expect(body, "[|v] closed, OK");
    blanks[SK_BODY_PADDING_MAX] = '\t';
    blanks[SK_BODY_PADDING_MAX + 1] = '\0';
    snprintf(body, sizeof body, "--XX\r\n\r\nv\r\n--XX%s\r\n--XX--", blanks);
    snprintf(want, sizeof want, "[|v\r\n--XX%s] OK", blanks);
    expect(body, want);
}

/* ---- limits -------------------------------------------------------------------------------- */

static enum sk_error verdict(enum sk_form_reader reader, const char *body, size_t len,
                             unsigned *count)
{
    struct sk_form form;
    struct sk_form_event event;
    size_t used = 0;
    enum sk_error e;

    sk_form_multipart(&form, "XX", reader);
    do {
        e = sk_form_next(&form, (const uint8_t *)body, len, &used, &event);
    } while (e == SK_OK && event.kind != SK_FORM_MORE);
    *count = form.count;
    return e == SK_OK ? sk_form_end(&form, &event) : e;
}

static void head_is(size_t len, size_t line, enum sk_error desk, enum sk_error gateway)
{
    static char body[2 * SK_BODY_HEAD_MAX];
    size_t n = (size_t)snprintf(body, sizeof body, "--XX\r\n"), begin = n;
    unsigned count;

    while (n - begin + 4 < len) { /* lines of that length, and a last one that fits */
        size_t left = len - 4 - (n - begin), one = left < line + 2 ? left : line;

        memset(body + n, 'a', one);
        n += one;
        if (n - begin + 4 < len) {
            n += (size_t)snprintf(body + n, 3, "\r\n");
        }
    }
    n += (size_t)snprintf(body + n, 30, "\r\n\r\nx\r\n--XX--\r\n");
    assert_error(verdict(SK_FORM_DESK, body, n, &count), desk);
    assert_error(verdict(SK_FORM_GATEWAY, body, n, &count), gateway);
}

static void heads_have_an_end(void **state)
{
    (void)state;
    head_is(SK_BODY_HEAD_MAX, 1000, SK_OK, SK_OK);
    head_is(SK_BODY_HEAD_MAX + 1, 1000, SK_ERR_FORM_HEAD, SK_ERR_FORM_HEAD);
    head_is(SK_BODY_LINE_MAX + 4, SK_BODY_LINE_MAX, SK_OK, SK_OK);
    head_is(SK_BODY_LINE_MAX + 5, SK_BODY_LINE_MAX + 1, SK_OK, SK_ERR_FORM_NAME);
}

static void names_are_not_cut_at_the_gateway(void **state)
{
    static const char *const heads[] = {"Content-Disposition: form-data; filename=\"",
                                        "Content-Disposition: a; name=", "Content-Type: "};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t extra = 0; extra < 2; extra++) {
            char body[2 * SK_BODY_NAME_MAX];
            size_t n = (size_t)snprintf(body, sizeof body, "--XX\r\n%s", heads[i]);
            unsigned count;

            memset(body + n, 'n', SK_BODY_NAME_MAX + extra);
            n += SK_BODY_NAME_MAX + extra;
            n += (size_t)snprintf(body + n, sizeof body - n, "\r\n\r\nx\r\n--XX--\r\n");
            assert_error(verdict(SK_FORM_DESK, body, n, &count), SK_OK);
            assert_error(verdict(SK_FORM_GATEWAY, body, n, &count),
                         extra == 0 ? SK_OK : SK_ERR_FORM_NAME);
        }
    }
}

static void parts_are_counted(void **state)
{
    static char body[20 * (SK_BODY_PARTS_MAX + 2)];

    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        size_t n = (size_t)snprintf(body, sizeof body, "--XX\r\n");
        unsigned count;

        for (size_t i = 0; i < SK_BODY_PARTS_MAX + extra; i++) {
            n += (size_t)snprintf(body + n, sizeof body - n, "%s\r\n\r\n",
                                  i > 0 ? "\r\n--XX\r\n" : "");
        }
        snprintf(body + n, sizeof body - n, "\r\n--XX--");
        assert_error(verdict(SK_FORM_DESK, body, strlen(body), &count),
                     extra == 0 ? SK_OK : SK_ERR_FORM_PARTS);
        assert_int_equal(count, SK_BODY_PARTS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary),
        cmocka_unit_test(content_is_kept_to_the_byte),
        cmocka_unit_test(nested_multiparts_are_not_taken_apart),
        cmocka_unit_test(broken),
        cmocka_unit_test(padding),
        cmocka_unit_test(heads_have_an_end),
        cmocka_unit_test(names_are_not_cut_at_the_gateway),
        cmocka_unit_test(parts_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
