#include <stdio.h>

#include "gateway/pages/page_part.h"
#include "keys/format/limits.h"

#include "gateway/pages/problem.pieces"

enum next { BACK, FORM, STATUS };

static const struct row {
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

static struct sk_page pages[SK_PROBLEM_COUNT][SK_LANG_COUNT];

/* The only number that one of these texts names. */
static void put_what(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct row *row = context;
    char number[16];

    (void)snprintf(number, sizeof number, "%u", SK_BODY_FILES_SAID);
    sk_html_with(html, sk_text(lang, row->what), number);
}

static void put_back(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct row *row = context;

    if (row->next == BACK) {
        sk_expand(html, lang, SK_TEMPLATE(go_back), row);
    }
}

static void put_next(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct row *row = context;

    sk_expand(html, lang, row->next == STATUS ? SK_TEMPLATE(to_status) : SK_TEMPLATE(to_form), row);
}

static enum sk_error make(enum sk_problem i, enum sk_lang lang)
{
    const struct sk_frame page = {.title = SK_MSG_PROBLEM_TITLE,
                                  .heading = problems[i].happened,
                                  .path = "",
                                  .main = SK_TEMPLATE(problem),
                                  .context = &problems[i],
                                  .level = problems[i].typed};

    return sk_frame_take(&pages[i][lang], lang, &page);
}

enum sk_error sk_problem_page_start(void)
{
    enum sk_error e = SK_OK;

    sk_problem_page_stop();
    for (int i = 0; i < SK_PROBLEM_COUNT; i++) {
        for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
            e = make((enum sk_problem)i, (enum sk_lang)lang);
        }
    }
    return e;
}

void sk_problem_page_stop(void)
{
    for (int i = 0; i < SK_PROBLEM_COUNT; i++) {
        for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
            sk_page_free(&pages[i][lang]);
        }
    }
}

void sk_page_problem(enum sk_problem problem, enum sk_lang lang, const char **bytes, size_t *len)
{
    *bytes = pages[problem][lang].bytes;
    *len = pages[problem][lang].len;
}
