#include "gateway/intake/upload_turn.h"

#include "gateway/http/connections.h"
#include "gateway/http/request.h"
#include "gateway/http/server.h"
#include "gateway/intake/tus.h"

static bool turn_wait(void *context)
{
    struct sk_request *request = context;

    if (!sk_hold(&request->gateway->holds)) {
        return false;
    }
    MHD_suspend_connection(request->connection);
    return true;
}

static void turn_go(void *context)
{
    struct sk_request *request = context;
    struct sk_holds *holds = &request->gateway->holds;

    sk_server_resume(request->gateway, request->connection);
    sk_unhold(holds);
}

/* It may be a connection that nobody is at the other end of any more: its reading ends now. What
 * it has to say can still be said. */
static void turn_hurry(void *context)
{
    struct sk_request *request = context;

    if (request->entry != NULL) {
        sk_connections_end_reading(request->gateway->connections, request->entry);
    }
}

enum sk_step sk_upload_turn_take(struct sk_turn *turn, struct sk_request *request, bool long_one)
{
    turn->token = sk_tus_token(request);
    turn->wait = turn_wait;
    turn->go = turn_go;
    turn->hurry = long_one ? turn_hurry : NULL;
    turn->context = request;
    switch (sk_turns_take(request->gateway->turns, turn)) {
    case SK_TURN_HAVE:
        return SK_STEP_ON;
    case SK_TURN_WAIT:
        return SK_STEP_WAIT;
    default:
        return sk_request_refuse(request, SK_PROBLEM_BUSY);
    }
}

enum sk_step sk_upload_turn_check(const struct sk_turn *turn, struct sk_request *request)
{
    return turn->have ? SK_STEP_ON : sk_request_refuse(request, SK_PROBLEM_BUSY);
}
