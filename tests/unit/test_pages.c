/* What must hold for every page in every language: neutral, self-contained, well-formed, and
 * usable without sight, without script and without a mouse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/http/csp.h"
#include "gateway/pages/page_style.h"
#include "tests/unit/page_samples.h"

typedef void (*check)(const char *html, enum sk_lang lang);

/* Of the page that is being looked at. */
static const char *csp;

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

/* The script of the offline page is no markup; test_page_script looks at it. */
static void cut_script(char *html)
{
    char *from = strstr(html, "<script>");

    if (from != NULL) {
        char *to = strstr(from, "</script>");

        assert_non_null(to);
        from += strlen("<script>");
        memmove(from, to, strlen(to) + 1);
    }
}

/* What fills a page up behind its end; test_page_lengths looks at it. */
static void cut_filling(char *html)
{
    char *from = strstr(html, "</html>\n<!--");

    if (from != NULL) {
        from += strlen("</html>\n");
        assert_string_equal(from + strlen("<!--") + strspn(from + strlen("<!--"), "."), "-->\n");
        *from = '\0';
    }
}

/* Runs a check on a NUL-terminated copy of every page; its name is printed for a failure. */
static void on_every_page(check check_page)
{
    static char html[1 << 20];

    for (size_t i = 0; sample_name(i) != NULL; i++) {
        for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
            struct sk_page page = {0};

            assert_int_equal(sample_make(i, (enum sk_lang)lang, &page), SK_OK);
            assert_true(page.len < sizeof html);
            assert_null(memchr(page.bytes, '\0', page.len));
            memcpy(html, page.bytes, page.len);
            html[page.len] = '\0';
            csp = page.csp == NULL ? sk_csp_default() : page.csp;
            cut_script(html);
            cut_filling(html);
            sk_page_free(&page);
            assert_null(page.bytes);
            check_page(html, (enum sk_lang)lang);
        }
    }
}

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;

    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece)) {
        n++;
    }
    return n;
}

static void refuse(const char *html, const char *piece)
{
    const char *at = strcasestr(html, piece);

    if (at != NULL) {
        fail_msg("a page holds \"%s\": ...%.60s...", piece, at);
    }
}

static void nameless(const char *html, enum sk_lang lang)
{
    static const char *const names[] = {"skrynk",  "skrinjk", "skrin'k", "Скриньк", "скриньк",
                                        "СКРИНЬК", "Скрыньк", "скрыньк", "СКРЫНЬК"};

    (void)lang;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        refuse(html, names[i]);
    }
}

static void test_product_is_never_named(void **state)
{
    (void)state;
    on_every_page(nameless);
}

static void self_contained(const char *html, enum sk_lang lang)
{
    static const char *const foreign[] = {"<link",   "<img", "<svg",    "<iframe",     "<base",
                                          " style=", "url(", "@import", "javascript:", " onclick",
                                          " onload", "<!--", " target="};
    bool offline = strstr(html, "<div id=app>") != NULL;
    static const char *const files[] = {"<script src=/form.js integrity=\"sha256-",
                                        "<script src=/status.js integrity=\"sha256-",
                                        "<script src=/courier.js integrity=\"sha256-"};
    size_t scripts = 0;

    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        refuse(html, foreign[i]);
    }
    assert_int_equal(count(html, "://"), offline ? 0 : 1);
    assert_int_equal(count(html, "<a id=exit rel=noreferrer href=\"https://www.wikipedia.org/\">"),
                     offline ? 0 : 1);
    assert_int_equal(count(html, "http-equiv"), offline ? 1 : 0);
    /* Its own script and no other, with its texts before it; offline all in one. */
    (void)lang;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        scripts += count(html, files[i]);
    }
    assert_int_equal(count(html, " src="), scripts);
    assert_int_equal(scripts, strstr(html, "<div id=o hidden>") == NULL || offline ? 0 : 1);
    assert_int_equal(count(html, "<script>"), offline ? 1 : scripts);
    assert_int_equal(count(html, "<script"), count(html, "<script>") + scripts);
}

static void test_pages_need_nothing_from_elsewhere(void **state)
{
    (void)state;
    on_every_page(self_contained);
}

static void headed(const char *html, enum sk_lang lang)
{
    const char *h1 = strstr(html, "<h1>"), *h2 = strstr(html, "<h2>");
    char first[96];

    (void)snprintf(first, sizeof first,
                   "<!DOCTYPE html><html lang=%s translate=no><head><meta charset=utf-8>",
                   sk_lang_code(lang));
    assert_memory_equal(html, first, strlen(first));
    assert_int_equal(count(html, "<meta name=viewport content=\"width=device-width,"), 1);
    assert_int_equal(count(html, "<title>"), 1);
    assert_int_equal(count(html, "<main>"), 1);
    refuse(html, "<h3");
    if (strstr(html, "<div id=app>") != NULL) {
        return; /* drawn by its script */
    }
    assert_int_equal(count(html, "<h1>"), 1);
    assert_non_null(h1);
    assert_true(h2 == NULL || h2 > h1);
    /* The way out comes before everything else that can be focused. */
    assert_ptr_equal(strstr(html, "<a "), strstr(html, "<a id=exit "));
}

static void test_pages_have_a_head_and_one_heading(void **state)
{
    (void)state;
    on_every_page(headed);
}

static void styled(const char *html, enum sk_lang lang)
{
    const char *from = strstr(html, "<style>"), *to = strstr(html, "</style>");
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[64], source[96];

    (void)lang;
    assert_non_null(from);
    assert_non_null(to);
    from += strlen("<style>");
    crypto_hash_sha256(hash, (const unsigned char *)from, (size_t)(to - from));
    sodium_bin2base64(base64, sizeof base64, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(source, sizeof source, "style-src 'sha256-%s';", base64);
    assert_non_null(strstr(csp, source));
    assert_null(strstr(csp, "unsafe"));
    bool script = strstr(html, "<script") != NULL;

    assert_int_equal(count(csp, "script-src 'sha256-"), script);
    assert_int_equal(count(csp, "'sha256-"), 1 + count(html, "<script"));
    assert_int_equal(count(csp, "trusted-types 'none'"), script);
    assert_int_equal(strlen(sk_page_style), to - from);
}

/* A browser that is set to translate sends what is on the page to its maker. Both ways of saying no:
 * not every browser knows each. */
static void never_translated(const char *html, enum sk_lang lang)
{
    const char *meta = strstr(html, "<meta name=google content=notranslate>");

    (void)lang;
    assert_int_equal(count(html, "<html lang="), 1);
    assert_int_equal(count(html, " translate=no><head>"), 1);
    assert_non_null(meta);
    assert_true(meta < strstr(html, "<title>"));
    refuse(html, "translate=yes");
    refuse(html, "translate=\"yes");
}

static void test_no_page_goes_to_a_translator(void **state)
{
    (void)state;
    on_every_page(never_translated);
}

static void test_policy_admits_the_style_and_nothing_else(void **state)
{
    (void)state;
    on_every_page(styled);
    assert_memory_equal(sk_csp_default(), "default-src 'none'; style-src 'sha256-", 38);
    assert_null(strstr(sk_csp_default(), "unsafe"));
    assert_non_null(strstr(sk_csp_default(), "form-action 'self'"));
    assert_non_null(strstr(sk_csp_default(), "base-uri 'none'"));
    assert_non_null(strstr(sk_csp_default(), "frame-ancestors 'none'"));
}

static size_t name_length(const char *tag)
{
    return strspn(tag, "abcdefghijklmnopqrstuvwxyz0123456789");
}

/* Elements without an end tag, always or where we leave it out. */
static bool unclosed(const char *tag, size_t len)
{
    static const char *const names[] = {"meta", "input", "br", "col", "tbody", "tr", "td"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == len && memcmp(names[i], tag, len) == 0) {
            return true;
        }
    }
    return false;
}

static void balanced(const char *html, enum sk_lang lang)
{
    const char *open[32];
    size_t depth = 0;

    (void)lang;
    html += strlen("<!DOCTYPE html>");
    for (; (html = strchr(html, '<')) != NULL; html++) {
        const char *tag = html[1] == '/' ? html + 2 : html + 1;
        size_t len = name_length(tag);

        assert_true(len > 0);
        if (html[1] != '/' && !unclosed(tag, len)) {
            assert_true(depth < 32);
            open[depth++] = tag;
        } else if (html[1] == '/') {
            assert_true(depth > 0);
            depth--;
            if (name_length(open[depth]) != len || memcmp(open[depth], tag, len) != 0) {
                fail_msg("<%.20s is closed by </%.20s", open[depth], tag);
            }
        }
    }
    assert_int_equal(depth, 0);
}

static void test_tags_are_balanced(void **state)
{
    (void)state;
    on_every_page(balanced);
}

/* Each word of a reference ("ke kh" or kh) must be the id of exactly one element. */
static void resolve(const char *html, const char *words)
{
    bool quoted = *words == '"';
    const char *end = quoted ? strchr(words + 1, '"') : words + strcspn(words, " >");

    assert_non_null(end);
    words += quoted ? 1 : 0;
    while (words < end) {
        size_t len = strcspn(words, " \">");
        char in_middle[32], at_end[32];

        (void)snprintf(in_middle, sizeof in_middle, " id=%.*s ", (int)len, words);
        (void)snprintf(at_end, sizeof at_end, " id=%.*s>", (int)len, words);
        if (count(html, in_middle) + count(html, at_end) != 1) {
            fail_msg("no single element has the id %.*s", (int)len, words);
        }
        words += len + 1;
    }
}

static void referenced(const char *html, enum sk_lang lang)
{
    static const char *const references[] = {" for=", " aria-describedby="};
    size_t controls = count(html, "<input ") + count(html, "<select ") + count(html, "<textarea ") -
                      count(html, " type=hidden ");

    (void)lang;
    for (size_t i = 0; i < 2; i++) {
        const char *at = html;

        while ((at = strstr(at, references[i])) != NULL) {
            at += strlen(references[i]);
            resolve(html, at);
        }
    }
    assert_int_equal(count(html, "<label"), controls);
    /* The attribute does not apply to these; what stands on the form covers them. */
    controls -=
        count(html, " type=checkbox ") + count(html, " type=radio ") + count(html, " type=file ");
    assert_int_equal(count(html, "autocomplete=off"), controls + count(html, "<form "));
    assert_int_equal(count(html, "<fieldset"), count(html, "<legend>"));
}

static void test_every_control_has_its_label(void **state)
{
    (void)state;
    on_every_page(referenced);
}

static bool known_path(const char *href, size_t len)
{
    static const char *const paths[] = {"", "status", "help", "courier"};

    if (len > 9 && memcmp(href, "/offline/", 9) == 0 && memcmp(href + len - 5, ".html", 5) == 0) {
        enum sk_lang lang;

        return sk_lang_of_code(href + 9, len - 14, &lang);
    }

    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            char path[32];

            (void)snprintf(path, sizeof path, "/%s/%s", sk_lang_code((enum sk_lang)lang), paths[i]);
            if (strlen(path) == len && memcmp(path, href, len) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void leading_on(const char *html, enum sk_lang lang)
{
    size_t links = 0;

    (void)lang;
    if (strstr(html, "<div id=app>") != NULL) {
        return;
    }
    for (const char *at = html; (at = strstr(at, "href=\"/")) != NULL; links++) {
        at += strlen("href=\"");
        if (!known_path(at, strcspn(at, "\""))) {
            fail_msg("a link leads to %.30s", at);
        }
    }
    assert_true(links >= 4);
    /* All languages, or none where a shown code would be lost. */
    assert_int_equal(count(html, "hreflang="),
                     strstr(html, "role=group") != NULL ? 0 : SK_LANG_COUNT);
}

static void test_every_page_leads_on(void **state)
{
    (void)state;
    on_every_page(leading_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_product_is_never_named),
        cmocka_unit_test(test_pages_need_nothing_from_elsewhere),
        cmocka_unit_test(test_pages_have_a_head_and_one_heading),
        cmocka_unit_test(test_no_page_goes_to_a_translator),
        cmocka_unit_test(test_policy_admits_the_style_and_nothing_else),
        cmocka_unit_test(test_tags_are_balanced),
        cmocka_unit_test(test_every_control_has_its_label),
        cmocka_unit_test(test_every_page_leads_on),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
