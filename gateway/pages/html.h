/*
 * A growing buffer for a page. Appending has no result: a failed allocation is remembered and
 * returned by sk_html_take(). Memory is wiped before it is freed, as pages hold codes.
 */
#ifndef SK_GATEWAY_PAGES_HTML_H
#define SK_GATEWAY_PAGES_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/http/page.h"
#include "keys/base/error.h"

/* What depends on a secret has a length in multiples of so many bytes (page_frame.h). */
#define SK_PAGE_STEP 16384u

struct sk_html {
    char *bytes;
    size_t len;
    size_t room;
    bool failed;
};

void sk_html_free(struct sk_html *html);

/* Markup of this program, as it is. */
void sk_html_raw(struct sk_html *html, const char *markup);
void sk_html_bytes(struct sk_html *html, const char *bytes, size_t len);
/* Any other text: & < > " ' are escaped, so that it can stand between tags and inside quotes. */
void sk_html_text(struct sk_html *html, const char *text);
/* The same, with line breaks kept. */
void sk_html_lines(struct sk_html *html, const char *text);
/* A message whose only %s is replaced by value; both are escaped. */
void sk_html_with(struct sk_html *html, const char *message, const char *value);
/* A JSON string with its quotes; also safe inside an inline script (no "<", no U+2028). */
void sk_html_json(struct sk_html *html, const char *text);
void sk_html_number(struct sk_html *html, uint64_t number);
/* As many of `sign` as bring the length, with `after` bytes more, to a multiple of SK_PAGE_STEP. */
void sk_html_fill(struct sk_html *html, char sign, size_t after);

/* Moves the bytes to page and leaves html empty. MEMORY, then page is untouched. */
enum sk_error sk_html_take(struct sk_html *html, struct sk_page *page);

#endif
