/* What counts as text: strict UTF-8 without control characters. */
#include <stdlib.h>
#include <string.h>

#include "keys/base/plain.h"
#include "tests/unit/unit.h"

/* The string is put into memory of exactly its length: a read past it is seen by the sanitizer. */
static bool valid(const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    bool result = sk_text_valid(copy, len);

    free(copy);
    return result;
}

#define VALID(s) assert_true(valid(s, sizeof s - 1))
#define INVALID(s) assert_false(valid(s, sizeof s - 1))

static void test_texts_of_the_four_languages_are_valid(void **state)
{
    (void)state;
    VALID("");
    VALID("Доброго дня!\n\tЇжак, ґанок, є.");
    VALID("Здравствуйте — «ёж» № 5");
    VALID("Sağ ol, qırımtatarca ñ ö ü");
    VALID("plain ASCII ~ \x20\x7E");
    assert_true(sk_text_valid(NULL, 0));
}

static void test_borders_of_each_length_are_valid(void **state)
{
    (void)state;
    VALID("\xC2\xA0\xDF\xBF");
    VALID("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF");
    VALID("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
}

static void test_control_characters_are_refused(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char one = (char)c;

        assert_int_equal(valid(&one, 1), c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7F));
    }
    INVALID("\xC2\x80"); /* the first C1 control */
    INVALID("\xC2\x9B"); /* CSI */
    INVALID("\xC2\x9F");
    INVALID("one\r\ntwo");
}

static void test_overlong_forms_are_refused(void **state)
{
    (void)state;
    INVALID("\xC0\x80");
    INVALID("\xC1\xBF");
    INVALID("\xE0\x80\xAF");
    INVALID("\xE0\x9F\xBF");
    INVALID("\xF0\x80\x80\x8A");
    INVALID("\xF0\x8F\xBF\xBF");
}

static void test_surrogates_and_what_is_beyond_unicode_are_refused(void **state)
{
    (void)state;
    INVALID("\xED\xA0\x80");
    INVALID("\xED\xBF\xBF");
    INVALID("\xF4\x90\x80\x80");
    INVALID("\xF5\x80\x80\x80");
    INVALID("\xF8\x88\x80\x80\x80");
    INVALID("\xFE");
    INVALID("\xFF");
}

static void test_cut_and_stray_bytes_are_refused(void **state)
{
    (void)state;
    INVALID("\x80");
    INVALID("a\xBF");
    INVALID("\xD0");
    INVALID("\xD0z");
    INVALID("\xE2\x82");
    INVALID("\xE2\x82z");
    INVALID("\xF0\x9F\x98");
    INVALID("\xF0\x9F\x98z");
    INVALID("\xD0\x96\x96");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_of_the_four_languages_are_valid),
        cmocka_unit_test(test_borders_of_each_length_are_valid),
        cmocka_unit_test(test_control_characters_are_refused),
        cmocka_unit_test(test_overlong_forms_are_refused),
        cmocka_unit_test(test_surrogates_and_what_is_beyond_unicode_are_refused),
        cmocka_unit_test(test_cut_and_stray_bytes_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
