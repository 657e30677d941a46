#include "gateway/server.h"

#include <microhttpd.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/peers.h"
#include "gateway/request.h"
#include "gateway/turns.h"

/* From 64 KiB on the memory of a connection is mapped and unmapped, not kept in the heap. */
#define CONNECTION_MEMORY ((size_t)65536)
#define SECONDS_INACTIVE 60u
#define SECONDS_WRITER 30u

static void notify_connection(void *context, struct MHD_Connection *connection, void **slot,
                              enum MHD_ConnectionNotificationCode code)
{
    struct sk_gateway *gateway = context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*slot != NULL) {
            sk_peers_leave(gateway->peers, *slot);
        }
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *slot = sk_peers_enter(gateway->peers, info->connect_fd);
    if (*slot == NULL) {
        shutdown(info->connect_fd, SHUT_RDWR); /* nobody without a deadline */
    }
}

/* Paths are compared as they come: none of ours needs an escape, and %00 stays visible. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

struct MHD_Daemon *sk_server_start(struct sk_gateway *gateway, int fd)
{
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    /* clang-format off */
    return MHD_start_daemon(flags, 0, NULL, NULL, sk_request_handle, gateway,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, gateway->settings.threads,
        MHD_OPTION_CONNECTION_LIMIT, gateway->settings.connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, SECONDS_INACTIVE,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, sk_request_target, gateway,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, sk_request_completed, gateway,
        MHD_OPTION_NOTIFY_CONNECTION, notify_connection, gateway,
        MHD_OPTION_END);
    /* clang-format on */
}

static void pause_briefly(void)
{
    const struct timespec tenth = {.tv_sec = 0, .tv_nsec = 100000000};

    nanosleep(&tenth, NULL);
}

bool sk_server_stop(struct sk_gateway *gateway, struct MHD_Daemon *daemon, int fd, unsigned seconds)
{
    MHD_quiesce_daemon(daemon);
    close(fd);
    for (unsigned i = 0; i < 10 * seconds && atomic_load(&gateway->active) > 0; i++) {
        sk_peers_reap(gateway->peers);
        pause_briefly();
    }
    /* From here on nobody suspends; who is suspended is resumed when the writer is done, or now if
     * it waits for its turn. */
    sk_holds_close(&gateway->holds);
    sk_turns_close(gateway->turns);
    if (!sk_holds_wait(&gateway->holds, SECONDS_WRITER)) {
        return false;
    }
    MHD_stop_daemon(daemon);
    /* What was cut off has handed in its ABANDON by now. */
    return sk_holds_wait(&gateway->holds, SECONDS_WRITER);
}
