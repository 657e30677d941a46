/*
 * Envelopes with one header. An honest sealer draws a new seed for each, so two that differ behind
 * the same 680 bytes show that somebody who can read the report, or who carried it, changed a copy
 * (FORMAT section 1). Which of the two is the writer's may be told by what opens; both are marked.
 */
#ifndef SK_KEYS_DESK_TWINS_H
#define SK_KEYS_DESK_TWINS_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/base/error.h"
#include "keys/desk/entry.h"
#include "keys/desk/home.h"

struct sk_twin {
    struct sk_digest header, envelope;
};

struct sk_twins {        /* all zero: empty */
    struct sk_twin *all; /* by header once it is open */
    size_t count, room;
};

/* Everything that was imported, and what lies in quarantine/ because it did not open: two of them
 * are enough for a mark. MEMORY, IO, CORRUPT; then nothing is held. */
enum sk_error sk_twins_open(struct sk_twins *out, struct sk_desk *desk);
void sk_twins_close(struct sk_twins *twins);

/* Whether another envelope came with the header of this report. */
bool sk_twins_has(const struct sk_twins *twins, const struct sk_entry *entry);

#endif
