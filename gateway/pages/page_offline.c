#include "gateway/pages/page_offline.h"

#include "gateway/pages/page_style.h"
#include "gateway/pages/script.h"
#include "gateway/pages/template.h"

#include "gateway/pages/offline.pieces"

struct data {
    const struct sk_page_organisation *organisations; /* NULL: their line is left out */
    size_t count;
};

static void put_policy(struct sk_html *html, enum sk_lang lang, const void *context)
{
    (void)context;
    sk_html_raw(html, sk_script(SK_SCRIPT_OFFLINE, lang)->csp);
}

static void put_style(struct sk_html *html, enum sk_lang lang, const void *context)
{
    (void)lang;
    (void)context;
    sk_html_raw(html, sk_page_style);
}

static void put_script(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct sk_script *script = sk_script(SK_SCRIPT_OFFLINE, lang);

    (void)context;
    sk_html_bytes(html, script->bytes, script->len);
}

static void put_organisations(struct sk_html *html, enum sk_lang lang, const void *context)
{
    const struct data *data = context;

    (void)lang;
    if (data->organisations == NULL) {
        sk_html_raw(html, "\n");
    } else {
        sk_put_organisations(html, data->organisations, data->count, true);
    }
}

enum sk_error sk_page_offline(struct sk_page *out, enum sk_lang lang,
                              const struct sk_page_organisation *organisations, size_t count)
{
    const struct data data = {organisations, count};
    struct sk_html html = {0};

    sk_expand(&html, lang, SK_TEMPLATE(offline), &data);
    sk_html_raw(&html, "\n");

    enum sk_error e = sk_html_take(&html, out);
    if (e == SK_OK) {
        out->csp = sk_script(SK_SCRIPT_OFFLINE, lang)->csp;
    }
    return e;
}
