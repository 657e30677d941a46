#include "gateway/pages/html.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 8192

void sk_html_free(struct sk_html *html)
{
    if (html->bytes != NULL) {
        sodium_memzero(html->bytes, html->len);
    }
    free(html->bytes);
    *html = (struct sk_html){0};
}

/* Not realloc, which would leave the old bytes in the heap. */
static bool grow(struct sk_html *html, size_t more)
{
    size_t room = html->room == 0 ? FIRST_ROOM : html->room;
    char *bytes;

    if (more > SIZE_MAX / 4 - html->len) {
        return false;
    }
    while (room < html->len + more) {
        room *= 2;
    }
    bytes = malloc(room);
    if (bytes == NULL) {
        return false;
    }
    if (html->bytes != NULL) {
        memcpy(bytes, html->bytes, html->len);
        sodium_memzero(html->bytes, html->len);
        free(html->bytes);
    }
    html->bytes = bytes;
    html->room = room;
    return true;
}

void sk_html_bytes(struct sk_html *html, const char *bytes, size_t len)
{
    if (html->failed || len == 0) {
        return;
    }
    if (len > html->room - html->len && !grow(html, len)) {
        html->failed = true;
        return;
    }
    memcpy(html->bytes + html->len, bytes, len);
    html->len += len;
}

void sk_html_raw(struct sk_html *html, const char *markup)
{
    sk_html_bytes(html, markup, strlen(markup));
}

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void escaped(struct sk_html *html, const char *text, size_t len, bool lines)
{
    size_t done = 0;

    for (size_t i = 0; i < len; i++) {
        const char *escape = lines && text[i] == '\n' ? "<br>" : escape_of(text[i]);

        if (escape == NULL) {
            continue;
        }
        sk_html_bytes(html, text + done, i - done);
        sk_html_raw(html, escape);
        done = i + 1;
    }
    sk_html_bytes(html, text + done, len - done);
}

void sk_html_text(struct sk_html *html, const char *text)
{
    escaped(html, text, strlen(text), false);
}

void sk_html_lines(struct sk_html *html, const char *text)
{
    escaped(html, text, strlen(text), true);
}

void sk_html_with(struct sk_html *html, const char *message, const char *value)
{
    const char *place = strstr(message, "%s");

    if (place == NULL) {
        sk_html_text(html, message);
        return;
    }
    escaped(html, message, (size_t)(place - message), false);
    sk_html_text(html, value);
    sk_html_text(html, place + 2);
}

/* The number of bytes at `text` to be escaped, and their escape; 0: the byte stands as it is. */
static size_t json_escape(const char *text, char out[8])
{
    unsigned char c = (unsigned char)text[0];

    /* U+2028 and U+2029: line ends to older JavaScript, though not to JSON. */
    if (strncmp(text, "\xe2\x80\xa8", 3) == 0 || strncmp(text, "\xe2\x80\xa9", 3) == 0) {
        (void)snprintf(out, 8, "\\u202%c", text[2] == '\xa8' ? '8' : '9');
        return 3;
    }
    /* "<" could begin </script> or an HTML comment. */
    if (c < 0x20 || c == '"' || c == '\\' || c == '<') {
        (void)snprintf(out, 8, "\\u%04x", c);
        return 1;
    }
    return 0;
}

void sk_html_json(struct sk_html *html, const char *text)
{
    char escaped[8];

    sk_html_raw(html, "\"");
    while (*text != '\0') {
        size_t len = json_escape(text, escaped);

        if (len > 0) {
            sk_html_raw(html, escaped);
        } else {
            sk_html_bytes(html, text, 1);
        }
        text += len > 0 ? len : 1;
    }
    sk_html_raw(html, "\"");
}

void sk_html_number(struct sk_html *html, uint64_t number)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    sk_html_raw(html, digits);
}

void sk_html_fill(struct sk_html *html, char sign, size_t after)
{
    size_t fill = (SK_PAGE_STEP - (html->len + after) % SK_PAGE_STEP) % SK_PAGE_STEP;

    for (; fill > 0; fill--) {
        sk_html_bytes(html, &sign, 1);
    }
}

enum sk_error sk_html_take(struct sk_html *html, struct sk_page *page)
{
    if (html->failed) {
        sk_html_free(html);
        return SK_ERR_MEMORY;
    }
    *page = (struct sk_page){html->bytes, html->len, NULL};
    *html = (struct sk_html){0};
    return SK_OK;
}
