#include <stdio.h>

#include "gateway/pages/page_part.h"
#include "keys/format/limits.h"

enum next { BACK, FORM, STATUS };

static const struct {
    enum sk_message happened, what;
    enum next next;
    bool typed;
} problems[SK_PROBLEM_COUNT] = {
#define PROBLEM(name, status, text, next, typed, line)                                             \
    [SK_PROBLEM_##name] = {SK_MSG_##text##_H, SK_MSG_##text##_T, next, typed},
#define FAILURE(error, problem, file)
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
};

static struct sk_part pages[SK_PROBLEM_COUNT];

static void put_what(struct sk_html *html, enum sk_lang lang, enum sk_problem problem)
{
    char number[16];

    (void)snprintf(number, sizeof number, "%u", SK_BODY_FILES_SAID);
    sk_html_raw(html, "<p>");
    sk_html_with(html, sk_text(lang, problems[problem].what), number);
    sk_html_raw(html, "</p>");
}

static void draw(struct sk_html *html, enum sk_lang lang, enum sk_problem problem)
{
    const struct sk_frame frame = {SK_MSG_PROBLEM_TITLE, problems[problem].happened, SK_PATH_FORM,
                                   SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    put_what(html, lang, problem);
    if (problems[problem].next == BACK)
        sk_put_p(html, lang, SK_MSG_GO_BACK);
    sk_html_raw(html, "<p class=a>");
    if (problems[problem].next == STATUS)
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

void sk_page_problem(enum sk_problem problem, enum sk_lang lang, const char **bytes, size_t *len)
{
    *bytes = pages[problem].page[lang].bytes;
    *len = pages[problem].page[lang].len;
}
