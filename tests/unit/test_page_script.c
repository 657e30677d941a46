/* The pages' scripts and the page that works without a network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/pages/asset.h"
#include "gateway/pages/html.h"
#include "gateway/pages/script.h"
#include "gateway/pages/text.h"
#include "tests/unit/page_samples.h"

#define PIN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PIN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const uint8_t sheet[] = {0xfb, 0xff, 0xfe, 0x00, 0x01};

static const struct sk_page_organisation list[] = {
    {"aaaaaaaa", "First & \"second\"", PIN_A, true, false, sheet, sizeof sheet},
    {"cccccccc", "Revoked", PIN_B, false, true, sheet, sizeof sheet},
    {"bbbbbbbb", "Not this week", PIN_B, false, false, sheet, 4},
};

static int start(void **state)
{
    unsigned missing = 0;

    (void)state;
    return sodium_init() < 0 || sk_pages_start(&missing) != SK_OK;
}

static int stop(void **state)
{
    (void)state;
    sk_pages_stop();
    return 0;
}

/* A string of its own. */
static char *copy_of(const char *bytes, size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    assert_null(memchr(bytes, '\0', len));
    memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;

    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece)) {
        n++;
    }
    return n;
}

static void assert_json(const char *text, const char *json)
{
    struct sk_html html = {0};
    struct sk_page page;

    sk_html_json(&html, text);
    assert_int_equal(sk_html_take(&html, &page), SK_OK);
    assert_int_equal(page.len, strlen(json));
    assert_memory_equal(page.bytes, json, page.len);
    sk_page_free(&page);
}

static void test_texts_cannot_leave_their_string(void **state)
{
    (void)state;
    assert_json("", "\"\"");
    assert_json("a\"b\\c", "\"a\\u0022b\\u005cc\"");
    assert_json("</script><!--", "\"\\u003c/script>\\u003c!--\"");
    assert_json("\n\r\t\x01\x1f", "\"\\u000a\\u000d\\u0009\\u0001\\u001f\"");
    assert_json("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7", "\"\\u2028\\u2029\xe2\x80\xa7\"");
    assert_json("\xe2\x80", "\"\xe2\x80\"");
    assert_json("їжак «x»", "\"їжак «x»\"");
}

/* In HTML a script ends where it says so, and CR becomes LF, which changes the hash. */
static void test_scripts_can_stand_in_a_page(void **state)
{
    (void)state;
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        for (int kind = SK_SCRIPT_FORM; kind < SK_SCRIPT_KINDS; kind++) {
            const struct sk_script *script =
                sk_script((enum sk_script_kind)kind, (enum sk_lang)lang);
            char *text = copy_of(script->bytes, script->len);

            assert_memory_equal(text, "const T=[\"", 10);
            assert_null(strcasestr(text, "</script"));
            assert_null(strcasestr(text, "<script"));
            assert_null(strstr(text, "<!--"));
            assert_null(strchr(text, '\r'));
            free(text);
        }
    }
}

static char *texts_of(enum sk_script_kind kind, enum sk_lang lang)
{
    return copy_of(sk_script(kind, lang)->bytes, sk_script(kind, lang)->len);
}

static void test_scripts_get_their_texts_and_offline_the_bundle(void **state)
{
    char *text = texts_of(SK_SCRIPT_COURIER, SK_LANG_UK);
    const char *end = strstr(text, "];\n");

    (void)state;
    assert_string_equal(end, "];\n");
    free(text);
    text = texts_of(SK_SCRIPT_STATUS, SK_LANG_UK);
    assert_non_null(strstr(text, sk_text(SK_LANG_UK, SK_MSG_STATE_RECEIVED)));
    assert_string_not_equal(sk_script(SK_SCRIPT_FORM, SK_LANG_UK)->hash,
                            sk_script(SK_SCRIPT_FORM, SK_LANG_EN)->hash);
    free(text);
    text = texts_of(SK_SCRIPT_OFFLINE, SK_LANG_UK);
    end = strstr(text, "];\n");
    assert_non_null(end);
    assert_int_equal(strlen(end + 3), sk_asset_offline.len);
    assert_memory_equal(end + 3, sk_asset_offline.bytes, sk_asset_offline.len);
    assert_null(strstr(text, sk_text(SK_LANG_UK, SK_MSG_STATE_RECEIVED)));
    assert_non_null(strstr(text, sk_text(SK_LANG_UK, SK_MSG_ANSWER_READ)));
    free(text);
}

/* Each form's guard stands in its page, behind the texts and before the form. */
static void test_the_guard_comes_before_the_form(void **state)
{
    static const struct {
        enum sk_script_kind kind;
        const struct sk_blob *guard;
        const char *form;
    } cases[] = {
        {SK_SCRIPT_FORM, &sk_asset_guard_form, " id=report "},
        {SK_SCRIPT_STATUS, &sk_asset_guard_status, " id=status>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sk_page page;
        char *text = texts_of(cases[i].kind, SK_LANG_CRH), *html, *guard;
        const char *end = strstr(text, "];\n");

        assert_non_null(end);
        assert_int_equal(strlen(end + 3), cases[i].guard->len);
        assert_memory_equal(end + 3, cases[i].guard->bytes, cases[i].guard->len);
        assert_int_equal(
            cases[i].kind == SK_SCRIPT_FORM
                ? sk_page_form(&page, SK_LANG_CRH, list, 3, UINT64_C(1) << 20)
                : sk_page_status_form(&page, SK_LANG_CRH, list, 3, SK_ERR_CODE_CHECK, NULL),
            SK_OK);
        html = copy_of(page.bytes, page.len);
        guard = strstr(html, end + 3);
        assert_non_null(guard);
        assert_non_null(strstr(html, cases[i].form));
        assert_true(guard < strstr(html, "<form"));
        sk_page_free(&page);
        free(html);
        free(text);
    }
}

static void test_policies_name_the_script(void **state)
{
    (void)state;
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        const struct sk_script *script = sk_script(SK_SCRIPT_FORM, (enum sk_lang)lang);
        const struct sk_blob *file = &sk_asset_form.as[SK_CODING_IDENTITY];
        char hash[SK_CSP_HASH], file_hash[SK_CSP_HASH], source[160];

        sk_csp_hash(hash, script->bytes, script->len);
        sk_csp_hash(file_hash, file->bytes, file->len);
        assert_string_equal(hash, script->hash);
        assert_string_equal(file_hash, sk_script_file_hash(SK_SCRIPT_FORM));
        (void)snprintf(source, sizeof source,
                       "default-src 'none'; script-src 'sha256-%s' 'sha256-%s'; ", hash, file_hash);
        assert_memory_equal(script->csp, source, strlen(source));
        assert_non_null(strstr(script->csp, "; connect-src 'self'; style-src 'sha256-"));
        assert_non_null(strstr(script->csp,
                               "; form-action 'self'; base-uri 'none'; frame-ancestors "
                               "'none'; require-trusted-types-for 'script'; "
                               "trusted-types 'none'"));
    }
}

static char *offline(enum sk_lang lang, const struct sk_page_organisation *organisations, size_t n)
{
    struct sk_page page;
    char *text;

    assert_int_equal(sk_page_offline(&page, lang, organisations, n), SK_OK);
    assert_string_equal(page.csp, sk_script(SK_SCRIPT_OFFLINE, lang)->csp);
    text = copy_of(page.bytes, page.len);
    sk_page_free(&page);
    return text;
}

static void test_offline_page_is_one_file(void **state)
{
    char *html = offline(SK_LANG_RU, list, 3), *from = strstr(html, "<script>"), *to;
    char hash[SK_CSP_HASH], meta[512];

    (void)state;
    assert_non_null(from);
    from += strlen("<script>");
    to = strstr(from, "</script></body></html>\n");
    assert_non_null(to);
    sk_csp_hash(hash, from, (size_t)(to - from));
    (void)snprintf(meta, sizeof meta,
                   "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
                   "script-src 'sha256-%s'; style-src 'sha256-",
                   hash);
    assert_non_null(strstr(html, meta));
    assert_non_null(strstr(html, "'; connect-src 'none'; form-action 'none'; base-uri 'none'; "
                                 "require-trusted-types-for 'script'; trusted-types 'none'\">"));
    assert_true(strstr(html, "http-equiv") < strstr(html, "<style>"));
    assert_non_null(strstr(html, "<noscript>"));
    assert_null(strstr(html, " src="));
    assert_null(strstr(html, " href="));
    free(html);
}

static void test_offline_page_carries_the_sheets(void **state)
{
    char *html = offline(SK_LANG_EN, list, 3);

    (void)state;
    assert_non_null(strstr(html, "\n<div id=o hidden>"
                                 "<data value=\"aaaaaaaa\" data-pin=\"" PIN_A "\" data-offered=1 "
                                 "data-sheet=\"+//+AAE=\">First &amp; &#34;second&#34;</data>"
                                 "<data value=\"bbbbbbbb\" data-pin=\"" PIN_B "\" data-offered=0 "
                                 "data-sheet=\"+//+AA==\">Not this week</data></div>\n"));
    assert_null(strstr(html, "cccccccc"));
    free(html);
}

/* What `grep -v '^<div id=o '` does. */
static void drop_line(char *html)
{
    char *line = strstr(html, "\n<div id=o "), *end;

    assert_non_null(line);
    assert_int_equal(count(html, "\n<div id=o "), 1);
    end = strchr(line + 1, '\n');
    assert_non_null(end);
    memmove(line, end, strlen(end) + 1);
}

static void test_only_one_line_is_of_this_store(void **state)
{
    (void)state;
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        char *ours = offline((enum sk_lang)lang, list, 3);
        char *theirs = offline((enum sk_lang)lang, list + 2, 1);
        char *nobodys = offline((enum sk_lang)lang, list, 0);
        char *program = offline((enum sk_lang)lang, NULL, 0);

        assert_string_not_equal(ours, theirs);
        drop_line(ours);
        drop_line(theirs);
        drop_line(nobodys);
        assert_string_equal(ours, program);
        assert_string_equal(theirs, program);
        assert_string_equal(nobodys, program);
        free(ours);
        free(theirs);
        free(nobodys);
        free(program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_cannot_leave_their_string),
        cmocka_unit_test(test_scripts_can_stand_in_a_page),
        cmocka_unit_test(test_scripts_get_their_texts_and_offline_the_bundle),
        cmocka_unit_test(test_the_guard_comes_before_the_form),
        cmocka_unit_test(test_policies_name_the_script),
        cmocka_unit_test(test_offline_page_is_one_file),
        cmocka_unit_test(test_offline_page_carries_the_sheets),
        cmocka_unit_test(test_only_one_line_is_of_this_store),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
