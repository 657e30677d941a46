#include "gateway/pages/page_courier.h"

#include <stdio.h>

#include "gateway/pages/page_frame.h"

#include "gateway/pages/courier.pieces"

static void put_file_limit(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const uint64_t *max_bytes = context;

    sk_put_limit(html, lang, SK_MSG_FILE_LIMIT, *max_bytes);
}

enum sk_error sk_page_courier_form(struct sk_page *out, enum sk_lang lang,
                                   const struct sk_page_organisation *organisations, size_t count,
                                   uint64_t max_bytes)
{
    const struct sk_frame page = {.title = SK_MSG_COURIER_TITLE,
                                  .heading = SK_MSG_NAV_COURIER,
                                  .path = "courier",
                                  .main = SK_TEMPLATE(form),
                                  .context = &max_bytes,
                                  .script = SK_SCRIPT_COURIER,
                                  .organisations = organisations,
                                  .count = count};

    return sk_frame_render(out, lang, &page);
}

/* ---- the result of each file ---- */

struct outcome {
    const enum sk_error *results;
    size_t count;
};

struct one {
    size_t number;
    enum sk_error result;
};

static enum sk_message reason(enum sk_error e)
{
    switch (e) {
    case SK_OK:
        return SK_MSG_COURIER_ACCEPTED;
#define PROBLEM(name, status, text, next, typed, line)
#define FAILURE(error, problem, file)                                                              \
    case SK_ERR_##error:                                                                           \
        return SK_MSG_COURIER_##file;
#include "gateway/http/problem.def"
#undef PROBLEM
#undef FAILURE
    default:
        return SK_MSG_COURIER_FAULT;
    }
}

static void put_file_number(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct one *one = context;
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%zu", one->number);
    sk_html_with(html, sk_text(lang, SK_MSG_COURIER_FILE), digits);
}

static void put_file_result(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct one *one = context;

    sk_html_text(html, sk_text(lang, reason(one->result)));
}

static void put_files(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct outcome *outcome = context;

    for (size_t i = 0; i < outcome->count; i++) {
        const struct one one = {i + 1, outcome->results[i]};

        sk_expand(html, lang, SK_TEMPLATE(file), &one);
    }
}

static void put_results(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct outcome *outcome = context;

    sk_expand(html, lang, outcome->count == 0 ? SK_TEMPLATE(nothing) : SK_TEMPLATE(some), outcome);
}

enum sk_error sk_page_courier(struct sk_page *out, enum sk_lang lang, const enum sk_error *results,
                              size_t count)
{
    const struct outcome outcome = {results, count};
    const struct sk_frame page = {.title = SK_MSG_COURIER_TITLE,
                                  .heading = SK_MSG_COURIER_RESULT,
                                  .path = "courier",
                                  .main = SK_TEMPLATE(result),
                                  .context = &outcome};

    return sk_frame_render(out, lang, &page);
}
