/* GET / and /{lang}/: the form; GET /{lang}/help: how to write safely. */
#include "gateway/reply.h"
#include "gateway/request.h"
#include "gateway/roster.h"

static enum sk_step home_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    /* Closed: the page in the form's place says so, and the status says it to programs. */
    unsigned status = view->offered_count == 0 ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    enum MHD_Result queued =
        MHD_queue_response(request->connection, status, view->form[request->lang]);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_home = {.takes = SK_BODY_NONE, .end = home_end};

static enum sk_step help_end(struct sk_request *request)
{
    struct sk_page page = {NULL, 0};
    enum sk_error error = sk_page_help(&page, request->lang);

    return sk_reply_send_page(request, MHD_HTTP_OK, error, &page, false);
}

const struct sk_endpoint sk_endpoint_help = {.takes = SK_BODY_NONE, .end = help_end};
