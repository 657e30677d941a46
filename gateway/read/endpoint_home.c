/* GET / and /{lang}/: the form; GET /{lang}/help: how to write safely. */
#include "gateway/http/request.h"
#include "gateway/read/roster.h"

static enum sk_step home_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    /* Closed: the page in the form's place says so, and the status says it to programs. */
    unsigned status = view->offered_count == 0 ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    enum MHD_Result queued = sk_copies_queue(&view->form[request->lang], request, status);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_home = {.takes = SK_BODY_NONE, .end = home_end};

static enum sk_step help_end(struct sk_request *request)
{
    const struct sk_copies *copies = &request->gateway->fixed->help[request->lang];

    return sk_copies_queue(copies, request, MHD_HTTP_OK) == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_help = {.takes = SK_BODY_NONE, .end = help_end};
