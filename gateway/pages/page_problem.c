#include <stdio.h>

#include "gateway/pages/page_part.h"
#include "keys/format/limits.h"

/* back: going back helps, since what was typed may still be there. Otherwise a link to the form.
 * typed: it depends on what was typed, so its length is level with what else could have come. */
static const struct {
    unsigned status;
    enum sk_message happened, next;
    bool back, typed;
} problems[SK_PROBLEM_COUNT] = {
    [SK_PROBLEM_NOT_FOUND] = {404, SK_MSG_NOT_FOUND_H, SK_MSG_NOT_FOUND_T, false, false},
    [SK_PROBLEM_METHOD] = {405, SK_MSG_METHOD_H, SK_MSG_METHOD_T, false, false},
    [SK_PROBLEM_TOO_LARGE] = {413, SK_MSG_TOO_LARGE_H, SK_MSG_TOO_LARGE_T, true, false},
    [SK_PROBLEM_LENGTH] = {411, SK_MSG_LENGTH_H, SK_MSG_LENGTH_T, true, false},
    [SK_PROBLEM_BAD_REQUEST] = {400, SK_MSG_BAD_REQUEST_H, SK_MSG_BAD_REQUEST_T, true, true},
    [SK_PROBLEM_EMPTY] = {400, SK_MSG_EMPTY_H, SK_MSG_EMPTY_T, true, true},
    [SK_PROBLEM_MANY] = {413, SK_MSG_MANY_H, SK_MSG_MANY_T, true, true},
    [SK_PROBLEM_NAME] = {400, SK_MSG_NAME_H, SK_MSG_NAME_T, true, true},
    [SK_PROBLEM_CODE] = {400, SK_MSG_BAD_CODE_H, SK_MSG_BAD_CODE_T, true, true},
    [SK_PROBLEM_FIELD_ORDER] = {400, SK_MSG_FIELD_ORDER_H, SK_MSG_FIELD_ORDER_T, false, true},
    [SK_PROBLEM_RECIPIENT] = {400, SK_MSG_RECIPIENT_H, SK_MSG_RECIPIENT_T, true, true},
    [SK_PROBLEM_CLOSED] = {503, SK_MSG_CLOSED_H, SK_MSG_CLOSED_T, false, false},
    [SK_PROBLEM_BUSY] = {503, SK_MSG_BUSY_H, SK_MSG_BUSY_T, true, false},
    [SK_PROBLEM_FULL] = {507, SK_MSG_FULL_H, SK_MSG_FULL_T, true, false},
    [SK_PROBLEM_RESERVE] = {507, SK_MSG_RESERVE_H, SK_MSG_RESERVE_T, true, false},
    [SK_PROBLEM_HEADERS] = {431, SK_MSG_HEADERS_H, SK_MSG_HEADERS_T, false, false},
};

static struct sk_part pages[SK_PROBLEM_COUNT];

static void put_next(struct sk_html *html, enum sk_lang lang, enum sk_problem problem)
{
    char number[16];

    (void)snprintf(number, sizeof number, "%u", SK_BODY_FILES_SAID);
    sk_html_raw(html, "<p>");
    sk_html_with(html, sk_text(lang, problems[problem].next), number);
    sk_html_raw(html, "</p>");
}

static void draw(struct sk_html *html, enum sk_lang lang, enum sk_problem problem)
{
    const struct sk_frame frame = {SK_MSG_PROBLEM_TITLE, problems[problem].happened, SK_PATH_FORM,
                                   SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    put_next(html, lang, problem);
    if (problems[problem].back)
        sk_put_p(html, lang, SK_MSG_GO_BACK);
    sk_html_raw(html, "<p class=a>");
    if (problem == SK_PROBLEM_CLOSED)
        sk_put_link(html, lang, SK_PATH_STATUS, SK_MSG_NAV_STATUS);
    else
        sk_put_link(html, lang, SK_PATH_FORM, SK_MSG_OPEN_FORM);
    sk_html_raw(html, "</p>");
    sk_frame_close(html, lang);
    if (problems[problem].typed)
        sk_put_level(html);
}

static enum sk_error make(enum sk_problem problem, enum sk_lang lang)
{
    struct sk_html html = {0};

    draw(&html, lang, problem);
    return sk_html_take(&html, &pages[problem].page[lang]);
}

enum sk_error sk_problem_page_start(void)
{
    enum sk_error error = SK_OK;

    sk_problem_page_stop();
    for (int problem = 0; problem < SK_PROBLEM_COUNT; problem++) {
        for (int lang = 0; error == SK_OK && lang < SK_LANG_COUNT; lang++)
            error = make((enum sk_problem)problem, (enum sk_lang)lang);
    }
    return error;
}

void sk_problem_page_stop(void)
{
    for (size_t i = 0; i < SK_PROBLEM_COUNT; i++)
        sk_part_free(&pages[i]);
}

unsigned sk_problem_status(enum sk_problem problem)
{
    return problems[problem].status;
}

void sk_page_problem(enum sk_problem problem, enum sk_lang lang, const char **bytes, size_t *len)
{
    *bytes = pages[problem].page[lang].bytes;
    *len = pages[problem].page[lang].len;
}
