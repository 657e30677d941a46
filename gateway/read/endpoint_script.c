/* GET /form.js, /status.js, /courier.js: the pages' bundles, the same in every language. */
#include "gateway/http/copies.h"
#include "gateway/http/request.h"

static enum sk_step answer(struct sk_request *request, enum sk_script_kind kind)
{
    const struct sk_copies *copies = &request->gateway->fixed->script[kind];

    return sk_copies_queue(copies, request, MHD_HTTP_OK) == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

static enum sk_step form_end(struct sk_request *request)
{
    return answer(request, SK_SCRIPT_FORM);
}

static enum sk_step status_end(struct sk_request *request)
{
    return answer(request, SK_SCRIPT_STATUS);
}

static enum sk_step courier_end(struct sk_request *request)
{
    return answer(request, SK_SCRIPT_COURIER);
}

const struct sk_endpoint sk_endpoint_form_script = {.takes = SK_BODY_NONE, .end = form_end};
const struct sk_endpoint sk_endpoint_status_script = {.takes = SK_BODY_NONE, .end = status_end};
const struct sk_endpoint sk_endpoint_courier_script = {.takes = SK_BODY_NONE, .end = courier_end};
