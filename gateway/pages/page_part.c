#include "gateway/pages/page_part.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

void sk_put_limit(struct sk_html *html, enum sk_lang lang, enum sk_message message,
                  uint64_t max_bytes)
{
    enum sk_message unit = SK_MSG_SIZE_KB;
    uint64_t number = max_bytes >> 10;
    char digits[24];
    struct sk_html size = {0};

    if (max_bytes >= UINT64_C(1) << 30 && max_bytes % (UINT64_C(1) << 30) == 0) {
        unit = SK_MSG_SIZE_GB;
        number = max_bytes >> 30;
    } else if (max_bytes >= UINT64_C(1) << 20) {
        unit = SK_MSG_SIZE_MB;
        number = max_bytes >> 20;
    }
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    sk_html_with(&size, sk_text(lang, unit), digits);
    sk_html_bytes(&size, "", 1);
    if (size.failed) {
        html->failed = true;
    } else {
        sk_html_with(html, sk_text(lang, message), size.bytes);
    }
    sk_html_free(&size);
}

static void put_sheet(struct sk_html *html, const struct sk_page_organisation *organisation)
{
    size_t room =
        sodium_base64_ENCODED_LEN(organisation->sheet_len, sodium_base64_VARIANT_ORIGINAL);
    char *base64 = malloc(room);

    if (base64 == NULL) {
        html->failed = true;
        return;
    }
    sodium_bin2base64(base64, room, organisation->sheet, organisation->sheet_len,
                      sodium_base64_VARIANT_ORIGINAL);
    sk_html_raw(html, " data-sheet=\"");
    sk_html_raw(html, base64);
    sk_html_raw(html, "\"");
    free(base64);
}

void sk_put_organisations(struct sk_html *html, const struct sk_page_organisation *organisations,
                          size_t count, bool sheets)
{
    sk_html_raw(html, "\n<div id=o hidden>");
    for (size_t i = 0; i < count; i++) {
        if (sheets && (organisations[i].revoked || organisations[i].sheet == NULL)) {
            continue;
        }
        sk_html_raw(html, "<data value=\"");
        sk_html_text(html, organisations[i].slug);
        sk_html_raw(html, "\" data-pin=\"");
        sk_html_text(html, organisations[i].pin);
        sk_html_raw(html, organisations[i].offered ? "\" data-offered=1" : "\" data-offered=0");
        if (sheets) {
            put_sheet(html, &organisations[i]);
        }
        sk_html_raw(html, ">");
        sk_html_text(html, organisations[i].name);
        sk_html_raw(html, "</data>");
    }
    sk_html_raw(html, "</div>\n");
}
