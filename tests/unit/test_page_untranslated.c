/* Catalogues that hold little: this program brings its own instead of the built ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gateway/pages/text.h"
#include "keys/base/catalogue.h"

static const struct sk_translation uk[] = {{"Send", "Надіслати"}, {"Language", "Мова"}};
static const struct sk_translation en[] = {{"Send", "Send now"}};
const struct sk_catalogue sk_catalogues[] = {
    {"uk", uk, 2},
    {"en", en, 1},
    {NULL, NULL, 0},
};

static void test_what_is_missing_is_counted_and_english(void **state)
{
    (void)state;
    assert_int_equal(sk_text_start(), (SK_LANG_COUNT - 1) * SK_MSG_COUNT - 2);
    assert_string_equal(sk_text(SK_LANG_UK, SK_MSG_SUBMIT), "Надіслати");
    assert_string_equal(sk_text(SK_LANG_UK, SK_MSG_NAV_LANGUAGE), "Мова");
    assert_string_equal(sk_text(SK_LANG_RU, SK_MSG_SUBMIT), "Send");
    assert_string_equal(sk_text(SK_LANG_EN, SK_MSG_SUBMIT), "Send now");
    assert_string_equal(sk_text(SK_LANG_EN, SK_MSG_NAV_LANGUAGE), "Language");
}

static void test_a_text_is_found_whole(void **state)
{
    const struct sk_catalogue *catalogue = sk_catalogue_find("uk", 2);

    (void)state;
    assert_string_equal(sk_catalogue_text(catalogue, "Language"), "Мова");
    assert_null(sk_catalogue_text(catalogue, "Languag"));
    assert_null(sk_catalogue_text(catalogue, "Languages"));
    assert_null(sk_catalogue_text(catalogue, ""));
    assert_null(sk_catalogue_text(NULL, "Send"));
}

static const char *lang_of(const char *language, const char *locale)
{
    const struct sk_catalogue *catalogue = sk_catalogue_of_reader(language, locale);

    return catalogue == NULL ? "none" : catalogue->lang;
}

static void test_the_reader_chooses(void **state)
{
    static const struct {
        const char *language, *locale, *lang;
    } cases[] = {
        {NULL, NULL, "none"},        {"", "", "none"},         {"uk", NULL, "uk"},
        {NULL, "uk_UA.UTF-8", "uk"}, {NULL, "uk.UTF-8", "uk"}, {NULL, "uk@latin", "uk"},
        {NULL, "C.UTF-8", "none"},   {"uk", "C", "uk"},        {"en", "uk_UA.UTF-8", "en"},
        {"de:uk:en", NULL, "uk"},    {"::en:uk", NULL, "en"},  {"de", "uk_UA", "uk"},
        {"de:", "de_DE", "none"},    {"ukr", "u", "none"},     {"UK", "_UA", "none"},
        {"/uk", "../uk", "none"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(lang_of(cases[i].language, cases[i].locale), cases[i].lang);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_missing_is_counted_and_english),
        cmocka_unit_test(test_a_text_is_found_whole),
        cmocka_unit_test(test_the_reader_chooses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
