/* How long the pages are that depend on a secret: what a code says, whether there is one, what was
 * answered. Whoever watches the line sees their lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "tests/unit/page_samples.h"

#define LONGEST (SK_ANSWER_PARTS * SK_ANSWER_PART_TEXT)

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

/* The length of a page, which is whole steps long and ends as HTML may. */
static size_t length(enum sk_error error, struct sk_page *page)
{
    static const char end[] = "-->\n";
    size_t len = page->len;

    assert_int_equal(error, SK_OK);
    assert_true(len >= SK_PAGE_STEP && len % SK_PAGE_STEP == 0);
    assert_memory_equal(page->bytes + len - strlen(end), end, strlen(end));
    sk_page_free(page);
    return len;
}

static size_t state_length(enum sk_lang lang, enum sk_receipt_state state, uint32_t day)
{
    struct sk_page page;

    return length(sk_page_status(&page, lang, state, day, NULL, 0), &page);
}

static size_t answer_length(enum sk_lang lang, size_t text_len, unsigned status, size_t count)
{
    struct sk_page_answer answers[3];
    struct sk_answer answer = {.status = (uint8_t)status, .day = 20000, .text_len = text_len};
    struct sk_page page;

    memset(answer.text, 'x', text_len);
    for (size_t i = 0; i < count; i++) {
        answers[i] = (struct sk_page_answer){"Організація з досить довгою назвою", &answer};
    }
    return length(sk_page_status(&page, lang, SK_RECEIPT_ANSWERED, 20000, answers, count), &page);
}

/* Every state, and every answer that one or two organisations write, has one length. */
static void test_states_have_one_length(void **state)
{
    (void)state;
    for (int l = 0; l < SK_LANG_COUNT; l++) {
        enum sk_lang lang = (enum sk_lang)l;
        size_t one = state_length(lang, SK_RECEIPT_UNKNOWN, 0);

        assert_int_equal(one, SK_PAGE_STEP);
        assert_int_equal(state_length(lang, SK_RECEIPT_RECEIVED, 20000), one);
        assert_int_equal(state_length(lang, SK_RECEIPT_CARRIED, 20000), one);
        for (unsigned status = SK_STATUS_ARRIVED; status < SK_STATUS_END; status++) {
            for (size_t len = 0; len <= LONGEST; len += 128) {
                assert_int_equal(answer_length(lang, len, status, 1), one);
                assert_int_equal(answer_length(lang, len, status, 2), one);
            }
        }
        assert_true(answer_length(lang, LONGEST, SK_STATUS_MORE, 3) <= 2 * one);
    }
}

/* What a report is answered with: all one length, with a code, without, added to, refused. */
static void test_answers_to_a_report_have_one_length(void **state)
{
    static const bool typed[SK_PROBLEM_COUNT] = {
#define PROBLEM(name, status, text, next, typed, line) [SK_PROBLEM_##name] = typed,
#define FAILURE(error, problem, file)
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
    };
    struct sk_receipt receipt;

    (void)state;
    sk_receipt_random(&receipt);
    for (int l = 0; l < SK_LANG_COUNT; l++) {
        enum sk_lang lang = (enum sk_lang)l;
        struct sk_page page;

        assert_int_equal(length(sk_page_receipt(&page, lang, &receipt, false), &page),
                         SK_PAGE_STEP);
        assert_int_equal(length(sk_page_receipt(&page, lang, &receipt, true), &page), SK_PAGE_STEP);
        assert_int_equal(length(sk_page_receipt(&page, lang, NULL, false), &page), SK_PAGE_STEP);
        assert_true(typed[SK_PROBLEM_CODE] && typed[SK_PROBLEM_EMPTY] && typed[SK_PROBLEM_MANY]);
        for (int i = 0; i < SK_PROBLEM_COUNT; i++) {
            assert_int_equal(sk_page_problem(&page, lang, (enum sk_problem)i), SK_OK);
            assert_int_equal(page.len == SK_PAGE_STEP, typed[i]);
            sk_page_free(&page);
        }
    }
}

static void test_refused_codes_have_one_length(void **state)
{
    static const enum sk_error problems[] = {SK_ERR_CODE_LENGTH, SK_ERR_CODE_SYMBOL,
                                             SK_ERR_CODE_CHECK};

    (void)state;
    for (int l = 0; l < SK_LANG_COUNT; l++) {
        size_t first = 0;

        for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
            struct sk_page page;
            size_t len =
                length(sk_page_status_form(&page, (enum sk_lang)l, NULL, 0, problems[i],
                                           i % 2 == 0 ? NULL : "04926-D25AS-KQH2C-TNEYC-VQQF0"),
                       &page);

            first = i == 0 ? len : first;
            assert_int_equal(len, first);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_have_one_length),
        cmocka_unit_test(test_answers_to_a_report_have_one_length),
        cmocka_unit_test(test_refused_codes_have_one_length),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
