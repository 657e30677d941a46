/* GET /{lang}/client.js: the script of the pages, with that language's texts. */
#include "gateway/copies.h"
#include "gateway/request.h"

static enum sk_step script_end(struct sk_request *request)
{
    const struct sk_copies *copies = &request->gateway->fixed->script[request->lang];

    return sk_copies_queue(copies, request, MHD_HTTP_OK) == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_script = {.takes = SK_BODY_NONE, .end = script_end};
