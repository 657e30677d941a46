/* The HTTP server: libmicrohttpd with the settings that its traps ask for. */
#ifndef SK_GATEWAY_HTTP_SERVER_H
#define SK_GATEWAY_HTTP_SERVER_H

#include "gateway/gateway.h"

struct sk_server;
struct MHD_Connection;

/* NULL: it did not start, errno says why. fd is listened on and closed by sk_server_stop; it stays
 * the caller's when nothing started. */
struct sk_server *sk_server_start(struct sk_gateway *gateway, int fd);

/* Stops accepting (what waits in the socket's queue stays there, for whoever else holds it), lets
 * requests under way end for up to `seconds`, has let_go() resume whoever waits for anything but
 * the writer, waits for the writer, closes the rest and frees. false: something is still held after
 * that, and only an exit is safe. */
bool sk_server_stop(struct sk_server *server, unsigned seconds,
                    void (*let_go)(struct sk_gateway *gateway));

/* In the place of MHD_resume_connection(), from any thread: also wakes the thread that serves it.
 */
void sk_server_resume(struct sk_gateway *gateway, struct MHD_Connection *connection);

#endif
