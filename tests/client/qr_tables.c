/* Writes the gateway's QR of each line of standard input, a line each, for qr.mjs to compare. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/pages/qr.h"

static bool write_table(const char *text)
{
    struct sk_html html = {0};
    struct sk_page page;

    sk_qr_table(&html, text, "");
    if (sk_html_take(&html, &page) != SK_OK) {
        return false;
    }
    bool ok = fwrite(page.bytes, 1, page.len, stdout) == page.len && putchar('\n') != EOF;

    sk_page_free(&page);
    return ok;
}

int main(void)
{
    char line[64];

    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!write_table(line)) {
            return EXIT_FAILURE;
        }
    }
    return ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}
