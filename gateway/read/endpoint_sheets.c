/* GET /sheets: the key sheets of all organisations, as they were imported. */
#include "gateway/http/reply.h"
#include "gateway/http/request.h"
#include "gateway/read/roster.h"

static enum sk_step sheets_end(struct sk_request *request)
{
    const struct sk_view *view = sk_roster_view(request->gateway->roster);
    enum MHD_Result queued = MHD_queue_response(request->connection, MHD_HTTP_OK, view->sheets);

    sk_view_release(view);
    return queued == MHD_YES ? SK_STEP_DONE : SK_STEP_DROP;
}

const struct sk_endpoint sk_endpoint_sheets = {.takes = SK_BODY_NONE, .end = sheets_end};
