/* Writes every page in every language as DIR/<lang>-<page>.html, and DIR/policy.txt. */
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/http/csp.h"
#include "tests/unit/page_samples.h"

static bool write_file(const char *dir, const char *lang, const char *name, const char *bytes,
                       size_t len)
{
    char path[4096];
    FILE *file;
    bool ok;

    (void)snprintf(path, sizeof path, "%s/%s%s", dir, lang, name);
    file = fopen(path, "wb");
    if (file == NULL) {
        return false;
    }
    ok = fwrite(bytes, 1, len, file) == len;
    return fclose(file) == 0 && ok;
}

static bool render(const char *dir, size_t i, enum sk_lang lang)
{
    struct sk_page page = {0};
    char name[64];
    bool ok;

    if (sample_make(i, lang, &page) != SK_OK) {
        return false;
    }
    (void)snprintf(name, sizeof name, "-%s.html", sample_name(i));
    ok = write_file(dir, sk_lang_code(lang), name, page.bytes, page.len);
    sk_page_free(&page);
    return ok;
}

int main(int argc, char **argv)
{
    unsigned missing = 0;
    bool ok = true;

    if (argc != 2) {
        (void)fputs("usage: render_pages DIR (start it in the build folder)\n", stderr);
        return 2;
    }
    if (sodium_init() < 0 || sk_pages_start(&missing) != SK_OK) {
        return 1;
    }
    for (size_t i = 0; ok && sample_name(i) != NULL; i++) {
        for (int lang = 0; ok && lang < SK_LANG_COUNT; lang++) {
            ok = render(argv[1], i, (enum sk_lang)lang);
        }
    }
    ok = ok && write_file(argv[1], "", "policy.txt", sk_csp_default(), strlen(sk_csp_default()));
    sk_pages_stop();
    if (!ok) {
        (void)fputs("render_pages: cannot write there; does the folder exist?\n", stderr);
    }
    return ok ? 0 : 1;
}
