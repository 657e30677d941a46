#include "gateway/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/http/connections.h"
#include "gateway/http/request.h"

/* From 64 KiB on the memory of a connection is mapped and unmapped, not kept in the heap. */
#define CONNECTION_MEMORY ((size_t)65536)
#define SECONDS_INACTIVE 60u
#define SECONDS_WRITER 30u
#define WAIT_MAX_MS 60000u

/*
 * Each thread runs a libmicrohttpd daemon of its own, and alone calls into it. A daemon with a pool
 * of threads is told to stop accepting from outside: it takes the listening socket out of the epoll
 * sets of threads that are at work, which do the same at the same moment, and whoever comes second
 * ends the process ("Failed to remove listen FD from epoll set").
 */
struct lane {
    struct sk_server *server;
    struct MHD_Daemon *daemon;
    int network, wake; /* the daemon's epoll set; an eventfd: a resumed connection, or the end */
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
            sk_connections_remove(gateway->connections, *slot);
        }
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *slot = sk_connections_add(gateway->connections, info->connect_fd);
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

/* Until the network, a timeout of the daemon, or whoever calls lane_wake(). */
static void lane_wait(struct lane *lane)
{
    struct pollfd waits[2] = {{.fd = lane->network, .events = POLLIN},
                              {.fd = lane->wake, .events = POLLIN}};
    MHD_UNSIGNED_LONG_LONG ms;
    eventfd_t count;
    int timeout = -1;

    if (MHD_get_timeout(lane->daemon, &ms) == MHD_YES) {
        timeout = (int)(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
    }
    /* The eventfd is emptied before the daemon looks at what was resumed, never after. */
    if (poll(waits, 2, timeout) > 0 && waits[1].revents != 0) {
        (void)eventfd_read(lane->wake, &count);
    }
}

static void lane_wake(struct lane *lane)
{
    (void)eventfd_write(lane->wake, 1); /* fails only when it is as awake as can be */
}

static unsigned connections(struct lane *lane)
{
    return MHD_get_daemon_info(lane->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

/* A full daemon takes the listening socket out of its epoll set, and looks whether it can put it
 * back before it sees that connections have ended: whoever waits would wait for the next event. */
static void lane_step(struct lane *lane)
{
    unsigned before;

    do {
        before = connections(lane);
        MHD_run(lane->daemon);
    } while (connections(lane) < before);
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
        lane_step(lane);
        lane_wait(lane);
    }
    MHD_stop_daemon(lane->daemon);
    return NULL;
}

/* Where the connection is looked up before it is resumed: it may be gone right after. */
void sk_server_resume(struct sk_gateway *gateway, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON);
    struct sk_server *server = gateway->server;
    unsigned i = 0;

    while (server->lanes[i].daemon != info->daemon) {
        i++;
    }
    MHD_resume_connection(connection);
    lane_wake(&server->lanes[i]);
}

/* A descriptor of its own for each daemon, which closes it, also when it cannot start. */
static bool lane_open(struct lane *lane, unsigned share)
{
    int own = fcntl(lane->server->fd, F_DUPFD_CLOEXEC, 0);

    if (own < 0) {
        return false;
    }
    lane->daemon = daemon_start(lane->server->gateway, own, share);
    if (lane->daemon == NULL) {
        return false;
    }
    lane->network = MHD_get_daemon_info(lane->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    lane->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return lane->wake >= 0;
}

static bool lane_start(struct lane *lane)
{
    int failed = pthread_create(&lane->thread, NULL, lane_run, lane);

    errno = failed;
    lane->started = failed == 0;
    return lane->started;
}

/* Ends what was started, and frees. */
static void lanes_end(struct sk_server *server)
{
    atomic_store(&server->end, true);
    for (unsigned i = 0; i < server->count; i++) {
        struct lane *lane = &server->lanes[i];

        if (lane->started) {
            lane_wake(lane);
            pthread_join(lane->thread, NULL);
        } else if (lane->daemon != NULL) {
            MHD_stop_daemon(lane->daemon);
        }
        if (lane->wake >= 0) {
            close(lane->wake);
        }
    }
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

/* ---- all of them --------------------------------------------------------------------- */

static struct sk_server *server_new(struct sk_gateway *gateway, int fd)
{
    unsigned threads = gateway->settings.threads;
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
        server->lanes[i].wake = -1;
    }
    return server;
}

struct sk_server *sk_server_start(struct sk_gateway *gateway, int fd)
{
    unsigned threads = gateway->settings.threads, connections = gateway->settings.connections;
    struct sk_server *server = server_new(gateway, fd);
    bool good = server != NULL;

    for (unsigned i = 0; i < threads && good; i++) {
        good = lane_open(&server->lanes[i],
                         connections / threads + (i < connections % threads ? 1 : 0));
    }
    gateway->server = server; /* before the first request */
    for (unsigned i = 0; i < threads && good; i++) {
        good = lane_start(&server->lanes[i]);
    }
    if (!good && server != NULL) {
        int why = errno;

        lanes_end(server);
        errno = why;
        return NULL;
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
    for (unsigned i = 0; i < server->count; i++) {
        lane_wake(&server->lanes[i]);
    }
    pthread_mutex_lock(&server->mutex);
    while (server->accepting > 0) {
        pthread_cond_wait(&server->changed, &server->mutex);
    }
    pthread_mutex_unlock(&server->mutex);
    close(server->fd);
}

bool sk_server_stop(struct sk_server *server, unsigned seconds,
                    void (*let_go)(struct sk_gateway *gateway))
{
    struct sk_gateway *gateway = server->gateway;

    wait_until_quiet(server);
    atomic_store(&gateway->stopping, true); /* not before: who was let in is served */
    for (unsigned i = 0; i < 10 * seconds && atomic_load(&gateway->active) > 0; i++) {
        sk_connections_reap(gateway->connections);
        pause_briefly();
    }
    /* From here on nobody suspends; who is suspended is resumed when the writer is done, or now if
     * it waits for something else. */
    sk_holds_close(&gateway->holds);
    let_go(gateway);
    if (!sk_holds_wait(&gateway->holds, SECONDS_WRITER)) {
        return false;
    }
    lanes_end(server);
    /* What was cut off has handed in its ABANDON by now. */
    return sk_holds_wait(&gateway->holds, SECONDS_WRITER);
}
