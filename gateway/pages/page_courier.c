#include <stdio.h>

#include "gateway/pages/page_part.h"

static struct sk_part before, after, result_before, result_after;

static void draw_before(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_COURIER_TITLE, SK_MSG_NAV_COURIER, SK_PATH_COURIER,
                                          SK_SCRIPT_COURIER};

    sk_frame_open(html, lang, &frame);
    sk_put_p(html, lang, SK_MSG_COURIER_INTRO);
    sk_put_p(html, lang, SK_MSG_COURIER_CLOSED_BOX);
    sk_put_path(html, lang, "<form method=post action", SK_PATH_COURIER);
    sk_html_raw(html, " enctype=multipart/form-data accept-charset=utf-8 autocomplete=off "
                      "id=courier>");
    sk_put(html, lang, "<div class=f><label for=s>", SK_MSG_COURIER_LABEL,
           "</label><p class=h id=sh>");
}

static void draw_after(struct sk_html *html, enum sk_lang lang)
{
    sk_html_raw(html, "</p><input id=s type=file name=sealed multiple aria-describedby=sh></div>");
    sk_put(html, lang, "<div class=f><label for=x>", SK_MSG_COURIER_PASTE, "</label>");
    sk_put(html, lang, "<p class=h id=xh>", SK_MSG_COURIER_PASTE_HINT,
           "</p><textarea id=x name=sealed rows=4 aria-describedby=xh autocomplete=off "
           "spellcheck=false></textarea></div>");
    sk_put(html, lang, "<button type=submit>", SK_MSG_COURIER_SUBMIT, "</button>");
    sk_put_hint(html, lang, SK_MSG_SUBMIT_HINT);
    sk_html_raw(html, "</form>");
    sk_put(html, lang, "<p class=a>", SK_MSG_OFFLINE_WHY, "<br>");
    sk_put_offline_link(html, lang);
    sk_html_raw(html, "</p>");
}

static void draw_result_before(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_COURIER_TITLE, SK_MSG_COURIER_RESULT,
                                          SK_PATH_COURIER, SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
}

static void draw_result_after(struct sk_html *html, enum sk_lang lang)
{
    sk_html_raw(html, "<p class=a>");
    sk_put_link(html, lang, SK_PATH_COURIER, SK_MSG_COURIER_AGAIN);
    sk_html_raw(html, "</p>");
    sk_frame_close(html, lang);
}

static const struct {
    struct sk_part *part;
    sk_draw draw;
} parts[] = {
    {&before, draw_before},
    {&after, draw_after},
    {&result_before, draw_result_before},
    {&result_after, draw_result_after},
};

enum sk_error sk_courier_page_start(void)
{
    enum sk_error error = SK_OK;

    for (size_t i = 0; error == SK_OK && i < sizeof parts / sizeof parts[0]; i++)
        error = sk_part_make(parts[i].part, parts[i].draw);
    return error;
}

void sk_courier_page_stop(void)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sk_part_free(parts[i].part);
}

enum sk_error sk_page_courier_form(struct sk_page *out, enum sk_lang lang,
                                   const struct sk_page_organisation *organisations, size_t count,
                                   uint64_t max_bytes)
{
    struct sk_html html = {0};

    sk_put_part(&html, lang, &before);
    sk_put_limit(&html, lang, SK_MSG_FILE_LIMIT, max_bytes);
    sk_put_part(&html, lang, &after);
    return sk_live_take(&html, lang, SK_SCRIPT_COURIER, organisations, count, false, out);
}

static enum sk_message reason(enum sk_error error)
{
    switch (error) {
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

static void put_result(struct sk_html *html, enum sk_lang lang, size_t number, enum sk_error error)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%zu", number);
    sk_html_raw(html, "<li><strong>");
    sk_html_with(html, sk_text(lang, SK_MSG_COURIER_FILE), digits);
    sk_put(html, lang, "</strong>: ", reason(error), "</li>");
}

enum sk_error sk_page_courier(struct sk_page *out, enum sk_lang lang, const enum sk_error *results,
                              size_t count)
{
    struct sk_html html = {0};

    sk_put_part(&html, lang, &result_before);
    if (count == 0) {
        sk_put_p(&html, lang, SK_MSG_COURIER_NONE);
    } else {
        sk_html_raw(&html, "<ul>");
        for (size_t i = 0; i < count; i++)
            put_result(&html, lang, i + 1, results[i]);
        sk_html_raw(&html, "</ul>");
        sk_put_p(&html, lang, SK_MSG_COURIER_DELETE);
    }
    sk_put_part(&html, lang, &result_after);
    return sk_html_take(&html, out);
}
