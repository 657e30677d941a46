#include "gateway/server.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
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
/* How long a thread waits for the network before it looks whether it shall stop. */
#define LOOK_MS 250

/*
 * Each thread runs a libmicrohttpd daemon of its own, and alone calls into it. A daemon with a pool
 * of threads is told to stop accepting from outside: it takes the listening socket out of the epoll
 * sets of threads that are at work, which do the same at the same moment, and whoever comes second
 * ends the process ("Failed to remove listen FD from epoll set").
 */
struct lane {
    struct sk_server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool started;
};

struct sk_server {
    struct sk_gateway *gateway;
    int fd;
    atomic_bool quiet, end; /* accept nothing more; leave */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned accepting; /* lanes that still do; guarded by mutex */
    unsigned count;
    struct lane lanes[];
};

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

/* Of `share` connections. fd becomes the daemon's. */
static struct MHD_Daemon *daemon_start(struct sk_gateway *gateway, int fd, unsigned share)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    /* clang-format off */
    return MHD_start_daemon(flags, 0, NULL, NULL, sk_request_handle, gateway,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, share,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, SECONDS_INACTIVE,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_URI_LOG_CALLBACK, sk_request_target, gateway,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, sk_request_completed, gateway,
        MHD_OPTION_NOTIFY_CONNECTION, notify_connection, gateway,
        MHD_OPTION_END);
    /* clang-format on */
}

/* ---- one thread ------------------------------------------------------------------- */

static void stop_accepting(struct lane *lane)
{
    struct sk_server *server = lane->server;
    int fd = MHD_quiesce_daemon(lane->daemon);

    if (fd >= 0) {
        close(fd);
    }
    pthread_mutex_lock(&server->mutex);
    server->accepting--;
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

static void *lane_run(void *argument)
{
    struct lane *lane = argument;
    bool quiet = false;

    while (!atomic_load(&lane->server->end)) {
        if (!quiet && atomic_load(&lane->server->quiet)) {
            stop_accepting(lane);
            quiet = true;
        }
        MHD_run_wait(lane->daemon, LOOK_MS);
    }
    MHD_stop_daemon(lane->daemon);
    return NULL;
}

/* A descriptor of its own for each daemon, which closes it when it cannot start. */
static bool lane_start(struct lane *lane, unsigned share)
{
    int own = fcntl(lane->server->fd, F_DUPFD_CLOEXEC, 0);

    if (own < 0) {
        return false;
    }
    lane->daemon = daemon_start(lane->server->gateway, own, share);
    if (lane->daemon == NULL) {
        return false;
    }
    int failed = pthread_create(&lane->thread, NULL, lane_run, lane);

    if (failed != 0) {
        MHD_stop_daemon(lane->daemon);
        errno = failed;
        return false;
    }
    lane->started = true;
    return true;
}

static void lanes_end(struct sk_server *server)
{
    atomic_store(&server->end, true);
    for (unsigned i = 0; i < server->count; i++) {
        if (server->lanes[i].started) {
            pthread_join(server->lanes[i].thread, NULL);
        }
    }
}

/* ---- all of them --------------------------------------------------------------------- */

static void server_free(struct sk_server *server)
{
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

struct sk_server *sk_server_start(struct sk_gateway *gateway, int fd)
{
    unsigned threads = gateway->settings.threads, connections = gateway->settings.connections;
    struct sk_server *server = calloc(1, sizeof *server + threads * sizeof *server->lanes);

    if (server == NULL) {
        return NULL;
    }
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->gateway = gateway;
    server->fd = fd;
    server->count = threads;
    server->accepting = threads;
    for (unsigned i = 0; i < threads; i++) {
        server->lanes[i].server = server;
        if (!lane_start(&server->lanes[i],
                        connections / threads + (i < connections % threads ? 1 : 0))) {
            int why = errno;

            lanes_end(server);
            server_free(server);
            errno = why;
            return NULL;
        }
    }
    return server;
}

static void pause_briefly(void)
{
    const struct timespec tenth = {.tv_sec = 0, .tv_nsec = 100000000};

    nanosleep(&tenth, NULL);
}

static void wait_until_quiet(struct sk_server *server)
{
    atomic_store(&server->quiet, true);
    pthread_mutex_lock(&server->mutex);
    while (server->accepting > 0) {
        pthread_cond_wait(&server->changed, &server->mutex);
    }
    pthread_mutex_unlock(&server->mutex);
    close(server->fd);
}

bool sk_server_stop(struct sk_server *server, unsigned seconds)
{
    struct sk_gateway *gateway = server->gateway;

    wait_until_quiet(server);
    atomic_store(&gateway->stopping, true); /* not before: who was let in is served */
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
    lanes_end(server);
    server_free(server);
    /* What was cut off has handed in its ABANDON by now. */
    return sk_holds_wait(&gateway->holds, SECONDS_WRITER);
}
