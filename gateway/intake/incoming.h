/*
 * One envelope on its way into the inbox: sealed bytes are gathered to pieces, each piece is a
 * deposit, and while one is out its connection is suspended: what cannot be stored is not read.
 *
 *     room, add ...      until full
 *     store  -> WAIT; settle when called again
 *     finish -> WAIT; settle: SK_OK means that the envelope is on disk
 *     close
 */
#ifndef SK_GATEWAY_INTAKE_INCOMING_H
#define SK_GATEWAY_INTAKE_INCOMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/http/endpoint.h"
#include "keys/format/class.h"
#include "storage/inbox.h"

/* One report chunk fits behind a piece that is not full yet, so nothing is ever split by hand. */
#define SK_INCOMING_SLACK SK_CHUNK_BYTES

struct sk_incoming {
    struct sk_request *request;
    uint8_t *bytes; /* small from malloc, large from mmap */
    size_t room, fill;
    uint64_t total;  /* added so far */
    uint32_t pieces; /* handed to the writer so far */
    bool out;        /* the deposit is with the writer, or its result was not looked at yet */
    bool finished;   /* the FINISH was handed over */
    enum sk_error result;
    struct sk_deposit deposit;
};

/* Cannot fail; allocates nothing. Of a zeroed one every function but open does nothing. */
void sk_incoming_open(struct sk_incoming *in, struct sk_request *request);

/* Room for len <= SK_INCOMING_SLACK bytes more; only when not full. NULL: out of memory. */
uint8_t *sk_incoming_room(struct sk_incoming *in, size_t len);
void sk_incoming_add(struct sk_incoming *in, size_t len);
/* Whether a piece must be stored before more can be added. */
bool sk_incoming_full(const struct sk_incoming *in);

/* Suspends the connection and hands over a full piece, or all that is left as the end of the
 * envelope (row may be NULL). WAIT; or DROP when the gateway stops. A finish with more than one
 * piece left stores that one first: look at `finished`. */
enum sk_step sk_incoming_store(struct sk_incoming *in);
enum sk_step sk_incoming_finish(struct sk_incoming *in, uint32_t chunks, const struct sk_row *row);

/* What became of the deposit that was out; SK_OK when none was. */
enum sk_error sk_incoming_settle(struct sk_incoming *in);

/* Releases the memory; pieces of an envelope that was not finished are forgotten. */
void sk_incoming_close(struct sk_incoming *in);

#endif
