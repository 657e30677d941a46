#include "gateway/pages/page_part.h"

static struct sk_part help;

static const enum sk_message before[] = {SK_MSG_HELP_BEFORE_1, SK_MSG_HELP_BEFORE_2,
                                         SK_MSG_HELP_BEFORE_3, SK_MSG_HELP_BEFORE_4,
                                         SK_MSG_HELP_BEFORE_5};
static const enum sk_message promised[] = {SK_MSG_HELP_PROMISED_1, SK_MSG_HELP_PROMISED_2,
                                           SK_MSG_HELP_PROMISED_3, SK_MSG_HELP_PROMISED_4,
                                           SK_MSG_HELP_PROMISED_5};
static const enum sk_message not_promised[] = {SK_MSG_HELP_NOT_1, SK_MSG_HELP_NOT_2,
                                               SK_MSG_HELP_NOT_3, SK_MSG_HELP_NOT_4,
                                               SK_MSG_HELP_NOT_5, SK_MSG_HELP_NOT_6};
static const enum sk_message afterwards[] = {SK_MSG_HELP_AFTER_1, SK_MSG_HELP_AFTER_2};

static void put_section(struct sk_html *html, enum sk_lang lang, enum sk_message heading,
                        const enum sk_message *messages, size_t count)
{
    sk_put(html, lang, "<h2>", heading, "</h2>");
    sk_put_list(html, lang, messages, count);
}

static void put_not_promised(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "<h2>", SK_MSG_HELP_NOT, "</h2><ul class=a>");
    for (size_t i = 0; i < SK_COUNT(not_promised); i++) {
        sk_put(html, lang, "<li>", not_promised[i], "");
        if (not_promised[i] == SK_MSG_HELP_NOT_4) {
            sk_html_raw(html, "<br>");
            sk_put_link(html, lang, SK_PATH_COURIER, SK_MSG_NAV_COURIER);
            sk_put(html, lang, "</li><li>", SK_MSG_OFFLINE_WHY, "<br>");
            sk_put_offline_link(html, lang);
        }
        sk_html_raw(html, "</li>");
    }
    sk_html_raw(html, "</ul>");
}

static void draw(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_HELP_TITLE, SK_MSG_NAV_HELP, SK_PATH_HELP,
                                          SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    put_section(html, lang, SK_MSG_HELP_BEFORE, before, SK_COUNT(before));
    put_section(html, lang, SK_MSG_HELP_PROMISED, promised, SK_COUNT(promised));
    put_not_promised(html, lang);
    put_section(html, lang, SK_MSG_HELP_AFTER, afterwards, SK_COUNT(afterwards));
    sk_html_raw(html, "<p class=a>");
    sk_put_link(html, lang, SK_PATH_FORM, SK_MSG_OPEN_FORM);
    sk_html_raw(html, "</p>");
    sk_frame_close(html, lang);
}

enum sk_error sk_help_page_start(void)
{
    return sk_part_make(&help, draw);
}

void sk_help_page_stop(void)
{
    sk_part_free(&help);
}

enum sk_error sk_page_help(struct sk_page *out, enum sk_lang lang)
{
    return sk_part_copy(out, lang, &help);
}
