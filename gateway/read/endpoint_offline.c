/* GET /offline/{lang}.html: one file that seals without a network, with today's key sheets. */
#include "gateway/http/request.h"
#include "gateway/read/roster.h"

static enum sk_step offline_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    enum MHD_Result queued =
        sk_copies_queue(&view->offline[request->match.lang], request, MHD_HTTP_OK);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_offline = {.takes = SK_BODY_NONE, .end = offline_end};
