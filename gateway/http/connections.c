#include "gateway/http/connections.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct sk_connection {
    struct sk_connection *previous, *next;
    int fd;
    time_t deadline;
};

struct sk_connections {
    pthread_mutex_t mutex;
    struct sk_connection all; /* head of a ring */
    unsigned most;
};

unsigned sk_seconds_allowed(uint64_t bytes, unsigned most)
{
    uint64_t seconds = SK_SECONDS_IDLE;

    if (bytes > 0) {
        seconds = SK_SECONDS_BASE + bytes / SK_RATE_LEAST;
    }
    return seconds < most ? (unsigned)seconds : most;
}

static time_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

struct sk_connections *sk_connections_new(unsigned most_seconds)
{
    struct sk_connections *connections = calloc(1, sizeof *connections);

    if (connections == NULL || pthread_mutex_init(&connections->mutex, NULL) != 0) {
        free(connections);
        return NULL;
    }
    connections->all.previous = connections->all.next = &connections->all;
    connections->most = most_seconds;
    return connections;
}

void sk_connections_free(struct sk_connections *connections)
{
    if (connections == NULL) {
        return;
    }
    pthread_mutex_destroy(&connections->mutex);
    free(connections);
}

struct sk_connection *sk_connections_add(struct sk_connections *connections, int fd)
{
    struct sk_connection *connection = malloc(sizeof *connection);

    if (connection == NULL) {
        return NULL;
    }
    connection->fd = fd;
    connection->deadline = now() + (time_t)sk_seconds_allowed(0, connections->most);
    pthread_mutex_lock(&connections->mutex);
    connection->previous = &connections->all;
    connection->next = connections->all.next;
    connection->next->previous = connection;
    connections->all.next = connection;
    pthread_mutex_unlock(&connections->mutex);
    return connection;
}

void sk_connections_remove(struct sk_connections *connections, struct sk_connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    connection->previous->next = connection->next;
    connection->next->previous = connection->previous;
    pthread_mutex_unlock(&connections->mutex);
    free(connection);
}

void sk_connections_end_reading(struct sk_connections *connections,
                                struct sk_connection *connection)
{
    pthread_mutex_lock(&connections->mutex);
    shutdown(connection->fd, SHUT_RD);
    pthread_mutex_unlock(&connections->mutex);
}

void sk_connections_allow(struct sk_connections *connections, struct sk_connection *connection,
                          uint64_t bytes)
{
    time_t deadline = now() + (time_t)sk_seconds_allowed(bytes, connections->most);

    pthread_mutex_lock(&connections->mutex);
    connection->deadline = deadline;
    pthread_mutex_unlock(&connections->mutex);
}

/*
 * libmicrohttpd's edge-triggered epoll misses a client that closes together with its last bytes,
 * and would keep the connection, with what was typed, until it counts as inactive. Shutting down
 * the direction that has ended already changes nothing but makes epoll report it again.
 */
static bool hung_up(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLRDHUP};

    return poll(&wait, 1, 0) > 0;
}

void sk_connections_reap(struct sk_connections *connections)
{
    time_t t = now();

    /* While the lock is held no descriptor is closed and used again for another connection. */
    pthread_mutex_lock(&connections->mutex);
    for (struct sk_connection *connection = connections->all.next; connection != &connections->all;
         connection = connection->next) {
        if (connection->deadline < t) {
            shutdown(connection->fd, SHUT_RDWR);
        } else if (hung_up(connection->fd)) {
            shutdown(connection->fd, SHUT_RD);
        }
    }
    pthread_mutex_unlock(&connections->mutex);
}
