/* The HTTP server: libmicrohttpd, one daemon for each thread. */
#ifndef SK_GATEWAY_HTTP_SERVER_H
#define SK_GATEWAY_HTTP_SERVER_H

#include <microhttpd.h>

#include "gateway/gateway.h"

struct sk_server;

/* What libmicrohttpd calls for each request (request.h). */
struct sk_server_callbacks {
    MHD_AccessHandlerCallback handle;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
};

/* NULL: it did not start, errno says why, and fd stays the caller's. Otherwise sk_server_stop
 * closes fd, on which the server listens. */
struct sk_server *sk_server_start(struct sk_gateway *gateway, int fd,
                                  const struct sk_server_callbacks *callbacks);

/* Stops accepting (what waits in the socket's backlog stays there for another process that holds
 * the socket), lets requests under way end for up to `seconds`, calls resume_waiting() for
 * connections that wait for anything but the writer, waits for the writer, closes all connections
 * and frees. false: the writer did not finish, and only an exit is safe. */
bool sk_server_stop(struct sk_server *server, unsigned seconds,
                    void (*resume_waiting)(struct sk_gateway *gateway));

/* Resumes a connection from any thread and wakes the worker that serves it; MHD_resume_connection()
 * alone does not. */
void sk_server_resume(struct sk_gateway *gateway, struct MHD_Connection *connection);

#endif
