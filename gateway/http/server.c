#include "gateway/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gateway/http/connections.h"

/* From 64 KiB on the memory of a connection is mapped and unmapped, not kept in the heap. */
#define CONNECTION_MEMORY ((size_t)65536)
#define SECONDS_INACTIVE 60u
#define SECONDS_WRITER 30u
#define WAIT_MAX_MS 60000u

/*
 * Each thread runs a libmicrohttpd daemon of its own, and alone calls into it. A daemon with a pool
 * of threads is quiesced from outside: that takes the listening socket out of the epoll sets of
 * threads that are at work, which do the same at the same moment, and the second to do so ends the
 * process ("Failed to remove listen FD from epoll set").
 */
struct worker {
    struct sk_server *server;
    struct MHD_Daemon *daemon;
    int network, wake; /* the daemon's epoll set; an eventfd for worker_wake() */
    pthread_t thread;
    bool started;
};

struct sk_server {
    struct sk_gateway *gateway;
    const struct sk_server_callbacks *callbacks;
    int fd;
    atomic_bool quiesce, end; /* accept nothing more; leave the thread */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned accepting; /* workers that still accept; guarded by mutex */
    unsigned count;
    struct worker workers[];
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
        shutdown(info->connect_fd, SHUT_RDWR); /* no connection without a deadline */
    }
}

/* Paths are compared as they come: none of ours needs an escape, and %00 stays visible. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* A daemon for `share` connections, to which fd then belongs. */
static struct MHD_Daemon *daemon_start(const struct sk_server *server, int fd, unsigned share)
{
    const struct sk_server_callbacks *callbacks = server->callbacks;
    struct sk_gateway *gateway = server->gateway;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    /* clang-format off */
    return MHD_start_daemon(flags, 0, NULL, NULL, callbacks->handle, gateway,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, share,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, SECONDS_INACTIVE,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_URI_LOG_CALLBACK, callbacks->target, gateway,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks->completed, gateway,
        MHD_OPTION_NOTIFY_CONNECTION, notify_connection, gateway,
        MHD_OPTION_END);
    /* clang-format on */
}

/* ---- a worker --------------------------------------------------------------------- */

static void stop_accepting(struct worker *worker)
{
    struct sk_server *server = worker->server;
    int fd = MHD_quiesce_daemon(worker->daemon);

    if (fd >= 0) {
        close(fd);
    }
    pthread_mutex_lock(&server->mutex);
    server->accepting--;
    pthread_cond_signal(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

/* Waits for the network, a timeout of the daemon, or worker_wake(): a connection was resumed, or
 * the server stops. */
static void worker_wait(struct worker *worker)
{
    struct pollfd waits[2] = {{.fd = worker->network, .events = POLLIN},
                              {.fd = worker->wake, .events = POLLIN}};
    MHD_UNSIGNED_LONG_LONG ms;
    eventfd_t count;
    int timeout = -1;

    if (MHD_get_timeout(worker->daemon, &ms) == MHD_YES) {
        timeout = (int)(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
    }
    /* The eventfd is emptied before the daemon handles resumed connections, never after. */
    if (poll(waits, 2, timeout) > 0 && waits[1].revents != 0) {
        (void)eventfd_read(worker->wake, &count);
    }
}

static void worker_wake(struct worker *worker)
{
    (void)eventfd_write(worker->wake, 1); /* fails only when the counter is at its end */
}

static unsigned connections(struct worker *worker)
{
    return MHD_get_daemon_info(worker->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
        ->num_connections;
}

/* A full daemon takes the listening socket out of its epoll set, and decides whether to put it back
 * before it notices ended connections: a waiting client would wait for the next event. */
static void worker_step(struct worker *worker)
{
    unsigned before;

    do {
        before = connections(worker);
        MHD_run(worker->daemon);
    } while (connections(worker) < before);
}

static void *worker_run(void *argument)
{
    struct worker *worker = argument;
    bool quiesced = false;

    while (!atomic_load(&worker->server->end)) {
        if (!quiesced && atomic_load(&worker->server->quiesce)) {
            stop_accepting(worker);
            quiesced = true;
        }
        worker_step(worker);
        worker_wait(worker);
    }
    MHD_stop_daemon(worker->daemon);
    return NULL;
}

/* The worker is looked up before the connection is resumed, which may be gone right after. */
void sk_server_resume(struct sk_gateway *gateway, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_DAEMON);
    struct sk_server *server = gateway->server;
    unsigned i = 0;

    while (server->workers[i].daemon != info->daemon) {
        i++;
    }
    MHD_resume_connection(connection);
    worker_wake(&server->workers[i]);
}

/* Each daemon gets a descriptor of its own, and closes it, also when it cannot start. */
static bool worker_open(struct worker *worker, unsigned share)
{
    int own = fcntl(worker->server->fd, F_DUPFD_CLOEXEC, 0);

    if (own < 0) {
        return false;
    }
    worker->daemon = daemon_start(worker->server, own, share);
    if (worker->daemon == NULL) {
        return false;
    }
    worker->network = MHD_get_daemon_info(worker->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return worker->wake >= 0;
}

/* Ends the workers that were started, and frees the server. */
static void workers_end(struct sk_server *server)
{
    atomic_store(&server->end, true);
    for (unsigned i = 0; i < server->count; i++) {
        struct worker *worker = &server->workers[i];

        if (worker->started) {
            worker_wake(worker);
            pthread_join(worker->thread, NULL);
        } else if (worker->daemon != NULL) {
            MHD_stop_daemon(worker->daemon);
        }
        if (worker->wake >= 0) {
            close(worker->wake);
        }
    }
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

/* ---- the server ---------------------------------------------------------------------- */

static struct sk_server *server_new(struct sk_gateway *gateway, int fd,
                                    const struct sk_server_callbacks *callbacks)
{
    unsigned threads = gateway->settings.threads;
    struct sk_server *server = calloc(1, sizeof *server + threads * sizeof *server->workers);

    if (server == NULL) {
        return NULL;
    }
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->gateway = gateway;
    server->callbacks = callbacks;
    server->fd = fd;
    server->count = threads;
    server->accepting = threads;
    for (unsigned i = 0; i < threads; i++) {
        server->workers[i].server = server;
        server->workers[i].wake = -1;
    }
    return server;
}

struct sk_server *sk_server_start(struct sk_gateway *gateway, int fd,
                                  const struct sk_server_callbacks *callbacks)
{
    unsigned threads = gateway->settings.threads, connections = gateway->settings.connections;
    struct sk_server *server = server_new(gateway, fd, callbacks);
    bool good = server != NULL;

    for (unsigned i = 0; i < threads && good; i++) {
        good = worker_open(&server->workers[i],
                           connections / threads + (i < connections % threads ? 1 : 0));
    }
    gateway->server = server; /* before the first request */
    for (unsigned i = 0; i < threads && good; i++) {
        struct worker *worker = &server->workers[i];

        errno = pthread_create(&worker->thread, NULL, worker_run, worker);
        good = worker->started = errno == 0;
    }
    if (!good && server != NULL) {
        int why = errno;

        workers_end(server);
        errno = why;
        return NULL;
    }
    return server;
}

static void quiesce(struct sk_server *server)
{
    atomic_store(&server->quiesce, true);
    for (unsigned i = 0; i < server->count; i++) {
        worker_wake(&server->workers[i]);
    }
    pthread_mutex_lock(&server->mutex);
    while (server->accepting > 0) {
        pthread_cond_wait(&server->changed, &server->mutex);
    }
    pthread_mutex_unlock(&server->mutex);
    close(server->fd);
}

/* Whether requests are under way of which more may come than a refusal. */
static bool answering(struct sk_gateway *gateway)
{
    return atomic_load(&gateway->active) > atomic_load(&gateway->draining);
}

bool sk_server_stop(struct sk_server *server, unsigned seconds,
                    void (*resume_waiting)(struct sk_gateway *gateway))
{
    const struct timespec tenth = {.tv_sec = 0, .tv_nsec = 100000000};
    struct sk_gateway *gateway = server->gateway;

    quiesce(server);
    atomic_store(&gateway->stopping, true); /* not before: an accepted connection is served */
    for (unsigned i = 0; i < 10 * seconds && answering(gateway); i++) {
        sk_connections_reap(gateway->connections);
        nanosleep(&tenth, NULL);
    }
    /* From here on nobody suspends; who is suspended is resumed when the writer is done, or now if
     * it waits for something else. */
    sk_in_flight_close(&gateway->in_flight);
    resume_waiting(gateway);
    if (!sk_in_flight_wait(&gateway->in_flight, SECONDS_WRITER)) {
        return false;
    }
    workers_end(server);
    /* What was cut off has handed in its last write by now. */
    return sk_in_flight_wait(&gateway->in_flight, SECONDS_WRITER);
}
