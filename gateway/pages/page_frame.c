#include <string.h>

#include "gateway/pages/page_part.h"
#include "gateway/pages/script.h"

static void put_script(struct sk_html *html, enum sk_lang lang, enum sk_script_kind kind)
{
    const struct sk_script *texts = sk_script(kind, lang);

    sk_html_raw(html, "<script>");
    sk_html_bytes(html, texts->bytes, texts->len);
    sk_html_raw(html, "</script><script src=");
    sk_html_raw(html, sk_script_path(kind));
    sk_html_raw(html, " integrity=\"sha256-");
    sk_html_raw(html, sk_script_file_hash(kind));
    sk_html_raw(html, "\" defer></script>");
}

static void head(struct sk_html *html, enum sk_lang lang, const struct sk_frame *frame)
{
    sk_html_raw(html, "<!DOCTYPE html><html lang=");
    sk_html_raw(html, sk_lang_code(lang));
    sk_html_raw(html, "><head><meta charset=utf-8><meta name=viewport "
                      "content=\"width=device-width,initial-scale=1\">"
                      "<meta name=referrer content=no-referrer>"
                      "<meta name=format-detection content=\"telephone=no\">");
    sk_put(html, lang, "<title>", frame->title, "</title><style>");
    sk_html_raw(html, sk_page_style());
    sk_html_raw(html, "</style>");
    if (frame->script != SK_SCRIPT_NONE)
        put_script(html, lang, frame->script);
    sk_html_raw(html, "</head><body>");
}

static void languages(struct sk_html *html, enum sk_lang lang, const char *path)
{
    sk_put(html, lang, "<nav aria-label=\"", SK_MSG_NAV_LANGUAGE, "\">");
    for (int i = 0; i < SK_LANG_COUNT; i++) {
        const char *code = sk_lang_code((enum sk_lang)i);

        sk_put_path(html, (enum sk_lang)i, "<a href", path);
        sk_html_raw(html, " lang=");
        sk_html_raw(html, code);
        sk_html_raw(html, " hreflang=");
        sk_html_raw(html, code);
        sk_html_raw(html, i == (int)lang ? " aria-current=true>" : ">");
        sk_html_raw(html, sk_lang_own_name((enum sk_lang)i));
        sk_html_raw(html, "</a>");
    }
    sk_html_raw(html, "</nav>");
}

void sk_frame_open(struct sk_html *html, enum sk_lang lang, const struct sk_frame *frame)
{
    head(html, lang, frame);
    sk_put(html, lang, "<header><a id=exit rel=noreferrer href=\"https://www.wikipedia.org/\">",
           SK_MSG_EXIT, "</a></header>");
    if (frame->path != NULL)
        languages(html, lang, frame->path);
    sk_put(html, lang, "<main><h1>", frame->h1, "</h1>");
}

#define COMMENT "<!--"
#define COMMENT_END "-->\n"

void sk_put_level(struct sk_html *html)
{
    size_t least = html->len + strlen(COMMENT COMMENT_END);
    size_t fill = (SK_PAGE_STEP - least % SK_PAGE_STEP) % SK_PAGE_STEP;

    sk_html_raw(html, COMMENT);
    for (; fill > 0; fill--)
        sk_html_bytes(html, ".", 1);
    sk_html_raw(html, COMMENT_END);
}

void sk_frame_close_level(struct sk_html *html, enum sk_lang lang)
{
    sk_frame_close(html, lang);
    sk_put_level(html);
}

void sk_frame_close(struct sk_html *html, enum sk_lang lang)
{
    sk_put(html, lang, "</main><footer><nav aria-label=\"", SK_MSG_NAV_PAGES, "\">");
    sk_put_link(html, lang, SK_PATH_FORM, SK_MSG_NAV_FORM);
    sk_put_link(html, lang, SK_PATH_STATUS, SK_MSG_NAV_STATUS);
    sk_put_link(html, lang, SK_PATH_HELP, SK_MSG_NAV_HELP);
    sk_put_link(html, lang, SK_PATH_COURIER, SK_MSG_NAV_COURIER);
    sk_html_raw(html, "</nav></footer></body></html>\n");
}
