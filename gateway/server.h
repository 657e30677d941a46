/* The HTTP server: libmicrohttpd with the settings that its traps ask for. */
#ifndef SK_GATEWAY_SERVER_H
#define SK_GATEWAY_SERVER_H

#include "gateway/gateway.h"

struct MHD_Daemon;

/* NULL: it did not start. fd is listened on and closed by sk_server_stop. */
struct MHD_Daemon *sk_server_start(struct sk_gateway *gateway, int fd);

/* Stops accepting, lets requests under way end for up to `seconds`, waits for the writer, closes
 * the rest. false: something is still held after that, and only an exit is safe. */
bool sk_server_stop(struct sk_gateway *gateway, struct MHD_Daemon *daemon, int fd,
                    unsigned seconds);

#endif
