/*
 * Whose turn it is at an upload: two requests for one upload never do anything at the same time.
 * The newest wins, because an older one is most often a connection that died without a word, and
 * browsers send a PATCH again by themselves: whoever comes makes all before it come to an end, and
 * waits until they have. Knows neither HTTP nor the store.
 */
#ifndef SK_GATEWAY_INTAKE_TURNS_H
#define SK_GATEWAY_INTAKE_TURNS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "storage/inbox.h"

struct sk_turns;

/* One request's place; its owner's, who leaves it alone from take() to give(). The three are called
 * while the table is locked, by whatever thread: they must be short and not call back. */
struct sk_turn {
    struct sk_upload_token token;
    bool (*wait)(void *context);  /* others are before it: false if it cannot wait */
    void (*go)(void *context);    /* the wait is over; `have` says how. Its owner may run at once */
    void (*hurry)(void *context); /* somebody newer waits. At most once. May be NULL */
    void *context;
    bool have;
    atomic_bool hurried;
    struct sk_turn *next; /* the table's */
};

enum sk_turn_state { SK_TURN_HAVE, SK_TURN_WAIT, SK_TURN_CLOSED };

struct sk_turns *sk_turns_new(void);        /* NULL: out of memory */
void sk_turns_free(struct sk_turns *turns); /* NULL is a no-op */

/* CLOSED: wait() refused, or the table is closed. */
enum sk_turn_state sk_turns_take(struct sk_turns *turns, struct sk_turn *turn);

/* Its owner has something left to do but can no longer be hurried: hurry() is not called after. */
void sk_turns_calm(struct sk_turns *turns, struct sk_turn *turn);

/* The next one has it. Of a turn that was never had or given already: nothing. */
void sk_turns_give(struct sk_turns *turns, struct sk_turn *turn);

/* Nobody waits any more: who does is let go without having it. For stopping. */
void sk_turns_close(struct sk_turns *turns);

#endif
