/* What became of a report: its receipt is looked up in the inbox and on every board. */
#ifndef SK_GATEWAY_READ_RECEIPT_LOOKUP_H
#define SK_GATEWAY_READ_RECEIPT_LOOKUP_H

#include <microhttpd.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "gateway/pages/page_status.h"
#include "gateway/read/directory.h"

/* Secret: keep it in memory from sk_secret_new(). */
struct sk_lookup {
    const struct sk_view *view;
    enum sk_receipt_state state;
    uint32_t day;            /* of arrival, 0: unknown */
    struct sk_answer *found; /* what `answers` point to */
    struct sk_page_answer answers[SK_ORGANISATIONS_MAX];
    size_t count;
};

/* lookup is zeroed before; release it also after a failure. A board that cannot be read counts as
 * one without an answer. MEMORY, or an error of the inbox. */
enum sk_error sk_lookup_receipt(struct sk_lookup *lookup, struct sk_gateway *gateway,
                                const struct sk_receipt *receipt);
void sk_lookup_release(struct sk_lookup *lookup);

/* {"state", "day", "answers": [{"organisation", "status", "day", "text"}]}; NULL: out of memory. */
struct MHD_Response *sk_lookup_json(const struct sk_lookup *lookup, enum sk_lang lang);
/* {"error": "CODE_CHECK"}; NULL: out of memory. */
struct MHD_Response *sk_lookup_json_problem(enum sk_error problem, enum sk_lang lang);

#endif
