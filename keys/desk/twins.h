/*
 * Twins: envelopes with the same header. A sealer draws a new seed for each envelope, so two with
 * the same 680 bytes and different chunks show that a recipient or a carrier changed a copy (FORMAT
 * section 1). Both are marked.
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

/* Reads the headers of all reports, and of the damaged envelopes in quarantine/. MEMORY, IO,
 * CORRUPT; nothing is allocated then. */
enum sk_error sk_twins_open(struct sk_twins *out, struct sk_desk *desk);
void sk_twins_close(struct sk_twins *twins);

/* Whether another envelope has the header of this report. */
bool sk_twins_has(const struct sk_twins *twins, const struct sk_entry *entry);

#endif
