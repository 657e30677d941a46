#include "gateway/intake/turns.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* In the order in which they came. As many as there are requests for uploads: a list will do. */
struct sk_turns {
    pthread_mutex_t mutex;
    struct sk_turn *first, **last;
    bool closed;
};

struct sk_turns *sk_turns_new(void)
{
    struct sk_turns *turns = calloc(1, sizeof *turns);

    if (turns == NULL || pthread_mutex_init(&turns->mutex, NULL) != 0) {
        free(turns);
        return NULL;
    }
    turns->last = &turns->first;
    return turns;
}

void sk_turns_free(struct sk_turns *turns)
{
    if (turns == NULL) {
        return;
    }
    pthread_mutex_destroy(&turns->mutex);
    free(turns);
}

static bool same(const struct sk_turn *a, const struct sk_turn *b)
{
    return memcmp(a->token.b, b->token.b, sizeof a->token.b) == 0;
}

static void add(struct sk_turns *turns, struct sk_turn *turn)
{
    turn->next = NULL;
    *turns->last = turn;
    turns->last = &turn->next;
}

/* false: it is not in the list. */
static bool drop(struct sk_turns *turns, const struct sk_turn *turn)
{
    for (struct sk_turn **at = &turns->first; *at != NULL; at = &(*at)->next) {
        if (*at == turn) {
            *at = turn->next;
            if (turns->last == &turn->next) {
                turns->last = at;
            }
            return true;
        }
    }
    return false;
}

static struct sk_turn *first_like(const struct sk_turns *turns, const struct sk_turn *turn)
{
    struct sk_turn *found = turns->first;

    while (found != NULL && !same(found, turn)) {
        found = found->next;
    }
    return found;
}

static void hurry_all_before(const struct sk_turns *turns, const struct sk_turn *turn)
{
    for (struct sk_turn *t = turns->first; t != NULL; t = t->next) {
        if (same(t, turn) && !atomic_exchange(&t->hurried, true) && t->hurry != NULL) {
            t->hurry(t->context);
        }
    }
}

enum sk_turn_state sk_turns_take(struct sk_turns *turns, struct sk_turn *turn)
{
    enum sk_turn_state state = SK_TURN_HAVE;

    pthread_mutex_lock(&turns->mutex);
    turn->have = false;
    atomic_store(&turn->hurried, false);
    if (turns->closed) {
        state = SK_TURN_CLOSED;
    } else if (first_like(turns, turn) != NULL) {
        state = turn->wait(turn->context) ? SK_TURN_WAIT : SK_TURN_CLOSED;
    }
    if (state != SK_TURN_CLOSED) {
        hurry_all_before(turns, turn);
        turn->have = state == SK_TURN_HAVE;
        add(turns, turn);
    }
    pthread_mutex_unlock(&turns->mutex);
    return state;
}

void sk_turns_calm(struct sk_turns *turns, struct sk_turn *turn)
{
    pthread_mutex_lock(&turns->mutex);
    turn->hurry = NULL;
    pthread_mutex_unlock(&turns->mutex);
}

void sk_turns_give(struct sk_turns *turns, struct sk_turn *turn)
{
    pthread_mutex_lock(&turns->mutex);
    if (turn->have && drop(turns, turn)) {
        struct sk_turn *next = first_like(turns, turn);
        if (next != NULL) {
            next->have = true;
            next->go(next->context);
        }
    }
    turn->have = false;
    pthread_mutex_unlock(&turns->mutex);
}

void sk_turns_close(struct sk_turns *turns)
{
    pthread_mutex_lock(&turns->mutex);
    turns->closed = true;
    for (struct sk_turn *turn = turns->first, *next; turn != NULL; turn = next) {
        next = turn->next; /* its owner runs as soon as it may go */
        if (!turn->have) {
            drop(turns, turn);
            turn->go(turn->context);
        }
    }
    pthread_mutex_unlock(&turns->mutex);
}
