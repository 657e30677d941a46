#include "gateway/intake/pending_write.h"

#include "gateway/http/suspend.h"
#include "gateway/http/request.h"

/* From the writer's thread. */
static void done(struct sk_write *write, enum sk_error result)
{
    struct sk_pending_write *pending = write->context;

    pending->result = result;
    sk_request_resume(pending->request);
}

enum sk_step sk_pending_write_submit(struct sk_pending_write *pending, struct sk_request *request)
{
    pending->request = request;
    pending->write.done = done;
    pending->write.context = pending;
    /* First: the writer may be done before submit returns. */
    if (!sk_request_suspend(request)) {
        return SK_STEP_DROP;
    }
    pending->out = true;
    sk_inbox_submit(request->gateway->inbox, &pending->write);
    return SK_STEP_WAIT;
}

enum sk_error sk_pending_write_result(struct sk_pending_write *pending)
{
    bool out = pending->out;

    pending->out = false;
    return out ? pending->result : SK_OK;
}
