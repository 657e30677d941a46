/* What the page_*.c files share. Nobody else includes this. */
#ifndef SK_GATEWAY_PAGES_PAGE_PART_H
#define SK_GATEWAY_PAGES_PAGE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/pages/html.h"
#include "gateway/pages/page.h"
#include "gateway/pages/script.h"
#include "gateway/pages/text.h"

#define SK_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The pages that can be visited with GET, by their path under /{lang}/. */
#define SK_PATH_FORM ""
#define SK_PATH_STATUS "status"
#define SK_PATH_HELP "help"
#define SK_PATH_COURIER "courier"
#define SK_PATH_OFFLINE "/offline/" /* and the language, and .html */

struct sk_frame {
    enum sk_message title; /* short and neutral: it stays in the browser's history */
    enum sk_message h1;
    const char *path; /* where the language links lead; NULL for none */
    /* Any but NONE: then the page needs sk_put_organisations, and sk_live_take. */
    enum sk_script_kind script;
};

/* Everything up to and with the h1; then the content; then the links to other pages. */
void sk_frame_open(struct sk_html *html, enum sk_lang lang, const struct sk_frame *frame);
void sk_frame_close(struct sk_html *html, enum sk_lang lang);

/* The same for a page that depends on a secret: what a reader gets, or typed. Behind the page a
 * comment fills it up to a multiple of SK_PAGE_STEP, so that its length tells next to nothing: the
 * states of a receipt, an answer of a usual length, a receipt with its code or without, a code that
 * is refused, are all one step long. Such a page is never compressed. */
void sk_frame_close_level(struct sk_html *html, enum sk_lang lang);
void sk_put_level(struct sk_html *html);

/* The message, between two pieces of markup. */
void sk_put(struct sk_html *html, enum sk_lang lang, const char *before, enum sk_message message,
            const char *after);
/* A paragraph, and a paragraph in the smaller type of hints. */
void sk_put_p(struct sk_html *html, enum sk_lang lang, enum sk_message message);
void sk_put_hint(struct sk_html *html, enum sk_lang lang, enum sk_message message);
/* A list of messages. */
void sk_put_list(struct sk_html *html, enum sk_lang lang, const enum sk_message *messages,
                 size_t count);
void sk_put_link(struct sk_html *html, enum sk_lang lang, const char *path,
                 enum sk_message message);
/* The link that saves the page that works without a network. */
void sk_put_offline_link(struct sk_html *html, enum sk_lang lang);
/* `action=/uk/report` and its like. */
void sk_put_path(struct sk_html *html, enum sk_lang lang, const char *attribute, const char *path);
/* Days since 1970 as the language writes a date. */
void sk_put_date(struct sk_html *html, enum sk_lang lang, enum sk_message message, uint32_t day);
/* A message about a size limit, the number rounded down. */
void sk_put_limit(struct sk_html *html, enum sk_lang lang, enum sk_message message,
                  uint64_t max_bytes);

/* <div id=o hidden> with all of them, on a line of its own. sheets: with their sheets. */
void sk_put_organisations(struct sk_html *html, const struct sk_page_organisation *organisations,
                          size_t count, bool sheets);
/* The end of a page with a script: the organisations, the frame, the policy. level: filled up. */
enum sk_error sk_live_take(struct sk_html *html, enum sk_lang lang, enum sk_script_kind kind,
                           const struct sk_page_organisation *organisations, size_t count,
                           bool level, struct sk_page *out);

/* Something drawn once for each language. */
struct sk_part {
    struct sk_page page[SK_LANG_COUNT];
};
typedef void (*sk_draw)(struct sk_html *html, enum sk_lang lang);
enum sk_error sk_part_make(struct sk_part *part, sk_draw draw);
void sk_part_free(struct sk_part *part);
void sk_put_part(struct sk_html *html, enum sk_lang lang, const struct sk_part *part);
/* The part as a whole page of its own. */
enum sk_error sk_part_copy(struct sk_page *out, enum sk_lang lang, const struct sk_part *part);

/* Computes the policy. */
void sk_style_start(void);
/* As a policy names it, without "sha256-". */
const char *sk_style_hash(void);

/* Each page file prepares its parts once, after the texts are there. */
enum sk_error sk_form_start(void);
void sk_form_stop(void);
enum sk_error sk_receipt_page_start(void);
void sk_receipt_page_stop(void);
enum sk_error sk_status_page_start(void);
void sk_status_page_stop(void);
enum sk_error sk_courier_page_start(void);
void sk_courier_page_stop(void);
enum sk_error sk_help_page_start(void);
void sk_help_page_stop(void);
enum sk_error sk_problem_page_start(void);
void sk_problem_page_stop(void);

#endif
