#include "gateway/pages/page_receipt.h"

#include <sodium.h>
#include <string.h>

#include "gateway/pages/page_frame.h"
#include "gateway/pages/qr.h"

#include "gateway/pages/receipt.pieces"

/* The context of all holes here is the code as text. */

/* An element for each group, with the hyphen behind it: where a line may end is then said by the
 * style, and not by rules of the browser, which differ for a hyphen before a digit. */
static void put_groups(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const char *code = context;

    (void)lang;
    for (size_t at = 0; code[at] != '\0';) {
        size_t len = strcspn(code + at, "-");

        len += code[at + len] == '-';
        sk_html_raw(html, "<b>");
        sk_html_bytes(html, code + at, len);
        sk_html_raw(html, "</b>");
        at += len;
    }
}

static void put_qr(struct sk_html *html, enum sk_lang lang, const void *context)
{
    sk_qr_table(html, context, sk_text(lang, SK_MSG_DONE_QR));
}

static void put_code(struct sk_html *html, enum sk_lang lang, const void *context)
{
    sk_expand(html, lang, SK_TEMPLATE(code), context);
}

static void put_next(struct sk_html *html, enum sk_lang lang, const void *context)
{
    sk_expand(html, lang, SK_TEMPLATE(what_next), context);
}

enum sk_error sk_page_receipt(struct sk_page *out, enum sk_lang lang,
                              const struct sk_receipt *receipt, bool follow_up)
{
    char text[SK_CODE_TEXT];
    struct sk_frame page = {.title = SK_MSG_DONE_TITLE, .heading = SK_MSG_DONE_H1, .level = true};

    if (receipt == NULL) {
        page.path = "";
        page.main = SK_TEMPLATE(without);
        return sk_frame_render(out, lang, &page);
    }
    /* No language links where a code is shown: they would lead away from it for good. */
    sk_code_format(text, receipt->r);
    page.main = follow_up ? SK_TEMPLATE(added) : SK_TEMPLATE(fresh);
    page.heading = follow_up ? SK_MSG_DONE_ADDED : SK_MSG_DONE_H1;
    page.context = text;
    enum sk_error e = sk_frame_render(out, lang, &page);

    sodium_memzero(text, sizeof text);
    return e;
}
