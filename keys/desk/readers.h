/*
 * Who can read a report: organisations that this desk knows by name (itself and its peers), those
 * that the gateway offered, and unknown keys, which alone are a warning. And whether it was sealed
 * with key sheets that this desk knows (FORMAT section 2, sheets digest).
 */
#ifndef SK_KEYS_DESK_READERS_H
#define SK_KEYS_DESK_READERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "keys/desk/keyset.h"
#include "keys/format/class.h"
#include "keys/open/opener.h"

/* At most so many combinations of sheets are tried against a report's sheets digest. */
#define SK_SHEETS_COMBINATIONS 4096u

struct sk_readers {
    uint32_t readers[SK_SLOTS]; /* indexes into the keyset's list */
    unsigned reader_count, dummies, unknown;
    bool sheets_known; /* false when a key is unknown: the digest cannot be recomputed then */
};

/* opener: of a report whose header is verified; digest: the sheets digest in its prelude.
 * RECIPIENTS_SLOTS, MEMORY. */
enum sk_error sk_readers_find(struct sk_readers *out, const struct sk_opener *opener,
                              const struct sk_keyset *keyset, const struct sk_known_sheets *sheets,
                              const struct sk_digest *digest);

/* Sets "recipients", "offered", "unknown", "dummies" and "sheets_known" of an index entry. MEMORY.
 */
enum sk_error sk_readers_note(const struct sk_readers *readers, const struct sk_keyset *keyset,
                              json_t *entry);

#endif
