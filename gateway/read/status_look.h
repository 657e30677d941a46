/* Looking one receipt up: in the inbox, and on the board of every organisation. */
#ifndef SK_GATEWAY_READ_STATUS_LOOK_H
#define SK_GATEWAY_READ_STATUS_LOOK_H

#include <microhttpd.h>
#include <stdint.h>

#include "gateway/gateway.h"
#include "gateway/pages/page_status.h"
#include "gateway/read/directory.h"

/* Secret: keep it in memory from sk_secret_new(). */
struct sk_look {
    const struct sk_view *view;
    enum sk_receipt_state state;
    uint32_t day; /* of arrival, 0: unknown */
    struct sk_answer *found;
    struct sk_page_answer answers[SK_ORGANISATIONS_MAX];
    size_t count;
};

/* look is zeroed. A board that cannot be read counts as one without an answer. */
enum sk_error sk_look_up(struct sk_look *look, struct sk_gateway *gateway,
                         const struct sk_receipt *receipt);
void sk_look_release(struct sk_look *look);

/* {"state", "day", "answers": [{"organisation", "status", "day", "text"}]}; NULL: out of memory. */
struct MHD_Response *sk_look_json(const struct sk_look *look, enum sk_lang lang);
/* {"error": "CODE_CHECK"} */
struct MHD_Response *sk_look_json_problem(enum sk_error problem, enum sk_lang lang);

#endif
