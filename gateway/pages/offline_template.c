/*
 * Prints the offline page without organisations, which is the same for every store of this release.
 * The build publishes its SHA-256.
 * usage: offline_template LANGUAGE
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/pages/page_offline.h"
#include "gateway/pages/pages.h"

static int print_page(enum sk_lang lang)
{
    struct sk_page page;

    if (sk_page_offline(&page, lang, NULL, 0) != SK_OK) {
        return 1;
    }
    bool written = fwrite(page.bytes, 1, page.len, stdout) == page.len && fflush(stdout) == 0;
    sk_page_free(&page);
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    unsigned missing = 0;
    enum sk_lang lang;

    if (argc != 2 || !sk_lang_of_code(argv[1], strlen(argv[1]), &lang)) {
        (void)fputs("usage: offline_template LANGUAGE\n", stderr);
        return 2;
    }
    if (sodium_init() < 0 || sk_pages_start(&missing) != SK_OK) {
        return 1;
    }
    if (missing > 0) {
        (void)fprintf(stderr, "offline_template: %u translations are missing\n", missing);
    }
    int code = missing > 0 ? 1 : print_page(lang);
    sk_pages_stop();
    return code;
}
