#include "gateway/pages/script.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/pages/html.h"
#include "gateway/pages/text.h"

/* Bits of the column `scripts` of text.def. */
enum { F = 1, S = 2, C = 4, O = 8 };

/* inlined: follows the texts in the page; a guard holds the form until the file is loaded. */
static const struct {
    unsigned texts;
    const struct sk_blob *inlined;
    const char *path;
    const struct sk_asset *file;
} kinds[SK_SCRIPT_KINDS] = {
    [SK_SCRIPT_FORM] = {F, &sk_asset_guard_form, "/form.js", &sk_asset_form},
    [SK_SCRIPT_STATUS] = {S, &sk_asset_guard_status, "/status.js", &sk_asset_status},
    [SK_SCRIPT_COURIER] = {C, NULL, "/courier.js", &sk_asset_courier},
    [SK_SCRIPT_OFFLINE] = {O, &sk_asset_offline, NULL, NULL},
};

/* The scripts that get a text. A bundle names a text by its number among its own
 * (client/facts.mjs).
 */
static const unsigned scripts_of[SK_MSG_COUNT] = {
#define N_(text)
#define X(name, scripts, text) [SK_MSG_##name] = scripts,
#include "gateway/pages/text.def"
#undef X
#undef N_
};

static char file_hash[SK_SCRIPT_KINDS][SK_CSP_HASH];
static struct sk_script scripts[SK_SCRIPT_KINDS][SK_LANG_COUNT];

static void put_texts(struct sk_html *html, enum sk_lang lang, unsigned in)
{
    const char *before = "";

    sk_html_raw(html, "const T=[");
    for (int i = 0; i < SK_MSG_COUNT; i++) {
        if ((scripts_of[i] & in) == 0) {
            continue;
        }
        sk_html_raw(html, before);
        sk_html_json(html, sk_text(lang, (enum sk_message)i));
        before = ",";
    }
    sk_html_raw(html, "];\n");
}

static enum sk_error compose(struct sk_script *script, enum sk_lang lang, enum sk_script_kind kind)
{
    const struct sk_blob *inlined = kinds[kind].inlined;
    struct sk_html html = {0};
    struct sk_page page;

    put_texts(&html, lang, kinds[kind].texts);
    if (inlined != NULL) {
        sk_html_bytes(&html, inlined->bytes, inlined->len);
    }
    enum sk_error e = sk_html_take(&html, &page);
    if (e != SK_OK) {
        return e;
    }
    script->bytes = page.bytes;
    script->len = page.len;
    sk_csp_hash(script->hash, page.bytes, page.len);
    if (kind == SK_SCRIPT_OFFLINE) {
        sk_csp_offline(script->csp, script->hash);
    } else {
        sk_csp_script(script->csp, script->hash, file_hash[kind]);
    }
    return SK_OK;
}

enum sk_error sk_script_start(void)
{
    enum sk_error e = SK_OK;

    sk_script_stop();
    for (int kind = SK_SCRIPT_FORM; e == SK_OK && kind < SK_SCRIPT_KINDS; kind++) {
        const struct sk_asset *file = kinds[kind].file;

        if (file != NULL) {
            sk_csp_hash(file_hash[kind], file->as[SK_CODING_IDENTITY].bytes,
                        file->as[SK_CODING_IDENTITY].len);
        }
        for (int lang = 0; e == SK_OK && lang < SK_LANG_COUNT; lang++) {
            e = compose(&scripts[kind][lang], (enum sk_lang)lang, (enum sk_script_kind)kind);
        }
    }
    if (e != SK_OK) {
        sk_script_stop();
    }
    return e;
}

void sk_script_stop(void)
{
    for (int kind = 0; kind < SK_SCRIPT_KINDS; kind++) {
        for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
            free(scripts[kind][lang].bytes);
        }
    }
    memset(scripts, 0, sizeof scripts);
}

const struct sk_script *sk_script(enum sk_script_kind kind, enum sk_lang lang)
{
    return &scripts[kind][lang];
}

const char *sk_script_path(enum sk_script_kind kind)
{
    return kinds[kind].path;
}

const char *sk_script_file_hash(enum sk_script_kind kind)
{
    return file_hash[kind];
}

const struct sk_asset *sk_script_file(enum sk_script_kind kind)
{
    return kinds[kind].file;
}
