/* How many bytes the pages cost a resident on a slow circuit. Prints the figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/http/compress.h"
#include "gateway/pages/script.h"
#include "tests/unit/page_samples.h"

/* The first window of a connection, with room for the head; and all that comes before the receipt is
 * shown but the keys. In gzip: on http Firefox asks for nothing better, nor does it for an .onion
 * that it holds for secure. */
#define FORM_BUDGET 14000u
#define LIVE_BUDGET 32768u

/* Pins as random as real ones are: they do not compress. */
#define PIN_1 "9f2c41d07be85a63c1d4e90b7a3f6628514bd0e79c83fa25160db74e39a8c512"
#define PIN_2 "03be7a915cd24f860e1b9d37c548fa20e6719b3cd58042af7391ce60bd15f84a"
#define PIN_3 "e51f86c30a7d92b4485cf1e7903b6da2c8174e05bf93d62a5e80a4c7139bd6f0"

static const struct sk_page_organisation organisations[] = {
    {"9f2c41d0", "Перша правозахисна організація", PIN_1, true, false, NULL, 0},
    {"03be7a91", "Друга організація допомоги", PIN_2, true, false, NULL, 0},
    {"e51f86c3", "Third organisation", PIN_3, true, false, NULL, 0},
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

static size_t packed(enum sk_coding coding, const char *bytes, size_t len)
{
    struct sk_page page;
    size_t size;

    assert_int_equal(sk_compress(&page, coding, bytes, len), SK_OK);
    size = page.len;
    sk_page_free(&page);
    return size;
}

static size_t count(const struct sk_page *page, const char *what)
{
    const char *at = page->bytes, *end = at + page->len;
    size_t found = 0;

    while ((at = memmem(at, (size_t)(end - at), what, strlen(what))) != NULL) {
        at++;
        found++;
    }
    return found;
}

/* The page is one request, its script the other. */
static bool loads_one_script(const struct sk_page *page)
{
    return count(page, " src=") == 1 && count(page, "<link") == 0 && count(page, "@import") == 0 &&
           count(page, "url(") == 0;
}

/* Whether it keeps to the budget. */
static bool weigh(enum sk_lang lang)
{
    const struct sk_asset *script = sk_script_file(SK_SCRIPT_FORM);
    struct sk_page form;
    size_t form_br, form_gzip, script_br = script->as[SK_CODING_BR].len;
    size_t script_gzip = script->as[SK_CODING_GZIP].len;

    assert_int_equal(sk_page_form(&form, lang, organisations, 3, UINT64_C(1) << 30), SK_OK);
    form_br = packed(SK_CODING_BR, form.bytes, form.len);
    form_gzip = packed(SK_CODING_GZIP, form.bytes, form.len);
    (void)printf("%-3s form with its texts %zu, gzip %zu, br %zu; script gzip %zu, br %zu; "
                 "together gzip %zu, br %zu\n",
                 sk_lang_code(lang), form.len, form_gzip, form_br, script_gzip, script_br,
                 form_gzip + script_gzip, form_br + script_br);
    bool good = loads_one_script(&form) && form_gzip <= FORM_BUDGET && form_br <= FORM_BUDGET &&
                form_gzip + script_gzip <= LIVE_BUDGET && form_br + script_br <= LIVE_BUDGET;

    sk_page_free(&form);
    return good;
}

static void test_pages_keep_to_their_budget(void **state)
{
    bool good = true;

    (void)state;
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        good = weigh((enum sk_lang)lang) && good; /* the figures of all, also when one is over */
    }
    assert_true(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages_keep_to_their_budget)};

    return cmocka_run_group_tests(tests, start, stop);
}
