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

static void taken(const char *text, const char *expected)
{
    enum sk_error e = verdict(text, expected);

    if (e != SK_OK) {
        fail_msg("'%s': %s", text, sk_error_name(e));
    }
}

static void refused(const char *text, const char *start, enum sk_error error)
{
    enum sk_error e = verdict(text, start);

    if (e != error) {
        fail_msg("'%s': %s", text, sk_error_name(e));
    }
}

static void test_taken(void **state)
{
    (void)state;
    taken(B "Zm9vYmFy" E, "foobar");
    taken("Hello, see below.\r\n" B "\r\nZm9v\r\nYmFy\r\n" E "\r\nBye -- \n", "foobar");
    taken("> " B "\n \tZ m9v\f\v\nYg==\n" E, "foob");
    taken("--------" B E, "");
    taken("-----BEGIN -----BEGIN SEALED x--- " B "Zg==" E, "f");
    taken("-----BEGI-----BEGIN SEALED-----Zg==" E, "f");
    taken(B "Zg==" E B "?" E, "f");
}

/* What messengers, clipboards and editors make of it. */
static void test_taken_as_it_arrives(void **state)
{
    (void)state;
    taken("> " B "\r\n> Zm9v\r\n>> YmFy\r\n> " E, "foobar");
    taken("\u00ab" B "\nZm9v\n" E "\u00bb", "foo");
    taken("```\n" B "\nZm9v\n" E "\n```", "foo");
    taken("\u201c" B "Zm9v" E "\u201d", "foo");
    taken(B "\u00a0Zm9v\u00a0" E, "foo");
    taken(B "Zm\u200b9v" E, "foo");
    taken("\u200e" B "\n\u200eZm9v\n\u200e" E, "foo");
    taken("\u2068" B "\u2069\nZm9v" E, "foo");
    taken("\ufeff" B "\nZm\u00ad9v\n" E, "foo");
    taken("\u2014\u2014-BEGIN SEALED\u2014\u2014-Zm9v\u2013END SEALED\u2013", "foo");
    taken("-----BEGIN\u00a0SEALED-----Zm9v-----END  SEALED-----", "foo");
    taken("-----BE\u200bGIN SEALED-----Zm9v-----END SEAL\u2060ED-----", "foo");
}

/* Parts, each with words of the messenger above or before it. */
static void test_taken_in_parts(void **state)
{
    (void)state;
    taken("Olena, [28.11.2026 10:11]\n" B "\nZm9v\n\nOlena, [28.11.2026 10:12]\nYmFy\n" E,
          "foobar");
    taken("[10:11] Olena: " B "\n[10:12, 28.11] \u2068Olena\u2069: Zm9vYmFy\n" E, "foobar");
    taken(B "\nZm9v\n\u041e\u043b\u0435\u043d\u0430\nYmFy" E, "foobar");
    taken(B "\nZm9v\nOlena \u2014 10:11 PM\nYmFy" E, "foobar");
    taken(B "\nZm9v\n-- \nYmFy\n-----\n" E, "foobar");
    taken(B "\nZm9v\nEND-END\nYmFy\n-END E-\n" E, "foobar");
    taken(B "\nZm9v\nabcdefg.abcdefg\nYmFy\n" E, "foobar"); /* too short to be more than words */
    taken(B "\nabcdefgh.Zm9vYmFy\n" E, "foobar");
    taken(B "\nZm9v\n\xf0\x9f\x98\x80\xd0\nYmFy" E, "foobar");
}

static void test_refused(void **state)
{
    (void)state;
    refused("", "", SK_ERR_ARMOUR_BEGIN);
    refused("Zm9v" E, "", SK_ERR_ARMOUR_BEGIN);
    refused("-----BEGIN SEALED x-----Zm9v" E, "", SK_ERR_ARMOUR_BEGIN);
    refused("BEGIN SEALED-----Zm9v" E, "", SK_ERR_ARMOUR_BEGIN);
    refused("-----BEGIN\nSEALED-----Zm9v" E, "", SK_ERR_ARMOUR_BEGIN);
    refused(B, "", SK_ERR_ARMOUR_END);
    refused(B "Zm9v", "", SK_ERR_ARMOUR_END);
    refused(B "Zm9v-----END SEALED", "", SK_ERR_ARMOUR_END);
    refused(B "Zm9v-----ENDED SEALED-----", "", SK_ERR_ARMOUR_END);
    refused(B "Zm9v\n-----END\nSEALED-----", "foo", SK_ERR_ARMOUR_END);
    static const char *const bad[] = {B "Zm9" E,
                                      B "Zg" E,
                                      B "Zg=" E,
                                      B "Zg===" E,
                                      B "Zh==" E,
                                      B "Zg==Zg==" E,
                                      B "Zm9vY\nOlena\nmFy" E,
                                      B "=" E,
                                      B "====" E};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        refused(bad[i], "foo", SK_ERR_ARMOUR_SYMBOL);
    }
}

/* A sign that is no part of armour takes what stands before it in its line along, also a NUL, and
 * bytes that are not UTF-8. What is missing then shows by the length. */
static void test_other_signs(void **state)
{
    static const char *const other[] = {"!",        "_",        "-",   "\xb9", "\xe0\x80\xad",
                                        "\xc0\xad", "\xe2\x80", "\xf0"};
    char text[64];
    size_t got;

    (void)state;
    memcpy(bytes, "foobar", 6);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        (void)snprintf(text, sizeof text, B "AAAA%sZm9vYmFy" E, other[i]);
        assert_int_equal(read_in_steps(text, strlen(text), 1, &got), SK_OK);
        assert_int_equal(got, 6);
    }
    static const char nul[] = B "AAAA\0Zm9vYmFy" E;

    assert_int_equal(read_in_steps(nul, sizeof nul - 1, 7, &got), SK_OK);
    assert_int_equal(got, 6);
}

/* A line that is longer than a block is no words: it was taken, and must hold nothing else. */
static void test_long_lines(void **state)
{
    char text[1024] = B;
    size_t at = strlen(text), got;

    (void)state;
    memset(bytes, 0, sizeof bytes);
    for (size_t n = 255; n < 260; n++) {
        memset(text + at, 'A', n);
        strcpy(text + at + n, "!AAAAAAAA" E);
        assert_int_equal(read_in_steps(text, strlen(text), 1, &got),
                         n > SK_ARMOUR_BLOCK ? SK_ERR_ARMOUR_SYMBOL : SK_OK);
        strcpy(text + at + n, "AAA-AAAAAAAA" E);
        assert_int_equal(read_in_steps(text, strlen(text), 3, &got),
                         n + 3 > SK_ARMOUR_BLOCK ? SK_ERR_ARMOUR_SYMBOL : SK_OK);
    }
    memset(text + at, 'A', 300);
    strcpy(text + at + 300, E);
    assert_int_equal(read_in_steps(text, strlen(text), 1, &got), SK_OK);
    assert_int_equal(got, 225);
    strcpy(text + at + 300, "\n!\nAAAA" E);
    assert_int_equal(read_in_steps(text, strlen(text), 1, &got), SK_OK);
    assert_int_equal(got, 228);
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
        cmocka_unit_test(test_taken_as_it_arrives),
        cmocka_unit_test(test_taken_in_parts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_other_signs),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_padding_at_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
