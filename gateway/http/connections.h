/*
 * Absolute deadlines. libmicrohttpd only knows inactivity, so that a byte a second would hold a
 * connection for ever: the descriptor of every connection is kept here from its notification on,
 * and a connection past its deadline is shut down.
 */
#ifndef SK_GATEWAY_HTTP_CONNECTIONS_H
#define SK_GATEWAY_HTTP_CONNECTIONS_H

#include <stdint.h>

struct sk_connections;
struct sk_connection;

#define SK_SECONDS_IDLE 30  /* until headers are complete; a request without a body */
#define SK_SECONDS_BASE 60  /* a request with a body, or a large answer: this, */
#define SK_RATE_LEAST 8192u /* and a second for each of these many bytes */

/* How long a request that moves so many bytes may take, at most `most`. Pure. */
unsigned sk_seconds_allowed(uint64_t bytes, unsigned most);

struct sk_connections *sk_connections_new(unsigned most_seconds); /* NULL: out of memory */
void sk_connections_free(struct sk_connections *connections);     /* NULL is a no-op */

/* fd stays open between these two calls. NULL: out of memory. */
struct sk_connection *sk_connections_add(struct sk_connections *connections, int fd);
void sk_connections_remove(struct sk_connections *connections, struct sk_connection *connection);

/* Shuts down reading; an answer to what has come can still be sent. */
void sk_connections_end_reading(struct sk_connections *connections,
                                struct sk_connection *connection);

/* Sets the deadline, from now, of a request that moves so many bytes. */
void sk_connections_allow(struct sk_connections *connections, struct sk_connection *connection,
                          uint64_t bytes);

/* Shuts down the connections past their deadline, and wakes libmicrohttpd for those whose client
 * hung up; to be called about every second. */
void sk_connections_reap(struct sk_connections *connections);

#endif
