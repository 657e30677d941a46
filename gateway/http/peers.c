#include "gateway/http/peers.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct sk_peer {
    struct sk_peer *previous, *next;
    int fd;
    time_t deadline;
};

struct sk_peers {
    pthread_mutex_t mutex;
    struct sk_peer all; /* head of a ring */
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

struct sk_peers *sk_peers_new(unsigned most_seconds)
{
    struct sk_peers *peers = calloc(1, sizeof *peers);

    if (peers == NULL || pthread_mutex_init(&peers->mutex, NULL) != 0) {
        free(peers);
        return NULL;
    }
    peers->all.previous = peers->all.next = &peers->all;
    peers->most = most_seconds;
    return peers;
}

void sk_peers_free(struct sk_peers *peers)
{
    if (peers == NULL) {
        return;
    }
    pthread_mutex_destroy(&peers->mutex);
    free(peers);
}

struct sk_peer *sk_peers_enter(struct sk_peers *peers, int fd)
{
    struct sk_peer *peer = malloc(sizeof *peer);

    if (peer == NULL) {
        return NULL;
    }
    peer->fd = fd;
    peer->deadline = now() + (time_t)sk_seconds_allowed(0, peers->most);
    pthread_mutex_lock(&peers->mutex);
    peer->previous = &peers->all;
    peer->next = peers->all.next;
    peer->next->previous = peer;
    peers->all.next = peer;
    pthread_mutex_unlock(&peers->mutex);
    return peer;
}

void sk_peers_leave(struct sk_peers *peers, struct sk_peer *peer)
{
    pthread_mutex_lock(&peers->mutex);
    peer->previous->next = peer->next;
    peer->next->previous = peer->previous;
    pthread_mutex_unlock(&peers->mutex);
    free(peer);
}

void sk_peers_end(struct sk_peers *peers, struct sk_peer *peer)
{
    pthread_mutex_lock(&peers->mutex);
    shutdown(peer->fd, SHUT_RD);
    pthread_mutex_unlock(&peers->mutex);
}

void sk_peers_allow(struct sk_peers *peers, struct sk_peer *peer, uint64_t bytes)
{
    time_t deadline = now() + (time_t)sk_seconds_allowed(bytes, peers->most);

    pthread_mutex_lock(&peers->mutex);
    peer->deadline = deadline;
    pthread_mutex_unlock(&peers->mutex);
}

/*
 * libmicrohttpd's edge-triggered epoll misses a peer that closes together with its last bytes, and
 * would keep the connection, with what was typed, until it counts as inactive. Shutting down the
 * direction that has ended anyway changes nothing but makes epoll look again.
 */
static bool has_ended(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLRDHUP};

    return poll(&look, 1, 0) > 0;
}

void sk_peers_reap(struct sk_peers *peers)
{
    time_t t = now();

    /* Under the lock no descriptor can be closed and given to somebody else meanwhile. */
    pthread_mutex_lock(&peers->mutex);
    for (struct sk_peer *peer = peers->all.next; peer != &peers->all; peer = peer->next) {
        if (peer->deadline < t) {
            shutdown(peer->fd, SHUT_RDWR);
        } else if (has_ended(peer->fd)) {
            shutdown(peer->fd, SHUT_RD);
        }
    }
    pthread_mutex_unlock(&peers->mutex);
}
