#include <sodium.h>

#include "gateway/pages/page_part.h"
#include "gateway/pages/qr.h"

/* No language links where a code is shown: they would lead away from it for good. */
static struct sk_part new_before, added_before, code_after, added_after, without;

static void draw_new_before(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_DONE_TITLE, SK_MSG_DONE_H1, NULL, SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    sk_put_p(html, lang, SK_MSG_DONE_TEXT);
    sk_put(html, lang, "<h2>", SK_MSG_CODE_YOURS, "</h2>");
    sk_put_p(html, lang, SK_MSG_DONE_ONCE);
}

static void draw_added_before(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_DONE_TITLE, SK_MSG_DONE_ADDED, NULL,
                                          SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    sk_put_p(html, lang, SK_MSG_DONE_TEXT);
    sk_put(html, lang, "<h2>", SK_MSG_CODE_YOURS, "</h2>");
    sk_put_p(html, lang, SK_MSG_DONE_SAME_CODE);
}

static void put_next(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "<h2>", SK_MSG_NEXT_H2, "</h2><ul class=a>");
    sk_put(html, lang, "<li>", SK_MSG_NEXT_ASK, "<br>");
    sk_put_link(html, lang, SK_PATH_STATUS, SK_MSG_NAV_STATUS);
    sk_put(html, lang, "</li><li>", SK_MSG_NEXT_ADD, "<br>");
    sk_put_link(html, lang, SK_PATH_FORM, SK_MSG_OPEN_FORM);
    sk_put(html, lang, "</li><li>", SK_MSG_NEXT_CLOSE, "</li></ul>");
    sk_frame_close(html, lang);
}

static void draw_code_after(struct sk_html *html, enum sk_lang lang)
{
    static const enum sk_message keep[] = {SK_MSG_KEEP_PAPER, SK_MSG_KEEP_LEARN,
                                           SK_MSG_KEEP_NO_PICTURE, SK_MSG_KEEP_NO_MESSENGER,
                                           SK_MSG_KEEP_EVIDENCE};

    sk_put_hint(html, lang, SK_MSG_DONE_QR_TEXT);
    sk_put(html, lang, "<h2>", SK_MSG_KEEP_H2, "</h2>");
    sk_put_list(html, lang, keep, SK_COUNT(keep));
    put_next(html, lang);
}

static void draw_added_after(struct sk_html *html, enum sk_lang lang)
{
    sk_put_hint(html, lang, SK_MSG_DONE_QR_TEXT);
    put_next(html, lang);
}

static void draw_without(struct sk_html *html, enum sk_lang lang)
{
    static const struct sk_frame frame = {SK_MSG_DONE_TITLE, SK_MSG_DONE_H1, SK_PATH_FORM,
                                          SK_SCRIPT_NONE};

    sk_frame_open(html, lang, &frame);
    sk_put_p(html, lang, SK_MSG_DONE_TEXT);
    sk_put_p(html, lang, SK_MSG_DONE_NO_CODE);
    sk_put_p(html, lang, SK_MSG_NEXT_CLOSE_PLAIN);
    sk_frame_close_level(html, lang);
}

static const struct {
    struct sk_part *part;
    sk_draw draw;
} parts[] = {
    {&new_before, draw_new_before}, {&added_before, draw_added_before},
    {&code_after, draw_code_after}, {&added_after, draw_added_after},
    {&without, draw_without},
};

enum sk_error sk_receipt_page_start(void)
{
    enum sk_error error = SK_OK;

    for (size_t i = 0; error == SK_OK && i < sizeof parts / sizeof parts[0]; i++)
        error = sk_part_make(parts[i].part, parts[i].draw);
    return error;
}

void sk_receipt_page_stop(void)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        sk_part_free(parts[i].part);
}

static void put_code(struct sk_html *html, enum sk_lang lang, const struct sk_receipt *receipt)
{
    char code[SK_CODE_TEXT];

    sk_code_format(code, receipt->r);
    sk_put(html, lang, "<div class=k role=group translate=no aria-label=\"", SK_MSG_DONE_GROUPS,
           "\">");
    sk_html_text(html, code);
    sk_html_raw(html, "</div>");
    sk_put_hint(html, lang, SK_MSG_DONE_SIGNS);
    sk_qr_table(html, code, sk_text(lang, SK_MSG_DONE_QR));
    sodium_memzero(code, sizeof code);
}

enum sk_error sk_page_receipt(struct sk_page *out, enum sk_lang lang,
                              const struct sk_receipt *receipt, bool follow_up)
{
    struct sk_html html = {0};

    if (receipt == NULL)
        return sk_part_copy(out, lang, &without);
    sk_put_part(&html, lang, follow_up ? &added_before : &new_before);
    put_code(&html, lang, receipt);
    sk_put_part(&html, lang, follow_up ? &added_after : &code_after);
    sk_put_level(&html);
    return sk_html_take(&html, out);
}
