/* The message table: complete in every language, and the choice of a language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/negotiate.h"
#include "gateway/pages/text.h"

static size_t count(const char *text, char sign)
{
    size_t n = 0;

    for (; (text = strchr(text, sign)) != NULL; text++) {
        n++;
    }
    return n;
}

/* Of each text: which scripts get it. */
enum { F = 1, S = 2, C = 4, O = 8 };
static const unsigned scripts_of[SK_MSG_COUNT] = {
#define N_(text)
#define X(name, scripts, text) [SK_MSG_##name] = scripts,
#include "gateway/pages/text.def"
#undef X
#undef N_
};

/* Only %s is known: to the pages at most once in a message, to their scripts several times. */
static void assert_placeholders(enum sk_message message, const char *english, const char *text)
{
    bool good = count(english, '%') == count(text, '%') &&
                (count(text, '%') <= 1 || scripts_of[message] != 0);

    for (const char *place = text; (place = strchr(place, '%')) != NULL; place++) {
        good = good && place[1] == 's';
    }
    if (!good) {
        fail_msg("placeholders differ: \"%s\" and \"%s\"", english, text);
    }
}

static void test_every_text_is_translated(void **state)
{
    (void)state;
    assert_int_equal(sk_text_start(), 0);
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        for (int i = 0; i < SK_MSG_COUNT; i++) {
            const char *english = sk_text(SK_LANG_EN, (enum sk_message)i);
            const char *text = sk_text((enum sk_lang)lang, (enum sk_message)i);

            assert_true(text[0] != '\0');
            assert_placeholders((enum sk_message)i, english, text);
            if (strlen(english) > 8 && lang != SK_LANG_EN) {
                assert_string_not_equal(english, text);
            }
        }
    }
}

static void test_texts_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(sk_text_start(), 0);
    assert_string_equal(sk_text(SK_LANG_UK, SK_MSG_SUBMIT), "Надіслати");
    assert_string_equal(sk_text(SK_LANG_RU, SK_MSG_SUBMIT), "Отправить");
    assert_string_equal(sk_text(SK_LANG_CRH, SK_MSG_SUBMIT), "Yibermek");
    assert_string_equal(sk_text(SK_LANG_EN, SK_MSG_SUBMIT), "Send");
}

static void test_the_locale_has_no_say(void **state)
{
    static const char *const locales[] = {"C", "C.UTF-8", "xx_YY.UTF-8"};

    (void)state;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        assert_int_equal(setenv("LANGUAGE", "de", 1), 0);
        (void)setlocale(LC_ALL, "C");
        (void)setlocale(LC_ALL, locales[i]);
        assert_int_equal(sk_text_start(), 0);
        assert_string_equal(sk_text(SK_LANG_UK, SK_MSG_SUBMIT), "Надіслати");
        assert_string_equal(getenv("LANGUAGE"), "de");
    }
    (void)setlocale(LC_ALL, "C");
}

static void test_codes_of_languages(void **state)
{
    enum sk_lang lang = SK_LANG_EN;

    (void)state;
    for (int i = 0; i < SK_LANG_COUNT; i++) {
        const char *code = sk_lang_code((enum sk_lang)i);

        assert_true(sk_lang_of_code(code, strlen(code), &lang));
        assert_int_equal(lang, i);
    }
    lang = SK_LANG_RU;
    assert_true(sk_lang_of_code("en/status", 2, &lang));
    assert_int_equal(lang, SK_LANG_EN);
    assert_false(sk_lang_of_code("de", 2, &lang));
    assert_false(sk_lang_of_code("UK", 2, &lang));
    assert_false(sk_lang_of_code("", 0, &lang));
    assert_false(sk_lang_of_code("crhx", 4, &lang));
    assert_int_equal(lang, SK_LANG_EN);
}

static void test_accept_language(void **state)
{
    static const struct {
        const char *header;
        enum sk_lang lang;
    } cases[] = {
        {NULL, SK_LANG_UK},
        {"", SK_LANG_UK},
        {"*", SK_LANG_UK},
        {"de-DE,de;q=0.9", SK_LANG_UK},
        {"en-US,en;q=0.5", SK_LANG_EN},
        {"ru", SK_LANG_RU},
        {"RU-ru", SK_LANG_RU},
        {"crh-Latn-UA, uk;q=0.9", SK_LANG_CRH},
        {"ru;q=0.4, uk;q=0.7,en;q=0.1", SK_LANG_UK},
        {"ru;q=0.400 , en ; q=0.401", SK_LANG_EN},
        {"de, ru;q=0.1", SK_LANG_RU},
        {"ru;q=0, en;q=0.001", SK_LANG_EN},
        {"ru;q=0", SK_LANG_UK},
        {"ru;q=x", SK_LANG_UK},
        {"ru;q=", SK_LANG_UK},
        /* Malformed does not count. */
        {"ru;q=1.0;x=y", SK_LANG_UK},
        {"ru;q=1.0;x=y, en;q=0.1", SK_LANG_EN},
        {"ru_RU", SK_LANG_UK},
        {"russian", SK_LANG_UK},
        {",,;;,ru", SK_LANG_RU},
        {"en;q=9, ru;q=0.1", SK_LANG_RU},
        {"ru ;\tQ=0.3 ,en;q=0.2", SK_LANG_RU},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (sk_lang_accept(cases[i].header) != cases[i].lang) {
            fail_msg("%s gave %s", cases[i].header, sk_lang_code(sk_lang_accept(cases[i].header)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_is_translated),
        cmocka_unit_test(test_texts_are_told_apart),
        cmocka_unit_test(test_the_locale_has_no_say),
        cmocka_unit_test(test_codes_of_languages),
        cmocka_unit_test(test_accept_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
