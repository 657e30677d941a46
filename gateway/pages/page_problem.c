#include "gateway/pages/page_problem.h"

#include <stdio.h>

#include "gateway/pages/page_frame.h"
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

/* One of the texts names a number. */
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

enum sk_error sk_page_problem(struct sk_page *out, enum sk_lang lang, enum sk_problem problem)
{
    const struct row *row = &problems[problem];
    const struct sk_frame page = {.title = SK_MSG_PROBLEM_TITLE,
                                  .heading = row->happened,
                                  .path = "",
                                  .main = SK_TEMPLATE(problem),
                                  .context = row,
                                  .level = row->typed};

    return sk_frame_render(out, lang, &page);
}
