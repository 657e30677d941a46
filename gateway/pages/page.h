/*
 * What residents see: every page in every language. All text is resolved and every page that
 * depends on nothing but the language is rendered at start; the rest is assembled from parts.
 * Nothing here knows HTTP.
 */
#ifndef SK_GATEWAY_PAGES_PAGE_H
#define SK_GATEWAY_PAGES_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/language.h"
#include "keys/format/answer.h"
#include "keys/format/receipt.h"

/* The best of an Accept-Language header (may be NULL); the first of language.def when it says nothing
 * useful. */
enum sk_lang sk_lang_accept(const char *header);

/* A rendered page. bytes is from malloc; sk_page_free wipes it: pages may hold a code. */
struct sk_page {
    char *bytes;
    size_t len;
    const char *csp; /* the policy that fits it; NULL: sk_page_csp(), no script */
};
void sk_page_free(struct sk_page *page);

/* Looks up all texts and prepares the pages. Call once at start, before threads. A missing
 * translation falls back to English and is counted in *missing. MEMORY. */
enum sk_error sk_pages_start(unsigned *missing);
void sk_pages_stop(void);

/* A pinned organisation. The pages with a script carry all of them in <div id=o hidden>, on a line
 * of its own: the script pins the sheets that it fetches by that. */
struct sk_page_organisation {
    const char *slug, *name;
    const char *pin;      /* 64 hexadecimal digits */
    bool offered;         /* has a key for this week: residents can choose it */
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

enum sk_receipt_state { SK_RECEIPT_UNKNOWN, SK_RECEIPT_RECEIVED, SK_RECEIPT_CARRIED,
                        SK_RECEIPT_ANSWERED };
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
enum sk_error sk_page_courier(struct sk_page *out, enum sk_lang lang,
                              const enum sk_error *results, size_t count);

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

/* Rendered at start; static memory, valid until sk_pages_stop. */
enum sk_problem {
    SK_PROBLEM_NOT_FOUND,     /* 404 */
    SK_PROBLEM_METHOD,        /* 405 */
    SK_PROBLEM_TOO_LARGE,     /* 413 */
    SK_PROBLEM_LENGTH,        /* 411: no Content-Length */
    SK_PROBLEM_BAD_REQUEST,   /* 400: malformed, or cut off */
    SK_PROBLEM_EMPTY,         /* 400: neither text nor file */
    SK_PROBLEM_MANY,          /* 413: more parts than a desk can read */
    SK_PROBLEM_NAME,          /* 400: the name of a file is longer than a desk can read */
    SK_PROBLEM_CODE,          /* 400: the code of a follow-up has a typing error */
    SK_PROBLEM_FIELD_ORDER,   /* 400: recipients or code came after the files */
    SK_PROBLEM_RECIPIENT,     /* 400: an organisation that is not offered here */
    SK_PROBLEM_CLOSED,        /* 503: no organisation has a valid sheet */
    SK_PROBLEM_BUSY,          /* 503: stopping, or the disk failed: nothing was stored */
    SK_PROBLEM_FULL,          /* 507 */
    SK_PROBLEM_RESERVE,       /* 507: only short reports without files fit */
    SK_PROBLEM_HEADERS,       /* 431 */
    SK_PROBLEM_COUNT
};
unsigned sk_problem_status(enum sk_problem problem);
void sk_page_problem(enum sk_problem problem, enum sk_lang lang, const char **bytes, size_t *len);

/* The Content-Security-Policy that fits the pages' inline style (by its hash); static. Pages with
 * a script bring their own (struct sk_page). */
const char *sk_page_csp(void);

/* The style as it stands in every page; its hash is in the policy. */
const char *sk_page_style(void);

#endif
