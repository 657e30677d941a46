#include "gateway/pages/page_status.h"

#include <stdio.h>

#include "gateway/pages/page_frame.h"
#include "keys/base/calendar.h"
#include "keys/base/number.h"

#include "gateway/pages/status.pieces"

/* ---- the form ---- */

struct asked {
    enum sk_error problem; /* SK_OK: nothing was typed yet */
    const char *typed;     /* or NULL */
};

static void put_mistake(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct asked *asked = context;

    sk_html_text(html, sk_text(lang, asked->problem == SK_ERR_CODE_LENGTH   ? SK_MSG_CODE_LENGTH
                                     : asked->problem == SK_ERR_CODE_SYMBOL ? SK_MSG_CODE_SYMBOL
                                                                            : SK_MSG_CODE_CHECK));
}

/* 25 signs are not typed twice for one that is wrong. */
static void put_value(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct asked *asked = context;

    (void)lang;
    if (asked->typed != NULL) {
        sk_html_raw(html, "value=\"");
        sk_html_text(html, asked->typed);
        sk_html_raw(html, "\"");
    }
}

static void put_opening(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct asked *asked = context;

    sk_expand(html, lang, asked->problem == SK_OK ? SK_TEMPLATE(intro) : SK_TEMPLATE(alert), asked);
}

static void put_described_by(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct asked *asked = context;

    (void)lang;
    sk_html_raw(html, asked->problem == SK_OK ? "kh" : "\"ke kh\" aria-invalid=true autofocus");
}

enum sk_error sk_page_status_form(struct sk_page *out, enum sk_lang lang,
                                  const struct sk_page_organisation *organisations, size_t count,
                                  enum sk_error problem, const char *typed)
{
    const struct asked asked = {problem, typed};
    const struct sk_frame page = {.title = SK_MSG_STATUS_TITLE,
                                  .heading = SK_MSG_STATUS_H1,
                                  .path = "status",
                                  .main = SK_TEMPLATE(form),
                                  .context = &asked,
                                  .script = SK_SCRIPT_STATUS,
                                  .organisations = organisations,
                                  .count = count,
                                  .level = problem != SK_OK};

    return sk_frame_render(out, lang, &page);
}

/* ---- an answer ---- */

static void english_date(char out[32], const char iso[11])
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    uint64_t month, day;

    if (sk_number_read(iso + 5, 2, 1, 12, &month) && sk_number_read(iso + 8, 2, 1, 31, &day)) {
        (void)snprintf(out, 32, "%u %s %.4s", (unsigned)day, months[month - 1], iso);
    }
}

/* A sentence with a day, counted since 1970, as the language writes dates. */
static void put_date(struct sk_html *html, enum sk_lang lang, enum sk_message message, uint32_t day)
{
    char iso[11], text[32] = "";

    if (!sk_day_format(day, iso)) {
        return;
    }
    if (sk_lang_date(lang) == SK_DATE_WORDS) {
        english_date(text, iso);
    } else {
        (void)snprintf(text, sizeof text, "%.2s.%.2s.%.4s", iso + 8, iso + 5, iso);
    }
    sk_html_raw(html, "<p class=h>");
    sk_html_with(html, sk_text(lang, message), text);
    sk_html_raw(html, "</p>");
}

static void put_organisation(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    (void)lang;
    sk_html_text(html, one->organisation);
}

/* Whether somebody answered. That a report arrived at a desk, was read or is being checked is good
 * to know, but nobody who read "There is an answer" for it would believe those words again. */
static bool is_answer(const struct sk_answer *answer)
{
    return answer->text[0] != '\0' || answer->status >= SK_STATUS_MORE;
}

static enum sk_message status_words(unsigned status)
{
    static const enum sk_message messages[] = {
#define STATUS(number, name, word, sentence, brief) [number] = SK_MSG_ANSWER_##name,
#include "keys/base/status.def"
#undef STATUS
    };

    return messages[status > 0 && status < SK_STATUS_END ? status : SK_STATUS_ARRIVED];
}

static void put_answer_day(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    if (is_answer(one->answer)) {
        put_date(html, lang, SK_MSG_ANSWER_DAY, one->answer->day);
    }
}

static void put_answer_status(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    sk_html_text(html, sk_text(lang, status_words(one->answer->status)));
}

static void put_answer_text(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    (void)lang;
    sk_html_lines(html, one->answer->text);
}

static void put_words(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    if (one->answer->text[0] != '\0') {
        sk_expand(html, lang, SK_TEMPLATE(said), one);
    }
}

static void put_more(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_page_answer *one = context;

    if (one->answer->status == SK_STATUS_MORE) {
        sk_expand(html, lang, SK_TEMPLATE(add_more), one);
    }
}

/* ---- the state, and all answers ---- */

static const struct {
    const char *name; /* in JSON */
    enum sk_message heading;
    struct sk_template advice;
} states[] = {
    [SK_RECEIPT_UNKNOWN] = {"unknown", SK_MSG_STATE_UNKNOWN, SK_TEMPLATE_INIT(unknown)},
    [SK_RECEIPT_RECEIVED] = {"received", SK_MSG_STATE_RECEIVED, SK_TEMPLATE_INIT(received)},
    [SK_RECEIPT_CARRIED] = {"carried", SK_MSG_STATE_CARRIED, SK_TEMPLATE_INIT(carried)},
    [SK_RECEIPT_ANSWERED] = {"answered", SK_MSG_STATE_ANSWERED, SK_TEMPLATE_INIT(answered)},
};

const char *sk_receipt_state_name(enum sk_receipt_state state)
{
    return states[state].name;
}

struct found {
    enum sk_receipt_state state;
    uint32_t day; /* 0: not known */
    const struct sk_page_answer *answers;
    size_t count;
};

static void put_arrived(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct found *found = context;

    if (found->day != 0) {
        put_date(html, lang, SK_MSG_STATE_DAY, found->day);
    }
}

static void put_answers(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct found *found = context;

    for (size_t i = 0; i < found->count; i++) {
        sk_expand(html, lang, SK_TEMPLATE(answer), &found->answers[i]);
    }
}

static bool any_answer(const struct found *found)
{
    for (size_t i = 0; i < found->count; i++) {
        if (is_answer(found->answers[i].answer)) {
            return true;
        }
    }
    return false;
}

/* What is true of all that the organisations said: an answer, or how far they are. */
static enum sk_message heading(const struct found *found)
{
    unsigned furthest = 0;

    if (found->state != SK_RECEIPT_ANSWERED || any_answer(found)) {
        return states[found->state].heading;
    }
    for (size_t i = 0; i < found->count; i++) {
        unsigned status = found->answers[i].answer->status;

        furthest = status > furthest ? status : furthest;
    }
    return status_words(furthest);
}

static void put_advice(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct found *found = context;
    bool wait = found->state == SK_RECEIPT_ANSWERED && !any_answer(found);

    sk_expand(html, lang, wait ? SK_TEMPLATE(waiting) : states[found->state].advice, found);
}

enum sk_error sk_page_status(struct sk_page *out, enum sk_lang lang, enum sk_receipt_state state,
                             uint32_t day, const struct sk_page_answer *answers, size_t count)
{
    const struct found found = {state, day, answers, count};
    const struct sk_frame page = {.title = SK_MSG_STATUS_TITLE,
                                  .heading = heading(&found),
                                  .path = "status",
                                  .main = SK_TEMPLATE(result),
                                  .context = &found,
                                  .level = true};

    return sk_frame_render(out, lang, &page);
}
