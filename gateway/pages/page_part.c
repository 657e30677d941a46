#include "gateway/pages/page_part.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/pages/script.h"
#include "keys/base/calendar.h"

void sk_put(struct sk_html *html, enum sk_lang lang, const char *before, enum sk_message message,
            const char *after)
{
    sk_html_raw(html, before);
    sk_html_text(html, sk_text(lang, message));
    sk_html_raw(html, after);
}

void sk_put_p(struct sk_html *html, enum sk_lang lang, enum sk_message message)
{
    sk_put(html, lang, "<p>", message, "</p>");
}

void sk_put_hint(struct sk_html *html, enum sk_lang lang, enum sk_message message)
{
    sk_put(html, lang, "<p class=h>", message, "</p>");
}

void sk_put_list(struct sk_html *html, enum sk_lang lang, const enum sk_message *messages,
                 size_t count)
{
    sk_html_raw(html, "<ul>");
    for (size_t i = 0; i < count; i++)
        sk_put(html, lang, "<li>", messages[i], "</li>");
    sk_html_raw(html, "</ul>");
}

void sk_put_path(struct sk_html *html, enum sk_lang lang, const char *attribute, const char *path)
{
    sk_html_raw(html, attribute);
    sk_html_raw(html, "=\"/");
    sk_html_raw(html, sk_lang_code(lang));
    sk_html_raw(html, "/");
    sk_html_raw(html, path);
    sk_html_raw(html, "\"");
}

void sk_put_link(struct sk_html *html, enum sk_lang lang, const char *path, enum sk_message message)
{
    sk_put_path(html, lang, "<a href", path);
    sk_put(html, lang, ">", message, "</a>");
}

void sk_put_offline_link(struct sk_html *html, enum sk_lang lang)
{
    sk_html_raw(html, "<a href=\"" SK_PATH_OFFLINE);
    sk_html_raw(html, sk_lang_code(lang));
    sk_put(html, lang, ".html\" download>", SK_MSG_OFFLINE_SAVE, "</a>");
}

static void english_date(char out[32], const char iso[11])
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    long month = strtol(iso + 5, NULL, 10);
    long day = strtol(iso + 8, NULL, 10);

    if (month >= 1 && month <= 12)
        (void)snprintf(out, 32, "%ld %s %.4s", day, months[month - 1], iso);
}

void sk_put_date(struct sk_html *html, enum sk_lang lang, enum sk_message message, uint32_t day)
{
    char iso[11], text[32] = "";

    if (!sk_day_format(day, iso))
        return;
    if (sk_lang_date(lang) == SK_DATE_WORDS)
        english_date(text, iso);
    else
        (void)snprintf(text, sizeof text, "%.2s.%.2s.%.4s", iso + 8, iso + 5, iso);
    sk_html_raw(html, "<p class=h>");
    sk_html_with(html, sk_text(lang, message), text);
    sk_html_raw(html, "</p>");
}

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
    if (size.failed)
        html->failed = true;
    else
        sk_html_with(html, sk_text(lang, message), size.bytes);
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
        sk_html_raw(html, "<data value=\"");
        sk_html_text(html, organisations[i].slug);
        sk_html_raw(html, "\" data-pin=\"");
        sk_html_text(html, organisations[i].pin);
        sk_html_raw(html, organisations[i].offered ? "\" data-offered=1" : "\" data-offered=0");
        if (sheets)
            put_sheet(html, &organisations[i]);
        sk_html_raw(html, ">");
        sk_html_text(html, organisations[i].name);
        sk_html_raw(html, "</data>");
    }
    sk_html_raw(html, "</div>\n");
}

enum sk_error sk_live_take(struct sk_html *html, enum sk_lang lang, enum sk_script_kind kind,
                           const struct sk_page_organisation *organisations, size_t count,
                           bool level, struct sk_page *out)
{
    sk_put_organisations(html, organisations, count, false);
    sk_frame_close(html, lang);
    if (level)
        sk_put_level(html);

    enum sk_error error = sk_html_take(html, out);
    if (error == SK_OK)
        out->csp = sk_script(kind, lang)->csp;
    return error;
}

enum sk_error sk_part_make(struct sk_part *part, sk_draw draw)
{
    sk_part_free(part);
    for (int lang = 0; lang < SK_LANG_COUNT; lang++) {
        struct sk_html html = {0};
        enum sk_error error;

        draw(&html, (enum sk_lang)lang);
        error = sk_html_take(&html, &part->page[lang]);
        if (error != SK_OK)
            return error;
    }
    return SK_OK;
}

void sk_part_free(struct sk_part *part)
{
    for (int lang = 0; lang < SK_LANG_COUNT; lang++)
        sk_page_free(&part->page[lang]);
}

void sk_put_part(struct sk_html *html, enum sk_lang lang, const struct sk_part *part)
{
    sk_html_bytes(html, part->page[lang].bytes, part->page[lang].len);
}

enum sk_error sk_part_copy(struct sk_page *out, enum sk_lang lang, const struct sk_part *part)
{
    struct sk_html html = {0};

    sk_put_part(&html, lang, part);
    return sk_html_take(&html, out);
}
