/* What each kind of page says, and how it treats what is not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/pages/html.h"
#include "gateway/pages/template.h"
#include "gateway/pages/text.h"
#include "keys/base/category.h"
#include "tests/unit/page_samples.h"

static char html[1 << 16];

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

/* Moves a finished page into html, with a NUL behind it. */
static void take(enum sk_error error, struct sk_page *page)
{
    assert_int_equal(error, SK_OK);
    assert_true(page->len < sizeof html);
    memcpy(html, page->bytes, page->len);
    html[page->len] = '\0';
    sk_page_free(page);
}

static void assert_has(const char *piece)
{
    if (strstr(html, piece) == NULL) {
        fail_msg("the page lacks \"%s\"", piece);
    }
}

static void assert_lacks(const char *piece)
{
    if (strstr(html, piece) != NULL) {
        fail_msg("the page holds \"%s\"", piece);
    }
}

static size_t count(const char *piece)
{
    size_t n = 0;

    for (const char *at = html; (at = strstr(at, piece)) != NULL; at += strlen(piece)) {
        n++;
    }
    return n;
}

#define PIN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct sk_page_organisation organisations[] = {
    {"first", "First", PIN, true, false, NULL, 0},
    {"second\"'", SAMPLE_HOSTILE, PIN, true, false, NULL, 0},
    {"third", "Third", PIN, false, true, NULL, 0},
};

static void test_form_fields_stand_in_order(void **state)
{
    static const char *const names[] = {
        " name=to ",   " name=code ", " name=receipt ", " name=category ", " name=where ",
        " name=when ", " name=text ", " name=contact ", " name=consent ",  " name=file "};
    struct sk_page page = {0};
    const char *at = html;

    (void)state;
    take(sk_page_form(&page, SK_LANG_RU, organisations, 2, 1 << 20), &page);
    assert_has("<form method=post action=\"/ru/report\" enctype=multipart/form-data "
               "accept-charset=utf-8 ");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *found = strstr(html, names[i]);

        assert_non_null(found);
        assert_true(found > at);
        at = found;
    }
    assert_int_equal(count("<option value="), 1 + SK_CATEGORIES);
    assert_has("<option value=\"\">");
    assert_has("<option value=15>Другое</option>");
    assert_has("name=receipt value=yes checked");
    assert_has("name=consent value=inside checked");
    assert_has("name=consent value=courts>");
    assert_has("name=consent value=publish>");
}

static void test_form_offers_its_organisations(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_form(&page, SK_LANG_EN, organisations, 2, 1 << 20), &page);
    assert_int_equal(count("<input type=checkbox name=to value=\""), 2);
    assert_has("value=\"first\" checked");
    assert_has("value=\"second&#34;&#39;\" checked>"
               "&lt;b title=&#34;x&#34;&gt;Org &amp; &#39;Co&#39;&lt;/b&gt;</label>");
    take(sk_page_form(&page, SK_LANG_EN, organisations, 1, 1 << 20), &page);
    assert_has("<strong>First</strong></p><input type=hidden name=to value=\"first\">");
    assert_lacks("type=checkbox name=to");
    take(sk_page_form(&page, SK_LANG_EN, organisations + 2, 1, 1 << 20), &page);
    assert_lacks("<form");
    assert_lacks("<script");
    assert_has(sk_text(SK_LANG_EN, SK_MSG_CLOSED_H));
    take(sk_page_form(&page, SK_LANG_EN, organisations, 0, 1 << 20), &page);
    assert_lacks("<form");
}

/* What the script of a page looks for. */
static void assert_hooks(const char *form, size_t lines)
{
    assert_has(form);
    assert_has("<a id=exit ");
    assert_int_equal(count("<script"), 2); /* its texts and its file */
    assert_int_equal(count("\n<div id=o hidden><data value=\"first\" data-pin=\"" PIN
                           "\" data-offered=1>First</data><data value=\"second&#34;&#39;\" "),
                     1);
    assert_has("<data value=\"third\" data-pin=\"" PIN "\" data-offered=0>Third</data></div>\n");
    assert_int_equal(count("data-pin="), 3);
    /* Behind texts and guard, around the organisations, at the end, behind what fills it up. */
    assert_int_equal(count("\n"), lines);
    assert_lacks("data-sheet");
}

static void test_live_pages_carry_the_pins(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_form(&page, SK_LANG_EN, organisations, 3, 1 << 20), &page);
    assert_hooks(" id=report data-max=1048576>", 5);
    assert_has("<p id=mode>What you send is locked at once.");
    assert_lacks("name=to value=\"third");
    assert_int_equal(count("<input type=checkbox name=to value=\""), 2);
    take(sk_page_status_form(&page, SK_LANG_EN, organisations, 3, SK_ERR_CODE_CHECK, NULL), &page);
    assert_hooks(" id=status>", 6);
    take(sk_page_courier_form(&page, SK_LANG_EN, organisations, 3, 1 << 20), &page);
    assert_hooks(" id=courier>", 4);
    assert_has("<a href=\"/offline/en.html\" download>");
}

static void test_one_offered_organisation_is_the_recipient(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_form(&page, SK_LANG_EN, organisations + 1, 2, 1 << 20), &page);
    assert_has("</strong></p><input type=hidden name=to value=\"second&#34;&#39;\">");
}

static void test_form_names_the_limit(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_form(&page, SK_LANG_EN, organisations, 1, UINT64_C(500) << 20), &page);
    assert_has("up to 500 MB in all");
    take(sk_page_form(&page, SK_LANG_UK, organisations, 1, UINT64_C(2) << 30), &page);
    assert_has("до 2 ГБ");
    take(sk_page_form(&page, SK_LANG_RU, organisations, 1, (UINT64_C(1) << 30) + 1), &page);
    assert_has("до 1024 МБ");
    take(sk_page_courier_form(&page, SK_LANG_CRH, NULL, 0, 65536), &page);
    assert_has("64 KB");
}

/* One round trip over a slow circuit; the page and its style without compression even. */
static void test_form_is_small(void **state)
{
    (void)state;
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        struct sk_page page = {0};

        take(sk_page_form(&page, (enum sk_lang)lang, organisations, 2, 1 << 20), &page);
        const char *texts = strstr(html, "<script>"), *end = strstr(html, "</script>");

        assert_true(strlen(html) - (size_t)(end - texts) < 14000);
    }
}

static void make_receipt(uint8_t factor, bool follow_up)
{
    struct sk_receipt receipt = {0};
    struct sk_page page = {0};

    for (size_t i = 0; i < sizeof receipt.r; i++) {
        receipt.r[i] = (uint8_t)(factor * i + 1);
    }
    take(sk_page_receipt(&page, SK_LANG_UK, &receipt, follow_up), &page);
}

/* What the style keeps together has an element of its own. */
#define GROUPS "\"><b>04926-</b><b>D25AS-</b><b>KQH2C-</b><b>TNEYC-</b><b>VQQFE</b></div>"

static void test_receipt_shows_the_code(void **state)
{
    struct sk_page page = {0};

    (void)state;
    make_receipt(17, false);
    assert_has(GROUPS);
    assert_int_equal(count("04926-"), 1);
    assert_has(sk_text(SK_LANG_UK, SK_MSG_DONE_ONCE));
    assert_true(strstr(html, ">04926-") < strstr(html, "<table"));
    make_receipt(17, true);
    assert_has(GROUPS);
    assert_has(sk_text(SK_LANG_UK, SK_MSG_DONE_SAME_CODE));
    assert_lacks(sk_text(SK_LANG_UK, SK_MSG_DONE_ONCE));
    take(sk_page_receipt(&page, SK_LANG_UK, NULL, false), &page);
    assert_lacks("<table");
    assert_lacks("class=k");
    assert_has(sk_text(SK_LANG_UK, SK_MSG_DONE_NO_CODE));
}

#define MODULES 25

/* Reads the table back. Returns its rows, each of MODULES signs '0' or '1'. */
static int read_table(char rows[MODULES][MODULES + 1])
{
    const char *at = strstr(html, "<tr>");
    int y = 0;

    for (; at != NULL && y < MODULES; at = strstr(at + 1, "<tr>"), y++) {
        const char *end = at + 4 + strcspn(at + 4, "/");
        const char *next = strstr(at + 1, "<tr>"), *cell = at;
        long x = 0;

        if (next != NULL && next < end) {
            end = next;
        }
        while ((cell = strstr(cell + 1, "<td")) != NULL && cell < end) {
            bool dark = strncmp(cell, "<td class=d", 11) == 0;
            const char *span = strstr(cell, "colspan=");
            long run = span != NULL && span < strchr(cell, '>') ? strtol(span + 8, NULL, 10) : 1;

            assert_true(run >= 1 && x + run <= MODULES);
            memset(rows[y] + x, dark ? '1' : '0', (size_t)run);
            x += run;
        }
        assert_int_equal(x, MODULES);
        rows[y][MODULES] = '\0';
    }
    return y;
}

static void test_qr_table_is_a_qr(void **state)
{
    static char rows[MODULES][MODULES + 1], other[MODULES][MODULES + 1];

    (void)state;
    make_receipt(17, false);
    assert_has("<table class=qr role=img aria-label=\"");
    assert_has("<col span=25>");
    assert_int_equal(count("<tr>"), MODULES);
    assert_int_equal(read_table(rows), MODULES);
    /* Two finder patterns with the timing row between them, and the alignment pattern. */
    assert_memory_equal(rows[0], "11111110", 8);
    assert_memory_equal(rows[0] + 17, "01111111", 8);
    assert_memory_equal(rows[3], "10111010", 8);
    assert_memory_equal(rows[24], "11111110", 8);
    assert_memory_equal(rows[6], "1111111010101010101111111", MODULES);
    assert_memory_equal(rows[16] + 16, "11111", 5);
    assert_memory_equal(rows[18] + 16, "10101", 5);
    make_receipt(19, false);
    assert_int_equal(read_table(other), MODULES);
    assert_memory_not_equal(rows, other, sizeof rows);
}

static void make_answered(enum sk_lang lang, unsigned status, const char *text)
{
    static struct sk_answer answer;
    const struct sk_page_answer list = {SAMPLE_HOSTILE, &answer};
    struct sk_page page = {0};

    answer.status = (uint8_t)status;
    answer.day = 20781;
    answer.text_len = strlen(text);
    memcpy(answer.text, text, answer.text_len + 1);
    take(sk_page_status(&page, lang, SK_RECEIPT_ANSWERED, 20780, &list, 1), &page);
}

static void test_answers_are_escaped(void **state)
{
    (void)state;
    make_answered(SK_LANG_EN, SK_STATUS_READ, "one\n<script>two</script>\n\"&amp;'");
    assert_has(">one<br>&lt;script&gt;two&lt;/script&gt;<br>&#34;&amp;amp;&#39;</p>");
    assert_has("<h2>&lt;b title=&#34;x&#34;&gt;Org &amp; &#39;Co&#39;&lt;/b&gt;</h2>");
    assert_lacks("<script");
    assert_lacks("<b ");
}

static void test_dates_follow_the_language(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_status(&page, SK_LANG_EN, SK_RECEIPT_CARRIED, 20454, NULL, 0), &page);
    assert_has("Arrived on 1 January 2026");
    take(sk_page_status(&page, SK_LANG_EN, SK_RECEIPT_CARRIED, 20818, NULL, 0), &page);
    assert_has("Arrived on 31 December 2026");
    make_answered(SK_LANG_EN, SK_STATUS_CLOSED, "");
    assert_has("Arrived on 23 November 2026");
    assert_has("Answer of 24 November 2026");
    make_answered(SK_LANG_UK, SK_STATUS_CLOSED, "");
    assert_has("Надійшло 23.11.2026");
    make_answered(SK_LANG_RU, SK_STATUS_CLOSED, "");
    assert_has("Ответ от 24.11.2026");
}

static void test_each_status_has_its_words(void **state)
{
    static const enum sk_message words[] = {
#define STATUS(number, name, word, sentence, brief) SK_MSG_ANSWER_##name,
#include "keys/base/status.def"
#undef STATUS
    };

    (void)state;
    for (unsigned status = SK_STATUS_ARRIVED; status < SK_STATUS_END; status++) {
        make_answered(SK_LANG_CRH, status, "");
        assert_has(sk_text(SK_LANG_CRH, words[status - 1]));
        assert_int_equal(count("<strong>"), 1);
        assert_int_equal(count(sk_text(SK_LANG_CRH, SK_MSG_ANSWER_MORE_HOW)),
                         status == SK_STATUS_MORE ? 1 : 0);
    }
}

static void test_states(void **state)
{
    static const enum sk_message heads[] = {SK_MSG_STATE_UNKNOWN, SK_MSG_STATE_RECEIVED,
                                            SK_MSG_STATE_CARRIED, SK_MSG_ANSWER_ARRIVED};
    static const char *const names[] = {"unknown", "received", "carried", "answered"};
    struct sk_page page = {0};

    (void)state;
    for (int i = SK_RECEIPT_UNKNOWN; i <= SK_RECEIPT_ANSWERED; i++) {
        assert_string_equal(sk_receipt_state_name((enum sk_receipt_state)i), names[i]);
        take(sk_page_status(&page, SK_LANG_EN, (enum sk_receipt_state)i, 0, NULL, 0), &page);
        assert_has(sk_text(SK_LANG_EN, heads[i]));
        assert_lacks("1970");
    }
}

static void check_heading(const struct sk_page_answer *answers, enum sk_message message,
                          bool answered)
{
    struct sk_page page = {0};
    char h1[256];

    take(sk_page_status(&page, SK_LANG_EN, SK_RECEIPT_ANSWERED, 0, answers, 2), &page);
    (void)snprintf(h1, sizeof h1, "<h1>%s</h1>", sk_text(SK_LANG_EN, message));
    assert_has(h1);
    assert_int_equal(count(sk_text(SK_LANG_EN, SK_MSG_STATE_READ)), answered ? 1 : 0);
    assert_int_equal(count(sk_text(SK_LANG_EN, SK_MSG_STATE_LATER)), answered ? 0 : 1);
    assert_int_equal(count("Answer of"), answered ? 1 : 0);
}

/* That a report arrived or was read is no answer. */
static void test_heading_says_what_is_true(void **state)
{
    struct sk_answer one = {.status = SK_STATUS_ARRIVED, .day = 20600}, two = one;
    const struct sk_page_answer answers[2] = {{"One", &one}, {"Two", &two}};

    (void)state;
    check_heading(answers, SK_MSG_ANSWER_ARRIVED, false);
    two.status = SK_STATUS_READ;
    check_heading(answers, SK_MSG_ANSWER_READ, false);
    one.status = SK_STATUS_CHECKING;
    check_heading(answers, SK_MSG_ANSWER_CHECKING, false);
    for (two.status = SK_STATUS_MORE; two.status < SK_STATUS_END; two.status++) {
        check_heading(answers, SK_MSG_STATE_ANSWERED, true);
    }
    two.status = SK_STATUS_READ;
    strcpy(two.text, "Thank you.");
    check_heading(answers, SK_MSG_STATE_ANSWERED, true);
}

static void test_typed_codes_get_their_reason(void **state)
{
    static const struct {
        enum sk_error error;
        enum sk_message message;
    } cases[] = {{SK_ERR_CODE_LENGTH, SK_MSG_CODE_LENGTH},
                 {SK_ERR_CODE_SYMBOL, SK_MSG_CODE_SYMBOL},
                 {SK_ERR_CODE_CHECK, SK_MSG_CODE_CHECK}};
    struct sk_page page = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        take(sk_page_status_form(&page, SK_LANG_UK, organisations, 3, cases[i].error, NULL), &page);
        assert_has(sk_text(SK_LANG_UK, cases[i].message));
        assert_has("role=alert");
        assert_has("action=\"/uk/status\"");
    }
    take(sk_page_status_form(&page, SK_LANG_UK, organisations, 3, SK_OK, NULL), &page);
    assert_lacks("role=alert");
    assert_lacks("name=code value");
}

/* Nobody types 25 signs again for one of them. What came is a stranger's text. */
static void test_typed_codes_are_given_back(void **state)
{
    struct sk_page page = {0};

    (void)state;
    take(sk_page_status_form(&page, SK_LANG_UK, organisations, 3, SK_ERR_CODE_CHECK,
                             "o4926-D25AS \"><b onfocus='x'>&"),
         &page);
    assert_has(
        "name=code value=\"o4926-D25AS &#34;&gt;&lt;b onfocus=&#39;x&#39;&gt;&amp;\" required");
    assert_lacks("<b ");
}

static void test_courier_says_what_became_of_each_file(void **state)
{
    static const enum sk_error results[] = {SK_OK, SK_ERR_ENVELOPE_EPOCH, SK_ERR_CORRUPT};
    struct sk_page page = {0};

    (void)state;
    take(sk_page_courier(&page, SK_LANG_EN, results, 3), &page);
    assert_has("<strong>File 1</strong>: accepted");
    assert_has("<strong>File 2</strong>: not accepted: it was sealed for a time");
    assert_has("<strong>File 3</strong>: not accepted: there was a fault here");
    assert_int_equal(count("<li>"), 3);
    take(sk_page_courier(&page, SK_LANG_EN, NULL, 0), &page);
    assert_has("No file arrived");
    take(sk_page_courier_form(&page, SK_LANG_EN, organisations, 3, 1 << 20), &page);
    assert_has("<form method=post action=\"/en/courier\" enctype=multipart/form-data ");
    assert_has("type=file name=sealed multiple");
}

static void test_problems(void **state)
{
    struct sk_page before = {0}, one;

    (void)state;
    for (int i = 0; i < SK_PROBLEM_COUNT; i++) {
        assert_in_range(sk_problem_status((enum sk_problem)i), 400, 507);
        assert_true(strlen(sk_problem_line((enum sk_problem)i)) > 8);
        assert_int_equal(sk_page_problem(&one, SK_LANG_EN, (enum sk_problem)i), SK_OK);
        assert_non_null(memmem(one.bytes, one.len, "Nothing was stored", 18));
        assert_false(one.len == before.len && memcmp(one.bytes, before.bytes, one.len) == 0);
        sk_page_free(&before);
        before = one;
    }
    sk_page_free(&before);
}

/* Those that scripts, curl and tus clients go by; and what the store's errors become. */
static void test_statuses_of_problems(void **state)
{
    static const struct {
        enum sk_problem problem;
        unsigned status;
    } expected[] = {
        {SK_PROBLEM_NOT_FOUND, 404},   {SK_PROBLEM_METHOD, 405}, {SK_PROBLEM_TOO_LARGE, 413},
        {SK_PROBLEM_LENGTH, 411},      {SK_PROBLEM_EMPTY, 400},  {SK_PROBLEM_BAD_REQUEST, 400},
        {SK_PROBLEM_MANY, 413},        {SK_PROBLEM_NAME, 400},   {SK_PROBLEM_CODE, 400},
        {SK_PROBLEM_FIELD_ORDER, 400}, {SK_PROBLEM_CLOSED, 503}, {SK_PROBLEM_RECIPIENT, 400},
        {SK_PROBLEM_BUSY, 503},        {SK_PROBLEM_FULL, 507},   {SK_PROBLEM_RESERVE, 507},
        {SK_PROBLEM_HEADERS, 431},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(sk_problem_status(expected[i].problem), expected[i].status);
    }
    assert_int_equal(sk_problem_of_error(SK_ERR_TOO_LARGE), SK_PROBLEM_TOO_LARGE);
    assert_int_equal(sk_problem_of_error(SK_ERR_FULL), SK_PROBLEM_FULL);
    assert_int_equal(sk_problem_of_error(SK_ERR_STORE_RESERVE), SK_PROBLEM_RESERVE);
    assert_int_equal(sk_problem_of_error(SK_ERR_STORE_CLOSED), SK_PROBLEM_CLOSED);
    assert_int_equal(sk_problem_of_error(SK_ERR_NOT_FOUND), SK_PROBLEM_NOT_FOUND);
    assert_int_equal(sk_problem_of_error(SK_ERR_IO), SK_PROBLEM_BUSY);
    assert_int_equal(sk_problem_of_error(SK_ERR_MEMORY), SK_PROBLEM_BUSY);
}

static void put_value(struct sk_html *out, enum sk_lang lang, const void *context)
{
    (void)lang;
    sk_html_text(out, context);
}

static void test_templates_escape_texts(void **state)
{
    static const struct sk_piece pieces_one[] = {RAW("<b>") TEXT(CATEGORY_11) RAW("</b>")
                                                     LANG RAW(":") HOLE(put_value) RAW("\n")};
    struct sk_html buffer = {0};
    struct sk_page page = {0};

    (void)state;
    sk_expand(&buffer, SK_LANG_EN, SK_TEMPLATE(one), "<&>");
    take(sk_html_take(&buffer, &page), &page);
    assert_string_equal(html,
                        "<b>Conscription into the occupier&#39;s forces</b>en:&lt;&amp;&gt;\n");
}

static void test_html_refuses_what_cannot_be(void **state)
{
    struct sk_html buffer = {0};
    struct sk_page page = {0};

    (void)state;
    sk_html_raw(&buffer, "x");
    sk_html_bytes(&buffer, "x", SIZE_MAX / 2);
    sk_html_raw(&buffer, "y");
    assert_int_equal(sk_html_take(&buffer, &page), SK_ERR_MEMORY);
    assert_null(page.bytes);
    assert_null(buffer.bytes);
}

static void test_html_grows(void **state)
{
    struct sk_html buffer = {0};
    struct sk_page page = {0};

    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        sk_html_number(&buffer, 10000 + i);
    }
    take(sk_html_take(&buffer, &page), &page);
    assert_int_equal(strlen(html), 25000);
    assert_memory_equal(html + 24990, "1499814999", 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_fields_stand_in_order),
        cmocka_unit_test(test_form_offers_its_organisations),
        cmocka_unit_test(test_live_pages_carry_the_pins),
        cmocka_unit_test(test_one_offered_organisation_is_the_recipient),
        cmocka_unit_test(test_form_names_the_limit),
        cmocka_unit_test(test_form_is_small),
        cmocka_unit_test(test_receipt_shows_the_code),
        cmocka_unit_test(test_qr_table_is_a_qr),
        cmocka_unit_test(test_answers_are_escaped),
        cmocka_unit_test(test_dates_follow_the_language),
        cmocka_unit_test(test_each_status_has_its_words),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_heading_says_what_is_true),
        cmocka_unit_test(test_typed_codes_get_their_reason),
        cmocka_unit_test(test_typed_codes_are_given_back),
        cmocka_unit_test(test_courier_says_what_became_of_each_file),
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_statuses_of_problems),
        cmocka_unit_test(test_templates_escape_texts),
        cmocka_unit_test(test_html_refuses_what_cannot_be),
        cmocka_unit_test(test_html_grows),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
