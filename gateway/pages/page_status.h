/* The form that asks for an answer with a code, and the answer. */
#ifndef SK_GATEWAY_PAGES_PAGE_STATUS_H
#define SK_GATEWAY_PAGES_PAGE_STATUS_H

#include "gateway/pages/page_part.h"
#include "keys/format/answer.h"

/* problem: SK_OK or an error of sk_code_parse; typed: stands in the field again, or NULL. MEMORY. */
enum sk_error sk_page_status_form(struct sk_page *out, enum sk_lang lang,
                                  const struct sk_page_organisation *organisations, size_t count,
                                  enum sk_error problem, const char *typed);

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
/* day: of arrival, or 0 when unknown. MEMORY. */
enum sk_error sk_page_status(struct sk_page *out, enum sk_lang lang, enum sk_receipt_state state,
                             uint32_t day, const struct sk_page_answer *answers, size_t count);

#endif
