/* Cutting a body at its boundary lines: parts come out byte for byte, however the bytes come in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/parse/split.h"
#include "tests/unit/unit.h"

struct source {
    const char *bytes;
    size_t len, at, piece;
};

struct result {
    char text[4096]; /* "[head|content]" for each part, then how it ended */
};

static enum sk_error give(void *ctx, uint8_t *out, size_t len, size_t *got)
{
    struct source *s = ctx;
    size_t n = s->len - s->at;

    n = n < len ? n : len;
    n = n < s->piece ? n : s->piece;
    memcpy(out, s->bytes + s->at, n);
    s->at += n;
    *got = n;
    return SK_OK;
}

static enum sk_error take(void *ctx, const uint8_t *bytes, size_t len)
{
    struct result *r = ctx;
    size_t used = strlen(r->text);

    assert_true(used + len + 1 < sizeof r->text);
    memcpy(r->text + used, bytes, len);
    return SK_OK;
}

static void note(struct result *r, const char *text)
{
    take(r, (const uint8_t *)text, strlen(text));
}

static void run(struct result *r, const char *body, size_t len, size_t piece)
{
    static struct sk_split split;
    struct source s = {body, len, 0, piece};
    enum sk_split_next next = SK_SPLIT_CUT;
    enum sk_error e;

    memset(r, 0, sizeof *r);
    sk_split_start(&split, "XX", give, &s);
    e = sk_split_content(&split, NULL, NULL, &next);
    while (e == SK_OK && next == SK_SPLIT_PART) {
        const uint8_t *head = NULL;
        size_t head_len = 0;

        e = sk_split_head(&split, &head, &head_len);
        if (e == SK_OK) {
            note(r, "[");
            take(r, head, head_len);
            note(r, "|");
            e = sk_split_content(&split, take, r, &next);
            note(r, "]");
        }
    }
    note(r, e != SK_OK ? " failed" : next == SK_SPLIT_CLOSE ? " closed" : " cut");
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
    expect("--XX\r\nA: b\r\n\r\nvalue\r\n--XX--\r\n", "[A: b\r\n|value] closed");
    expect("--XX\r\nA: b\r\n\r\n1\r\n--XX\r\nC: d\r\nE: f\r\n\r\n2\r\n--XX--",
           "[A: b\r\n|1][C: d\r\nE: f\r\n|2] closed");
    expect("--XX\r\nA: b\r\n\r\n\r\n--XX--\r\n", "[A: b\r\n|] closed");
    expect("--XX\r\n\r\nno head\r\n--XX--\r\n", "[|no head] closed");
    expect("--XX--\r\n", " closed");
    expect("before\r\n--XX \t\r\nA: b\r\n\r\nv\r\n--XX-- \r\nafter\r\n--XX\r\n",
           "[A: b\r\n|v] closed");
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
        "\r\n--XX Y\r\n",
        "\r\n-\r\n--",
        "\r\n--xx\r\n",
        "\r\n--XX\r",
        "\r\n--XX\n",
        "\r\n\r\n--XXX\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        char body[256], want[256];

        snprintf(body, sizeof body, "--XX\r\nA: b\r\n\r\n%s\r\n--XX--\r\n", contents[i]);
        snprintf(want, sizeof want, "[A: b\r\n|%s] closed", contents[i]);
        expect(body, want);
    }
}

static void nested_multiparts_are_not_taken_apart(void **state)
{
    (void)state;
    expect("--XX\r\nContent-Type: multipart/mixed; boundary=YY\r\n\r\n--YY\r\n\r\nq\r\n--YY--\r\n"
           "\r\n--XX--\r\n",
           "[Content-Type: multipart/mixed; boundary=YY\r\n|--YY\r\n\r\nq\r\n--YY--\r\n] closed");
}

static void broken(void **state)
{
    (void)state;
    expect("", " cut");
    expect("no boundary at all", " cut");
    expect("--XX", " cut");
    expect("--XX\r\n", " failed");
    expect("--XX\r\nA: b", " failed");
    expect("--XX\r\nA: b\r\n\r\nval", "[A: b\r\n|val] cut");
    expect("--XX\r\nA: b\r\n\r\nval\r\n--XX", "[A: b\r\n|val\r\n--XX] cut");
    expect("--XX\r\nA: b\r\n\r\nval\r\n--XX-", "[A: b\r\n|val\r\n--XX-] cut");
}

static void long_head_is_refused(void **state)
{
    static char body[SK_PARSE_HEAD_MAX + 64];
    static struct result r;
    int n = snprintf(body, sizeof body, "--XX\r\n");

    (void)state;
    memset(body + n, 'a', SK_PARSE_HEAD_MAX);
    strcpy(body + n + SK_PARSE_HEAD_MAX, "\r\n\r\nx\r\n--XX--\r\n");
    run(&r, body, strlen(body), 1000);
    assert_string_equal(r.text, " failed");
}

struct count {
    size_t len;
    uint8_t sum;
};

static enum sk_error add(void *ctx, const uint8_t *bytes, size_t len)
{
    struct count *c = ctx;

    c->len += len;
    for (size_t i = 0; i < len; i++) {
        c->sum = (uint8_t)(31 * c->sum + bytes[i]);
    }
    return SK_OK;
}

/* The boundary line lies across the window's edge in every possible way. */
static void across_the_window(void **state)
{
    static struct sk_split split;
    static const char head[] = "--XX\r\nA: b\r\n\r\n", tail[] = "\r\n--XX--\r\n";
    char *body = calloc(1, SK_SPLIT_WINDOW + 512);

    (void)state;
    assert_non_null(body);
    for (size_t len = SK_SPLIT_WINDOW - 200; len < SK_SPLIT_WINDOW + 100; len++) {
        struct source s = {body, sizeof head - 1 + len + sizeof tail - 1, 0, 16382};
        struct count got = {0, 0}, want = {0, 0};
        enum sk_split_next next = SK_SPLIT_CUT;
        const uint8_t *lines = NULL;
        size_t lines_len = 0;

        memcpy(body, head, sizeof head - 1);
        for (size_t i = 0; i < len; i++) {
            body[sizeof head - 1 + i] = "\r\n--XY"[i % 6];
        }
        memcpy(body + sizeof head - 1 + len, tail, sizeof tail - 1);
        add(&want, (const uint8_t *)body + sizeof head - 1, len);
        sk_split_start(&split, "XX", give, &s);
        assert_error(sk_split_content(&split, NULL, NULL, &next), SK_OK);
        assert_error(sk_split_head(&split, &lines, &lines_len), SK_OK);
        assert_error(sk_split_content(&split, add, &got, &next), SK_OK);
        assert_int_equal(next, SK_SPLIT_CLOSE);
        assert_int_equal(got.len, want.len);
        assert_int_equal(got.sum, want.sum);
    }
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary),
        cmocka_unit_test(content_is_kept_to_the_byte),
        cmocka_unit_test(nested_multiparts_are_not_taken_apart),
        cmocka_unit_test(broken),
        cmocka_unit_test(long_head_is_refused),
        cmocka_unit_test(across_the_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
