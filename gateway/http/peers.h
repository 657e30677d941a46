/*
 * Absolute deadlines. libmicrohttpd only knows inactivity, so that a byte a second would hold a
 * connection for ever: here every connection's descriptor is kept from its notification, and
 * whoever is overdue is shut down.
 */
#ifndef SK_GATEWAY_HTTP_PEERS_H
#define SK_GATEWAY_HTTP_PEERS_H

#include <stdint.h>

struct sk_peers;
struct sk_peer;

#define SK_SECONDS_IDLE 30  /* until headers are complete; a request without a body */
#define SK_SECONDS_BASE 60  /* a request with a body, or a large answer: this, */
#define SK_RATE_LEAST 8192u /* and a second for each of these many bytes */

/* What a request that moves this many bytes may take, at most `most`. Pure. */
unsigned sk_seconds_allowed(uint64_t bytes, unsigned most);

struct sk_peers *sk_peers_new(unsigned most_seconds); /* NULL: out of memory */
void sk_peers_free(struct sk_peers *peers);           /* NULL is a no-op */

/* Between these two calls fd stays open. enter() may return NULL: out of memory. */
struct sk_peer *sk_peers_enter(struct sk_peers *peers, int fd);
void sk_peers_leave(struct sk_peers *peers, struct sk_peer *peer);

/* Ends what it reads: what has come can still be answered. */
void sk_peers_end(struct sk_peers *peers, struct sk_peer *peer);

/* From now: the time for a request that moves this many bytes. */
void sk_peers_allow(struct sk_peers *peers, struct sk_peer *peer, uint64_t bytes);

/* Shuts down whoever is overdue, and has a look taken at whoever has left; to be called about every
 * second. */
void sk_peers_reap(struct sk_peers *peers);

#endif
