#include "gateway/pages/script.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/pages/html.h"
#include "gateway/pages/page_part.h"

enum bundle { F = 1, S = 2, C = 4, O = 8 };

static const enum bundle bundle_of[SK_SCRIPT_KINDS] = {
    [SK_SCRIPT_FORM] = F, [SK_SCRIPT_STATUS] = S, [SK_SCRIPT_COURIER] = C, [SK_SCRIPT_OFFLINE] = O};

/* Which scripts get a text. A bundle knows its own by their number among these (client/facts.mjs).
 */
static const unsigned scripts_of[SK_MSG_COUNT] = {
#define N_(text)
#define X(name, scripts, text) [SK_MSG_##name] = scripts,
#include "gateway/pages/text.def"
#undef X
#undef N_
};

/* What stands in the page behind the texts. The forms' guards hold them until the file is there. */
static const struct sk_blob *const inlined[SK_SCRIPT_KINDS] = {
    [SK_SCRIPT_FORM] = &sk_asset_guard_form,
    [SK_SCRIPT_STATUS] = &sk_asset_guard_status,
    [SK_SCRIPT_OFFLINE] = &sk_asset_offline,
};

static const struct {
    const char *path;
    const struct sk_asset *file;
} files[SK_SCRIPT_KINDS] = {
    [SK_SCRIPT_FORM] = {"/form.js", &sk_asset_form},
    [SK_SCRIPT_STATUS] = {"/status.js", &sk_asset_status},
    [SK_SCRIPT_COURIER] = {"/courier.js", &sk_asset_courier},
};

static char file_hash[SK_SCRIPT_KINDS][SK_SCRIPT_HASH];
static struct sk_script scripts[SK_SCRIPT_KINDS][SK_LANG_COUNT];

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

        if (len > 0) {
            sk_html_raw(html, escaped);
        } else {
            sk_html_bytes(html, text, 1);
        }
        text += len > 0 ? len : 1;
    }
    sk_html_raw(html, "\"");
}

static void put_texts(struct sk_html *html, enum sk_lang lang, unsigned in)
{
    const char *before = "";

    sk_html_raw(html, "const T=[");
    for (int i = 0; i < SK_MSG_COUNT; i++) {
        if ((scripts_of[i] & in) == 0) {
            continue;
        }
        sk_html_raw(html, before);
        sk_put_json(html, sk_text(lang, (enum sk_message)i));
        before = ",";
    }
    sk_html_raw(html, "];\n");
}

static enum sk_error compose(struct sk_script *script, enum sk_lang lang, enum sk_script_kind kind)
{
    struct sk_html html = {0};
    struct sk_page page;

    put_texts(&html, lang, bundle_of[kind]);
    if (inlined[kind] != NULL) {
        sk_html_bytes(&html, inlined[kind]->bytes, inlined[kind]->len);
    }

    enum sk_error e = sk_html_take(&html, &page);
    if (e == SK_OK) {
        script->bytes = page.bytes;
        script->len = page.len;
        sk_sha256_base64(script->hash, page.bytes, page.len);
    }
    return e;
}

static void put_policy(struct sk_script *script, enum sk_script_kind kind)
{
    static const char trusted[] = "require-trusted-types-for 'script'; trusted-types 'none'";

    if (kind == SK_SCRIPT_OFFLINE) {
        (void)snprintf(script->csp, SK_SCRIPT_CSP,
                       "default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; "
                       "connect-src 'none'; form-action 'none'; base-uri 'none'; %s",
                       script->hash, sk_style_hash(), trusted);
    } else {
        (void)snprintf(script->csp, SK_SCRIPT_CSP,
                       "default-src 'none'; script-src 'sha256-%s' 'sha256-%s'; "
                       "connect-src 'self'; style-src 'sha256-%s'; form-action 'self'; "
                       "base-uri 'none'; frame-ancestors 'none'; %s",
                       script->hash, file_hash[kind], sk_style_hash(), trusted);
    }
}

static enum sk_error make(enum sk_script_kind kind)
{
    enum sk_error e = SK_OK;

    if (files[kind].file != NULL) {
        const struct sk_blob *plain = &files[kind].file->as[SK_CODING_IDENTITY];

        sk_sha256_base64(file_hash[kind], plain->bytes, plain->len);
    }
    for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
        struct sk_script *script = &scripts[kind][lang];

        e = compose(script, (enum sk_lang)lang, kind);
        if (e == SK_OK) {
            put_policy(script, kind);
        }
    }
    return e;
}

enum sk_error sk_script_start(void)
{
    enum sk_error e = SK_OK;

    sk_script_stop();
    for (int kind = SK_SCRIPT_FORM; e == SK_OK && kind < SK_SCRIPT_KINDS; kind++) {
        e = make((enum sk_script_kind)kind);
    }
    return e;
}

static void drop(struct sk_script *script)
{
    struct sk_page page = {script->bytes, script->len, NULL};

    sk_page_free(&page);
    *script = (struct sk_script){0};
}

void sk_script_stop(void)
{
    for (int kind = 0; kind < SK_SCRIPT_KINDS; kind++) {
        for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
            drop(&scripts[kind][lang]);
        }
    }
}

const struct sk_script *sk_script(enum sk_script_kind kind, enum sk_lang lang)
{
    return &scripts[kind][lang];
}

const char *sk_script_path(enum sk_script_kind kind)
{
    return files[kind].path;
}

const char *sk_script_file_hash(enum sk_script_kind kind)
{
    return file_hash[kind];
}

const struct sk_asset *sk_script_file(enum sk_script_kind kind)
{
    return files[kind].file;
}
