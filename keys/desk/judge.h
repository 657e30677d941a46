/*
 * Who can read a report, in three levels: organisations that this desk knows by name (itself and
 * its peers), those that the gateway offered, and others, who alone are an alarm. And whether it
 * was sealed with key sheets that this desk knows (FORMAT section 2, sheets digest).
 */
#ifndef SK_KEYS_DESK_JUDGE_H
#define SK_KEYS_DESK_JUDGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "keys/desk/keyset.h"
#include "keys/format/class.h"
#include "keys/open/opener.h"

/* So many combinations of sheets are tried for a report's sheets digest. */
#define SK_SHEETS_COMBINATIONS 4096u

struct sk_judgement {
    uint32_t readers[SK_SLOTS]; /* places in the keyset's list */
    unsigned reader_count, dummies, unknown;
    bool sheets_known; /* never when somebody is unknown: then nothing can be recomputed */
};

/* The opener of a report whose header is verified; sheets: the digest in its prelude.
 * RECIPIENTS_SLOTS, MEMORY. */
enum sk_error sk_judge(struct sk_judgement *out, const struct sk_opener *opener,
                       const struct sk_keyset *keyset, const struct sk_known_sheets *sheets,
                       const struct sk_digest *digest);

/* Sets "recipients", "offered", "unknown", "dummies" and "sheets_known" of an index entry. MEMORY.
 */
enum sk_error sk_judgement_note(const struct sk_judgement *judgement,
                                const struct sk_keyset *keyset, json_t *entry);

#endif
