#include "gateway/pages/page_part.h"

enum variant { FRESH, BAD_LENGTH, BAD_SYMBOL, BAD_CHECK, VARIANTS };

static struct sk_part forms[VARIANTS];
static struct sk_part result_after;

static void put_form(struct sk_html *html, enum sk_lang lang, bool wrong)
{
    sk_put_path(html, lang, "<form method=post action", SK_PATH_STATUS);
    sk_html_raw(html, " accept-charset=utf-8 autocomplete=off id=status>");
    sk_put(html, lang, "<div class=f><label for=k>", SK_MSG_CODE_YOURS, "</label>");
    sk_put(html, lang, "<p class=h id=kh>", SK_MSG_STATUS_HINT, "</p>");
    sk_html_raw(html, "<input id=k name=code required autocomplete=off "
                      "autocapitalize=characters spellcheck=false aria-describedby=");
    sk_html_raw(html, wrong ? "\"ke kh\" aria-invalid=true autofocus>" : "kh>");
    sk_put(html, lang, "</div><button type=submit>", SK_MSG_STATUS_SUBMIT, "</button>");
    sk_put_hint(html, lang, SK_MSG_STATUS_SEEN);
    sk_html_raw(html, "</form>");
}

static void open_form(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_STATUS_TITLE, SK_MSG_STATUS_H1, SK_PATH_STATUS,
                                          SK_SCRIPT_STATUS};

    sk_frame_open(html, lang, &frame);
}

static void draw_fresh(struct sk_html *html, enum sk_lang lang)
{
    open_form(html, lang);
    sk_put_p(html, lang, SK_MSG_STATUS_INTRO);
    put_form(html, lang, false);
}

static void draw_wrong(struct sk_html *html, enum sk_lang lang, enum sk_message message)
{
    open_form(html, lang);
    sk_put(html, lang, "<p class=n role=alert id=ke>", message, "</p>");
    put_form(html, lang, true);
}

static void draw_length(struct sk_html *html, enum sk_lang lang)
{
    draw_wrong(html, lang, SK_MSG_CODE_LENGTH);
}

static void draw_symbol(struct sk_html *html, enum sk_lang lang)
{
    draw_wrong(html, lang, SK_MSG_CODE_SYMBOL);
}

static void draw_check(struct sk_html *html, enum sk_lang lang)
{
    draw_wrong(html, lang, SK_MSG_CODE_CHECK);
}

static void draw_result_after(struct sk_html *html, enum sk_lang lang)
{
    sk_html_raw(html, "<p class=a>");
    sk_put_link(html, lang, SK_PATH_STATUS, SK_MSG_STATE_AGAIN);
    sk_html_raw(html, "</p>");
    sk_frame_close(html, lang);
}

enum sk_error sk_status_page_start(void)
{
    static const sk_draw draw[VARIANTS] = {draw_fresh, draw_length, draw_symbol, draw_check};
    enum sk_error error = sk_part_make(&result_after, draw_result_after);

    for (size_t i = 0; error == SK_OK && i < VARIANTS; i++)
        error = sk_part_make(&forms[i], draw[i]);
    return error;
}

void sk_status_page_stop(void)
{
    sk_part_free(&result_after);
    for (size_t i = 0; i < VARIANTS; i++)
        sk_part_free(&forms[i]);
}

enum sk_error sk_page_status_form(struct sk_page *out, enum sk_lang lang,
                                  const struct sk_page_organisation *organisations, size_t count,
                                  enum sk_error problem)
{
    enum variant variant = BAD_CHECK;
    struct sk_html html = {0};

    if (problem == SK_OK)
        variant = FRESH;
    else if (problem == SK_ERR_CODE_LENGTH)
        variant = BAD_LENGTH;
    else if (problem == SK_ERR_CODE_SYMBOL)
        variant = BAD_SYMBOL;
    sk_put_part(&html, lang, &forms[variant]);
    return sk_live_take(&html, lang, SK_SCRIPT_STATUS, organisations, count, problem != SK_OK, out);
}

const char *sk_receipt_state_name(enum sk_receipt_state state)
{
    static const char *const names[] = {"unknown", "received", "carried", "answered"};

    return names[state];
}

static enum sk_message state_message(enum sk_receipt_state state)
{
    static const enum sk_message messages[] = {SK_MSG_STATE_UNKNOWN, SK_MSG_STATE_RECEIVED,
                                               SK_MSG_STATE_CARRIED, SK_MSG_STATE_ANSWERED};

    return messages[state];
}

static enum sk_message answer_message(unsigned status)
{
    static const enum sk_message messages[] = {
#define STATUS(number, name, word, sentence, brief) [number] = SK_MSG_ANSWER_##name,
#include "keys/base/status.def"
#undef STATUS
    };

    return messages[status > 0 && status < SK_STATUS_END ? status : SK_STATUS_ARRIVED];
}

static void put_answer(struct sk_html *html, enum sk_lang lang, const struct sk_page_answer *answer)
{
    sk_html_raw(html, "<h2>");
    sk_html_text(html, answer->organisation);
    sk_html_raw(html, "</h2>");
    sk_put_date(html, lang, SK_MSG_ANSWER_DAY, answer->answer->day);
    sk_put(html, lang, "<p><strong>", answer_message(answer->answer->status), "</strong></p>");
    if (answer->answer->text[0] != '\0') {
        sk_html_raw(html, "<p class=n dir=auto>");
        sk_html_lines(html, answer->answer->text);
        sk_html_raw(html, "</p>");
    }
    if (answer->answer->status == SK_STATUS_MORE) {
        sk_put(html, lang, "<p class=a>", SK_MSG_ANSWER_MORE_HOW, "<br>");
        sk_put_link(html, lang, SK_PATH_FORM, SK_MSG_OPEN_FORM);
        sk_html_raw(html, "</p>");
    }
}

static void put_advice(struct sk_html *html, enum sk_lang lang, enum sk_receipt_state state)
{
    static const enum sk_message unknown[] = {
        SK_MSG_STATE_UNKNOWN_TODAY, SK_MSG_STATE_UNKNOWN_TYPED, SK_MSG_STATE_UNKNOWN_COURIER,
        SK_MSG_STATE_UNKNOWN_AGAIN};

    switch (state) {
    case SK_RECEIPT_UNKNOWN:
        sk_put_list(html, lang, unknown, SK_COUNT(unknown));
        break;
    case SK_RECEIPT_RECEIVED:
        sk_put_p(html, lang, SK_MSG_STATE_RECEIVED_TEXT);
        sk_put_p(html, lang, SK_MSG_STATE_LATER);
        break;
    case SK_RECEIPT_CARRIED:
        sk_put_p(html, lang, SK_MSG_STATE_CARRIED_TEXT);
        sk_put_p(html, lang, SK_MSG_STATE_LATER);
        break;
    case SK_RECEIPT_ANSWERED:
        sk_put_p(html, lang, SK_MSG_STATE_READ);
        break;
    }
}

enum sk_error sk_page_status(struct sk_page *out, enum sk_lang lang, enum sk_receipt_state state,
                             uint32_t day, const struct sk_page_answer *answers, size_t count)
{
    const struct sk_frame frame = {SK_MSG_STATUS_TITLE, state_message(state), SK_PATH_STATUS,
                                   SK_SCRIPT_NONE};
    struct sk_html html = {0};

    sk_frame_open(&html, lang, &frame);
    if (day != 0)
        sk_put_date(&html, lang, SK_MSG_STATE_DAY, day);
    for (size_t i = 0; i < count; i++)
        put_answer(&html, lang, &answers[i]);
    put_advice(&html, lang, state);
    sk_put_part(&html, lang, &result_after);
    sk_put_level(&html);
    return sk_html_take(&html, out);
}
