/* What the page_*.c files share. Nobody else includes this. */
#ifndef SK_GATEWAY_PAGES_PAGE_PART_H
#define SK_GATEWAY_PAGES_PAGE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/pages/html.h"
#include "gateway/pages/page.h"
#include "gateway/pages/script.h"
#include "gateway/pages/template.h"
#include "gateway/pages/text.h"

/* A page: what frame.html has around it, and its own template. */
struct sk_frame {
    enum sk_message title; /* short and neutral: it stays in the browser's history */
    enum sk_message heading;
    const char *path; /* where the language links lead, under /{lang}/; NULL: there are none */
    struct sk_template main;
    const void *context; /* of its holes */

    /* A page with a script carries all organisations; SK_SCRIPT_NONE: neither. */
    enum sk_script_kind script;
    const struct sk_page_organisation *organisations;
    size_t count;

    /* It depends on a secret: what a reader gets, or typed. Behind the page a comment fills it up
     * to a multiple of SK_PAGE_STEP, so that its length tells next to nothing: the states of a
     * receipt, an answer of a usual length, a receipt with its code or without, a code that is
     * refused, are all one step long. Such a page is never compressed. */
    bool level;
};

/* Renders it. MEMORY, then out is untouched. */
enum sk_error sk_frame_take(struct sk_page *out, enum sk_lang lang, const struct sk_frame *frame);

/* Days since 1970 as the language writes a date. */
void sk_put_date(struct sk_html *html, enum sk_lang lang, enum sk_message message, uint32_t day);
/* A message about a size limit, the number rounded down. */
void sk_put_limit(struct sk_html *html, enum sk_lang lang, enum sk_message message,
                  uint64_t max_bytes);

/* <div id=o hidden> with all of them, on a line of its own. sheets: with their sheets. */
void sk_put_organisations(struct sk_html *html, const struct sk_page_organisation *organisations,
                          size_t count, bool sheets);

/* Computes the policy. */
void sk_style_start(void);
/* As a policy names it, without "sha256-". */
const char *sk_style_hash(void);

/* The pages of problems are rendered once, after the texts are there. */
enum sk_error sk_problem_page_start(void);
void sk_problem_page_stop(void);

#endif
