#include <stdlib.h>

#include "gateway/pages/page_part.h"
#include "gateway/pages/script.h"

/* Before all that the policy speaks of. */
static void put_head(struct sk_html *html, enum sk_lang lang)
{
    sk_html_raw(html, "<!DOCTYPE html><html lang=");
    sk_html_raw(html, sk_lang_code(lang));
    sk_html_raw(html, "><head><meta charset=utf-8><meta name=viewport "
                      "content=\"width=device-width,initial-scale=1\">"
                      "<meta name=referrer content=no-referrer>"
                      "<meta name=format-detection content=\"telephone=no\">"
                      "<meta http-equiv=Content-Security-Policy content=\"");
    sk_html_raw(html, sk_script(SK_SCRIPT_OFFLINE, lang)->csp);
    sk_put(html, lang, "\"><title>", SK_MSG_FORM_TITLE, "</title><style>");
    sk_html_raw(html, sk_page_style());
    sk_html_raw(html, "</style></head>");
}

/* Revoked ones have no keys, and nobody needs to read that they were there. */
static enum sk_error put_current(struct sk_html *html,
                                 const struct sk_page_organisation *organisations, size_t count)
{
    struct sk_page_organisation *current = calloc(count + 1, sizeof *current);
    size_t n = 0;

    if (current == NULL)
        return SK_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (!organisations[i].revoked && organisations[i].sheet != NULL)
            current[n++] = organisations[i];
    }
    sk_put_organisations(html, current, n, true);
    free(current);
    return SK_OK;
}

enum sk_error sk_page_offline(struct sk_page *out, enum sk_lang lang,
                              const struct sk_page_organisation *organisations, size_t count)
{
    const struct sk_script *script = sk_script(SK_SCRIPT_OFFLINE, lang);
    struct sk_html html = {0};

    put_head(&html, lang);
    sk_put(&html, lang, "<body><main><div id=app></div><noscript><p class=n>",
           SK_MSG_OFFLINE_SCRIPT, "</p></noscript></main>");
    if (organisations == NULL)
        sk_html_raw(&html, "\n");
    else if (put_current(&html, organisations, count) != SK_OK)
        html.failed = true;
    sk_html_raw(&html, "<script>");
    sk_html_bytes(&html, script->bytes, script->len);
    sk_html_raw(&html, "</script></body></html>\n");

    enum sk_error error = sk_html_take(&html, out);
    if (error == SK_OK)
        out->csp = script->csp;
    return error;
}

enum sk_error sk_pages_offline_start(unsigned *missing)
{
    *missing = sk_text_start();
    sk_style_start();
    enum sk_error error = sk_script_start();

    if (error != SK_OK)
        sk_pages_offline_stop();
    return error;
}

void sk_pages_offline_stop(void)
{
    sk_script_stop();
}
