#include "gateway/intake/upload_queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/connections.h"
#include "gateway/http/suspend.h"
#include "gateway/http/request.h"

/* As many places as there are requests for uploads: a list will do. */
struct sk_upload_queue {
    pthread_mutex_t mutex;
    struct sk_upload_place *head, **tail;
    bool closed;
};

struct sk_upload_queue *sk_upload_queue_new(void)
{
    struct sk_upload_queue *queue = calloc(1, sizeof *queue);

    if (queue == NULL || pthread_mutex_init(&queue->mutex, NULL) != 0) {
        free(queue);
        return NULL;
    }
    queue->tail = &queue->head;
    return queue;
}

void sk_upload_queue_free(struct sk_upload_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    pthread_mutex_destroy(&queue->mutex);
    free(queue);
}

static bool same_upload(const struct sk_upload_place *a, const struct sk_upload_place *b)
{
    return memcmp(a->token.b, b->token.b, sizeof a->token.b) == 0;
}

/* false: it is not in the list. */
static bool unlink_place(struct sk_upload_queue *queue, const struct sk_upload_place *place)
{
    for (struct sk_upload_place **at = &queue->head; *at != NULL; at = &(*at)->next) {
        if (*at == place) {
            *at = place->next;
            if (queue->tail == &place->next) {
                queue->tail = at;
            }
            return true;
        }
    }
    return false;
}

static struct sk_upload_place *first_of(const struct sk_upload_queue *queue,
                                        const struct sk_upload_place *place)
{
    struct sk_upload_place *found = queue->head;

    while (found != NULL && !same_upload(found, place)) {
        found = found->next;
    }
    return found;
}

/* The connection of an overtaken request may be one that nobody is at the other end of any more:
 * its reading ends. What it has to say can still be said. */
static void overtake(const struct sk_upload_queue *queue, const struct sk_upload_place *place)
{
    for (struct sk_upload_place *p = queue->head; p != NULL; p = p->next) {
        if (same_upload(p, place) && !atomic_exchange(&p->overtaken, true) && p->reads &&
            p->request != NULL && p->request->entry != NULL) {
            sk_connections_end_reading(p->request->gateway->connections, p->request->entry);
        }
    }
}

enum sk_step sk_upload_queue_enter(struct sk_upload_queue *queue, struct sk_upload_place *place,
                                   struct sk_request *request, const struct sk_upload_token *token,
                                   bool reads)
{
    place->token = *token;
    place->request = request;
    place->reads = reads;
    place->next = NULL;
    atomic_store(&place->overtaken, false);
    pthread_mutex_lock(&queue->mutex);
    place->first = !queue->closed && first_of(queue, place) == NULL;
    bool waits = !queue->closed && !place->first && sk_request_suspend(request);

    if (place->first || waits) {
        overtake(queue, place);
        *queue->tail = place;
        queue->tail = &place->next;
    }
    bool first = place->first; /* a waiting one may be called again as soon as the lock is gone */

    pthread_mutex_unlock(&queue->mutex);
    if (first) {
        return SK_STEP_ON;
    }
    return waits ? SK_STEP_WAIT : sk_request_refuse(request, SK_PROBLEM_BUSY);
}

enum sk_step sk_upload_queue_check(const struct sk_upload_place *place, struct sk_request *request)
{
    return place->first ? SK_STEP_ON : sk_request_refuse(request, SK_PROBLEM_BUSY);
}

void sk_upload_queue_detach(struct sk_upload_queue *queue, struct sk_upload_place *place)
{
    pthread_mutex_lock(&queue->mutex);
    place->request = NULL;
    pthread_mutex_unlock(&queue->mutex);
}

void sk_upload_queue_leave(struct sk_upload_queue *queue, struct sk_upload_place *place)
{
    pthread_mutex_lock(&queue->mutex);
    if (place->first && unlink_place(queue, place)) {
        struct sk_upload_place *next = first_of(queue, place);

        if (next != NULL) {
            next->first = true;
            sk_request_resume(next->request);
        }
    }
    place->first = false;
    pthread_mutex_unlock(&queue->mutex);
}

void sk_upload_queue_close(struct sk_upload_queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    for (struct sk_upload_place *p = queue->head, *next; p != NULL; p = next) {
        next = p->next; /* its request runs as soon as it is resumed */
        if (!p->first) {
            unlink_place(queue, p);
            sk_request_resume(p->request);
        }
    }
    pthread_mutex_unlock(&queue->mutex);
}
