/*
 * The requests for one upload, in the order in which they came: two never do anything at the same
 * time. The newest wins, because an older one is most often a connection that died without a word,
 * and browsers send a PATCH again by themselves: a new request overtakes all before it, and waits
 * until they have ended.
 */
#ifndef SK_GATEWAY_INTAKE_UPLOAD_QUEUE_H
#define SK_GATEWAY_INTAKE_UPLOAD_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/http/endpoint.h"
#include "storage/inbox.h"

struct sk_upload_queue;

/* A request's place in the queue for its upload. It belongs to the request, which does not move it
 * from enter() to leave(). */
struct sk_upload_place {
    struct sk_upload_token token;
    struct sk_request *request; /* NULL when it has ended and its last write is pending */
    bool reads;                 /* a body: its reading ends when it is overtaken */
    bool first;                 /* it is this request's turn */
    atomic_bool overtaken;      /* a newer request waits */
    struct sk_upload_place *next;
};

struct sk_upload_queue *sk_upload_queue_new(void);        /* NULL: out of memory */
void sk_upload_queue_free(struct sk_upload_queue *queue); /* NULL is a no-op */

/* ON: the request is the first. WAIT: its connection is suspended, it is called again and
 * sk_upload_queue_check() then says whether it is the first. REFUSE: the gateway stops. */
enum sk_step sk_upload_queue_enter(struct sk_upload_queue *queue, struct sk_upload_place *place,
                                   struct sk_request *request, const struct sk_upload_token *token,
                                   bool reads);
/* ON or REFUSE. */
enum sk_step sk_upload_queue_check(const struct sk_upload_place *place, struct sk_request *request);

/* The request ends; its place stays until leave(). */
void sk_upload_queue_detach(struct sk_upload_queue *queue, struct sk_upload_place *place);

/* The next one is the first. Of a place that is not the first: nothing. */
void sk_upload_queue_leave(struct sk_upload_queue *queue, struct sk_upload_place *place);

/* Nobody waits any more: who does goes on without being the first. For stopping. */
void sk_upload_queue_close(struct sk_upload_queue *queue);

#endif
