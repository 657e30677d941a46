#include "gateway/pages/page_frame.h"

#include "gateway/pages/page_style.h"

#include "gateway/pages/frame.pieces"

#define COMMENT_END "-->\n"

static void put_title(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    sk_html_text(html, sk_text(lang, page->title));
}

static void put_heading(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    sk_html_text(html, sk_text(lang, page->heading));
}

static void put_style(struct sk_html *html, enum sk_lang lang, const void *context)
{
    (void)lang;
    (void)context;
    sk_html_raw(html, sk_page_style);
}

static void put_script(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    if (page->script == SK_SCRIPT_NONE) {
        return;
    }
    const struct sk_script *texts = sk_script(page->script, lang);

    sk_html_raw(html, "<script>");
    sk_html_bytes(html, texts->bytes, texts->len);
    sk_html_raw(html, "</script><script src=");
    sk_html_raw(html, sk_script_path(page->script));
    sk_html_raw(html, " integrity=\"sha256-");
    sk_html_raw(html, sk_script_file_hash(page->script));
    sk_html_raw(html, "\" defer></script>");
}

static void put_each_language(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    for (int i = 0; i < SK_LANG_COUNT; i++) {
        const char *code = sk_lang_code((enum sk_lang)i);

        sk_html_raw(html, "<a href=\"/");
        sk_html_raw(html, code);
        sk_html_raw(html, "/");
        sk_html_raw(html, page->path);
        sk_html_raw(html, "\" lang=");
        sk_html_raw(html, code);
        sk_html_raw(html, " hreflang=");
        sk_html_raw(html, code);
        sk_html_raw(html, i == (int)lang ? " aria-current=true>" : ">");
        sk_html_raw(html, sk_lang_own_name((enum sk_lang)i));
        sk_html_raw(html, "</a>");
    }
}

static void put_languages(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    if (page->path != NULL) {
        sk_expand(html, lang, SK_TEMPLATE(language_links), page);
    }
}

static void put_main(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    sk_expand(html, lang, page->main, page->context);
}

static void put_organisations(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_frame *page = context;

    (void)lang;
    if (page->script != SK_SCRIPT_NONE) {
        sk_put_organisations(html, page->organisations, page->count, false);
    }
}

enum sk_error sk_frame_render(struct sk_page *out, enum sk_lang lang, const struct sk_frame *page)
{
    struct sk_html html = {0};

    sk_expand(&html, lang, SK_TEMPLATE(frame), page);
    sk_html_raw(&html, "\n");
    if (page->level) {
        sk_html_raw(&html, "<!--");
        sk_html_fill(&html, '.', sizeof COMMENT_END - 1);
        sk_html_raw(&html, COMMENT_END);
    }

    enum sk_error e = sk_html_take(&html, out);
    if (e == SK_OK && page->script != SK_SCRIPT_NONE) {
        out->csp = sk_script(page->script, lang)->csp;
    }
    return e;
}
