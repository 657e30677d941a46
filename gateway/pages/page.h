/*
 * What residents see: every page in every language. Texts are looked up once at start; each page is
 * a template (template.h), expanded when it is asked for; the pages of problems are made at start.
 * Of HTTP only http/rendered.h and http/problem.h are known here.
 */
#ifndef SK_GATEWAY_PAGES_PAGE_H
#define SK_GATEWAY_PAGES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/http/problem.h"
#include "gateway/http/rendered.h"
#include "keys/base/error.h"
#include "keys/base/language.h"
#include "keys/format/answer.h"
#include "keys/format/receipt.h"

/* Looks up all texts and prepares the pages. Call once at start, before threads. A missing
 * translation falls back to English and is counted in *missing. MEMORY. */
enum sk_error sk_pages_start(unsigned *missing);
void sk_pages_stop(void);

/* A pinned organisation. The pages with a script carry all of them in <div id=o hidden>, on a line
 * of its own: the script pins the sheets that it fetches by that. */
struct sk_page_organisation {
    const char *slug, *name;
    const char *pin; /* 64 hexadecimal digits */
    bool offered;    /* has a key for this week: residents can choose it */
    bool revoked;
    const uint8_t *sheet; /* as imported; only the offline page carries it */
    size_t sheet_len;
};

/* The form. Its recipient choice, code field and receipt choice come before text and files, so
 * that the gateway knows them before the body streams. None is offered: intake is closed, says
 * so. */
enum sk_error sk_page_form(struct sk_page *out, enum sk_lang lang,
                           const struct sk_page_organisation *organisations, size_t count,
                           uint64_t max_bytes);

/* After a report was stored. receipt NULL: none was wanted. Code as text first, then its QR as a
 * table (also where SVG is disabled; a table cannot be saved to a gallery by a long press). */
enum sk_error sk_page_receipt(struct sk_page *out, enum sk_lang lang,
                              const struct sk_receipt *receipt, bool follow_up);

/* The form of the status page; problem may be SK_OK or an error of sk_code_parse. */
enum sk_error sk_page_status_form(struct sk_page *out, enum sk_lang lang,
                                  const struct sk_page_organisation *organisations, size_t count,
                                  enum sk_error problem);

/* Pages that depend on a secret are filled up to multiples of so many bytes (page_part.h). */
#define SK_PAGE_STEP 16384u

enum sk_receipt_state {
    SK_RECEIPT_UNKNOWN,
    SK_RECEIPT_RECEIVED,
    SK_RECEIPT_CARRIED,
    SK_RECEIPT_ANSWERED
};
const char *sk_receipt_state_name(enum sk_receipt_state state); /* as in the JSON answer */

struct sk_page_answer {
    const char *organisation;
    const struct sk_answer *answer;
};
/* day: of arrival, or 0 when unknown. */
enum sk_error sk_page_status(struct sk_page *out, enum sk_lang lang, enum sk_receipt_state state,
                             uint32_t day, const struct sk_page_answer *answers, size_t count);

enum sk_error sk_page_courier_form(struct sk_page *out, enum sk_lang lang,
                                   const struct sk_page_organisation *organisations, size_t count,
                                   uint64_t max_bytes);
/* results[i]: what became of the i-th file handed in. */
enum sk_error sk_page_courier(struct sk_page *out, enum sk_lang lang, const enum sk_error *results,
                              size_t count);

/* How to write safely, what is promised and what is not (linked from the form). */
enum sk_error sk_page_help(struct sk_page *out, enum sk_lang lang);

/* One file that works without a network and from a stick: style, script, and every organisation
 * that is not revoked with its key sheet. One line of it is of this store, the one that begins with
 * "<div id=o "; without that line it is the same everywhere, for one release and language.
 * organisations NULL: that line is left out. */
enum sk_error sk_page_offline(struct sk_page *out, enum sk_lang lang,
                              const struct sk_page_organisation *organisations, size_t count);
/* For programs that show no other page: instead of sk_pages_start and sk_pages_stop. */
enum sk_error sk_pages_offline_start(unsigned *missing);
void sk_pages_offline_stop(void);

/* Of each problem. Rendered at start; static memory, valid until sk_pages_stop. */
void sk_page_problem(enum sk_problem problem, enum sk_lang lang, const char **bytes, size_t *len);

/* The style as it stands in every page; its hash is in the policy. */
const char *sk_page_style(void);

#endif
