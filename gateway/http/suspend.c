#include "gateway/http/suspend.h"

#include "gateway/http/in_flight.h"
#include "gateway/http/request.h"
#include "gateway/http/server.h"

bool sk_request_suspend(struct sk_request *request)
{
    if (!sk_in_flight_try(&request->gateway->in_flight)) {
        return false;
    }
    MHD_suspend_connection(request->connection);
    return true;
}

void sk_request_resume(struct sk_request *request)
{
    struct sk_gateway *gateway = request->gateway;

    sk_server_resume(gateway, request->connection);
    sk_in_flight_leave(&gateway->in_flight);
}
