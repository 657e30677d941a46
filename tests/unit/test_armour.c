/* Armour: what is written is read again, however it is cut; what is damaged is refused. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/armour_lines.h"

enum { MOST = 17080 };

static uint8_t bytes[MOST];

/* The whole text of the first len bytes, from malloc. */
static char *text_of(size_t len, size_t *text_len)
{
    char *text = malloc(2 * MOST), *at = text;

    assert_non_null(text);
    at += sprintf(at, "%s\n", SK_ARMOUR_BEGIN);
    for (size_t done = 0; done < len; done += ARMOUR_LINE_BYTES) {
        size_t some = len - done < ARMOUR_LINE_BYTES ? len - done : ARMOUR_LINE_BYTES;
        at += armour_line(at, bytes + done, some);
    }
    at += sprintf(at, "%s\n", SK_ARMOUR_END);
    *text_len = (size_t)(at - text);
    return text;
}

/* Reads text in steps; what came out must be the first *out_len of bytes. */
static enum sk_error read_in_steps(const char *text, size_t len, size_t step, size_t *out_len)
{
    struct sk_armour armour;
    enum sk_error error = SK_OK;

    sk_armour_start(&armour);
    *out_len = 0;
    for (size_t at = 0; error == SK_OK && at < len; at += step) {
        size_t some = len - at < step ? len - at : step, got;
        uint8_t *out = malloc(SK_ARMOUR_ROOM(some));
        char *copy = malloc(some);

        memcpy(copy, text + at, some);
        error = sk_armour_read(&armour, copy, some, out, &got);
        assert_true(*out_len + got <= MOST);
        assert_memory_equal(out, bytes + *out_len, got);
        *out_len += got;
        free(copy);
        free(out);
    }
    return error == SK_OK ? sk_armour_end(&armour) : error;
}

static void test_round(void **state)
{
    static const size_t lengths[] = {1, 2, 3, 47, 48, 49, 95, 96, 97, 191, 192, 193, 1000, MOST};
    static const size_t steps[] = {1, 3, 64, 255, 256, 257, 8192, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t len, got;
        char *text = text_of(lengths[i], &len);
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            assert_int_equal(read_in_steps(text, len, steps[k], &got), SK_OK);
            assert_int_equal(got, lengths[i]);
        }
        free(text);
    }
}

static void test_lines(void **state)
{
    char line[ARMOUR_LINE_TEXT];

    (void)state;
    assert_int_equal(armour_line(line, (const uint8_t *)"f", 1), 5);
    assert_string_equal(line, "Zg==\n");
    assert_int_equal(armour_line(line, bytes, ARMOUR_LINE_BYTES), 65);
    assert_int_equal(line[64], '\n');
}

static enum sk_error verdict(const char *text, const char *expected)
{
    size_t got;

    memcpy(bytes, expected, strlen(expected));
    enum sk_error error = read_in_steps(text, strlen(text), 1, &got);
    if (error == SK_OK) {
        assert_int_equal(got, strlen(expected));
    }
    return error;
}

#define B "-----BEGIN SEALED-----"
#define E "-----END SEALED-----"

static void test_taken(void **state)
{
    (void)state;
    assert_int_equal(verdict(B "Zm9vYmFy" E, "foobar"), SK_OK);
    assert_int_equal(
        verdict("Hello, see below.\r\n" B "\r\nZm9v\r\nYmFy\r\n" E "\r\nBye -- \n", "foobar"),
        SK_OK);
    assert_int_equal(verdict("> " B "\n \tZ m9v\f\v\nYg==\n" E, "foob"), SK_OK);
    assert_int_equal(verdict("--------" B E, ""), SK_OK);
    assert_int_equal(verdict("-----BEGIN -----BEGIN SEALED--- " B "Zg==" E, "f"), SK_OK);
    assert_int_equal(verdict("-----BEGI-----BEGIN SEALED-----Zg==" E, "f"), SK_OK);
    assert_int_equal(verdict(B "Zg==" E B "?" E, "f"), SK_OK);
}

static void test_refused(void **state)
{
    (void)state;
    assert_int_equal(verdict("", ""), SK_ERR_ARMOUR_BEGIN);
    assert_int_equal(verdict("Zm9v" E, ""), SK_ERR_ARMOUR_BEGIN);
    assert_int_equal(verdict("-----BEGIN SEALED----x-Zm9v" E, ""), SK_ERR_ARMOUR_BEGIN);
    assert_int_equal(verdict(B, ""), SK_ERR_ARMOUR_END);
    assert_int_equal(verdict(B "Zm9v", ""), SK_ERR_ARMOUR_END);
    assert_int_equal(verdict(B "Zm9v-----END SEALED----", ""), SK_ERR_ARMOUR_END);
    static const char *const bad[] = {B "Zm9" E,
                                      B "Zg" E,
                                      B "Zg=" E,
                                      B "Zg===" E,
                                      B "Zh==" E,
                                      B "Zg==Zg==" E,
                                      B "Zm9v!" E,
                                      B "Zm9_" E,
                                      B "Zm9vYm-Fy" E,
                                      B "Zm9v" B E,
                                      B "Zm\xc2\xa0"
                                        "9v" E,
                                      B "=" E,
                                      B "Zm\xb9v" E,
                                      B "====" E,
                                      B "Zm9v-----END  SEALED-----",
                                      B "Zm9v-----ENDSEALED-----",
                                      B "Zm9v\n-----END\nSEALED-----"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (verdict(bad[i], "foo") != SK_ERR_ARMOUR_SYMBOL) {
            fail_msg("'%s': %s", bad[i], sk_error_name(verdict(bad[i], "foo")));
        }
    }
}

/* A NUL is no white space, also where strchr() would find one. */
static void test_nul(void **state)
{
    static const char text[] = B "Zm9v\0YmFy" E;
    size_t got;

    (void)state;
    memcpy(bytes, "foobar", 6);
    assert_int_equal(read_in_steps(text, sizeof text - 1, 7, &got), SK_ERR_ARMOUR_SYMBOL);
}

/* Padding at the very end of a block that is decoded at once, and more behind it. */
static void test_padding_at_block(void **state)
{
    char text[1024] = B;
    size_t at = strlen(text), got;

    (void)state;
    memset(bytes, 0, sizeof bytes);
    memset(text + at, 'A', 252);
    memcpy(text + at + 252, "AA==", 5);
    memcpy(text + at + 256, E, sizeof E);
    assert_int_equal(read_in_steps(text, strlen(text), 1, &got), SK_OK);
    assert_int_equal(got, 190);
    memcpy(text + at + 256, "AAAA" E, sizeof "AAAA" E);
    assert_int_equal(read_in_steps(text, strlen(text), 1, &got), SK_ERR_ARMOUR_SYMBOL);
}

static int fill(void **state)
{
    (void)state;
    randombytes_buf(bytes, sizeof bytes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_round, fill),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_padding_at_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
