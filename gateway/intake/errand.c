#include "gateway/intake/errand.h"

#include "gateway/http/request.h"
#include "gateway/http/server.h"

/* From the writer's thread. After the resume the request may be gone at any moment. */
static void errand_done(struct sk_deposit *deposit, enum sk_error result)
{
    struct sk_errand *errand = deposit->context;
    struct sk_holds *holds = &errand->request->gateway->holds;

    errand->result = result;
    sk_server_resume(errand->request->gateway, errand->request->connection);
    sk_unhold(holds);
}

enum sk_step sk_errand_send(struct sk_errand *errand, struct sk_request *request)
{
    struct sk_gateway *gateway = request->gateway;

    if (!sk_hold(&gateway->holds)) {
        return SK_STEP_DROP;
    }
    errand->request = request;
    errand->deposit.done = errand_done;
    errand->deposit.context = errand;
    errand->out = true;
    /* First: the writer may be done before submit returns. */
    MHD_suspend_connection(request->connection);
    sk_inbox_submit(gateway->inbox, &errand->deposit);
    return SK_STEP_WAIT;
}

enum sk_error sk_errand_settle(struct sk_errand *errand)
{
    if (!errand->out) {
        return SK_OK;
    }
    errand->out = false;
    return errand->result;
}
