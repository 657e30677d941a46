/* The data of one `import`: the command, its bundles, their envelopes. */
#ifndef SK_KEYS_DESK_IMPORT_H
#define SK_KEYS_DESK_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/cli/progress.h"
#include "keys/desk/digests.h"
#include "keys/desk/index.h"
#include "keys/desk/keyset.h"
#include "keys/desk/threads.h"
#include "keys/format/carry.h"

/* Reports that are written to the index and synced together. */
#define SK_IMPORT_BATCH 64

/* No desk makes so many boards: a gateway that claims more cannot use up the counter. */
#define SK_COUNTER_SANE (UINT64_C(1) << 62)

/* How many different epochs without a key are named one by one. */
#define SK_IMPORT_EPOCHS 16

struct sk_pending { /* a report whose sealed original is on disk, not yet in the index */
    struct sk_entry entry;
    struct sk_case thread;
};

struct sk_import_counts {
    unsigned fresh, known, foreign, keyless, destroyed, damaged, unparsed;
    struct {
        uint32_t epoch;
        unsigned count;
    } epochs[SK_IMPORT_EPOCHS]; /* of the keyless ones */
    unsigned epoch_count;
};

struct sk_import {
    struct sk_desk *desk;
    struct sk_index *index;
    struct sk_threads *threads;
    struct sk_digests indexed;
    struct sk_known_sheets sheets;
    struct sk_pending pending[SK_IMPORT_BATCH];
    size_t pending_count;
    bool new_chain; /* the analyst expects a further chain (--new-chain) */
    bool uncounted; /* reports are imported, bundles are not recorded (--uncounted) */
};

struct sk_bundle_file {
    const char *path;
    int fd;
    struct sk_carry carry;
    struct sk_carry_sheet *sheets;
    struct sk_carry_entry *entries;
    uint8_t *sheet_bytes; /* all sheets, one after the other */
    size_t sheet_len;
    struct sk_digest digest;
    struct sk_progress progress;
    struct sk_import_counts counts;
    uint32_t number;      /* of the current envelope, from 1 */
    bool again;           /* this very bundle was imported before */
    bool forked;          /* another bundle with this serial was imported */
    bool impossible;      /* it claims more boards of this desk than SK_COUNTER_SANE */
    bool transfer_failed; /* an envelope does not match the digest that the gateway signed */
    bool from_quarantine; /* not a bundle but one envelope that waited for its key */
    bool waits_on;        /* with from_quarantine: its key is still missing */
};

#endif
