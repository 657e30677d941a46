#include "gateway/script.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/asset.h"
#include "gateway/html.h"
#include "gateway/page_part.h"

enum bundle { LIVE = 1, OFFLINE = 2 };

/* Which texts which script gets; its names in JavaScript are those of text.def. */
static const struct {
    const char *name;
    enum sk_message message;
    unsigned in;
} texts[] = {
#define B(name) {#name, SK_MSG_##name, LIVE | OFFLINE},
#define L(name) {#name, SK_MSG_##name, LIVE},
#define O(name) {#name, SK_MSG_##name, OFFLINE},
#include "gateway/client_text.def"
#undef B
#undef L
#undef O
};

static struct sk_script live[SK_LANG_COUNT], offline[SK_LANG_COUNT];

/* How many bytes at `text` must be escaped, and to what: 0 if it may stand as it is. */
static size_t escape(const char *text, char out[8])
{
    unsigned char c = (unsigned char)text[0];

    /* U+2028 and U+2029: line ends to older JavaScript, though not to JSON. */
    if (strncmp(text, "\xe2\x80\xa8", 3) == 0 || strncmp(text, "\xe2\x80\xa9", 3) == 0) {
        (void)snprintf(out, 8, "\\u202%c", text[2] == '\xa8' ? '8' : '9');
        return 3;
    }
    /* "<" would begin </script> or a comment of HTML. */
    if (c < 0x20 || c == '"' || c == '\\' || c == '<') {
        (void)snprintf(out, 8, "\\u%04x", c);
        return 1;
    }
    return 0;
}

void sk_put_json(struct sk_html *html, const char *text)
{
    char escaped[8];

    sk_html_raw(html, "\"");
    while (*text != '\0') {
        size_t len = escape(text, escaped);

        if (len > 0)
            sk_html_raw(html, escaped);
        else
            sk_html_bytes(html, text, 1);
        text += len > 0 ? len : 1;
    }
    sk_html_raw(html, "\"");
}

static void put_texts(struct sk_html *html, enum sk_lang lang, enum bundle bundle)
{
    const char *before = "";

    sk_html_raw(html, "const T={");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if ((texts[i].in & bundle) == 0)
            continue;
        sk_html_raw(html, before);
        sk_put_json(html, texts[i].name);
        sk_html_raw(html, ":");
        sk_put_json(html, sk_text(lang, texts[i].message));
        before = ",";
    }
    sk_html_raw(html, "};\n");
}

static enum sk_error compose(struct sk_script *script, enum sk_lang lang, enum bundle bundle)
{
    const struct sk_asset *asset = bundle == LIVE ? &sk_asset_live : &sk_asset_offline;
    struct sk_html html = {0};
    struct sk_page page;

    put_texts(&html, lang, bundle);
    sk_html_bytes(&html, asset->bytes, asset->len);

    enum sk_error error = sk_html_take(&html, &page);
    if (error == SK_OK) {
        script->bytes = page.bytes;
        script->len = page.len;
        sk_sha256_base64(script->hash, page.bytes, page.len);
    }
    return error;
}

static enum sk_error make(enum sk_lang lang)
{
    static const char trusted[] = "require-trusted-types-for 'script'; trusted-types 'none'";
    enum sk_error error = compose(&live[lang], lang, LIVE);

    if (error == SK_OK)
        error = compose(&offline[lang], lang, OFFLINE);
    if (error != SK_OK)
        return error;
    (void)snprintf(live[lang].csp, SK_SCRIPT_CSP,
                   "default-src 'none'; script-src 'sha256-%s'; connect-src 'self'; "
                   "style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; "
                   "frame-ancestors 'none'; %s",
                   live[lang].hash, sk_style_hash(), trusted);
    (void)snprintf(offline[lang].csp, SK_SCRIPT_CSP,
                   "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; "
                   "connect-src 'none'; form-action 'none'; base-uri 'none'; %s",
                   offline[lang].hash, sk_style_hash(), trusted);
    return SK_OK;
}

enum sk_error sk_script_start(void)
{
    enum sk_error error = SK_OK;

    sk_script_stop();
    for (int lang = 0; error == SK_OK && lang < SK_LANG_COUNT; lang++)
        error = make((enum sk_lang)lang);
    return error;
}

static void drop(struct sk_script *script)
{
    struct sk_page page = {script->bytes, script->len, NULL};

    sk_page_free(&page);
    *script = (struct sk_script){0};
}

void sk_script_stop(void)
{
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        drop(&live[lang]);
        drop(&offline[lang]);
    }
}

const struct sk_script *sk_script_live(enum sk_lang lang)
{
    return &live[lang];
}

const struct sk_script *sk_script_offline(enum sk_lang lang)
{
    return &offline[lang];
}
