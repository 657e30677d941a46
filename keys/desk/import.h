/* Inside `import`: one command, its bundles, their envelopes. */
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

/* So many reports are written to the index and made durable together. */
#define SK_IMPORT_BATCH 64

/* No desk ever made so many boards: a gateway's word cannot drive the counter to its end. */
#define SK_COUNTER_SANE (UINT64_C(1) << 62)

/* So many different weeks without a key are named one by one. */
#define SK_IMPORT_EPOCHS 16

struct sk_pending { /* its sealed original is on disk, the index does not know it yet */
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
    bool new_chain; /* the analyst was told by the operator that there is one */
    bool uncounted; /* reports are taken, and no bundle is recorded */
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
    uint32_t number;      /* of the envelope in hand, from 1 */
    bool again;           /* this very bundle was imported before */
    bool forked;          /* another bundle with this serial was imported */
    bool impossible;      /* it says that this desk made more boards than can be */
    bool transfer_failed; /* an envelope is not what the gateway signed */
    bool from_quarantine; /* no bundle but one envelope that waited for its key */
    bool waits_on;        /* then: its key is still missing */
};

enum sk_error sk_import_open(struct sk_import *im, struct sk_desk *desk);
void sk_import_close(struct sk_import *im);

/* One bundle file, whole; prints what happened. Returns an exit code. */
int sk_import_bundle(struct sk_import *im, const char *path);

/* Opens the file, reads header and sheets and checks them: CARRY_..., SHEET_..., KEY_...,
 * NOT_FOUND, IO, MEMORY. Stands at the first envelope then. Release it either way. */
enum sk_error sk_bundle_open(struct sk_bundle_file *bundle, const char *path);
void sk_bundle_release(struct sk_bundle_file *bundle);

/* Reads exactly len bytes of the bundle. CARRY_LENGTH at its end, IO. */
enum sk_error sk_bundle_bytes(struct sk_bundle_file *bundle, uint8_t *out, size_t len);

/* Whether it comes from the gateway that this desk trusts; one that trusts none yet asks. Prints
 * why not; returns an exit code. */
int sk_import_trust_gateway(struct sk_desk *desk, const struct sk_bundle_file *bundle);

/* Whether this desk trusts its gateway, or did before the key was replaced. Prints why not; returns
 * an exit code. */
int sk_import_trusted_ever(const struct sk_state *state, const struct sk_bundle_file *bundle);

/* Its chain's series, which is made when there is none; a further chain of the gateway is taken
 * only with new_chain, or after a question. Prints why not; returns an exit code. */
int sk_import_trust_chain(struct sk_import *im, const struct sk_bundle_file *bundle);

/* What the bundle says of this desk: *seen is all zero unless its own newest sheet there, or the
 * gateway's last board of it, is newer than what this desk remembers. */
enum sk_error sk_import_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *bundle,
                                  struct sk_set_back *seen);
/* The serial of this desk's current sheet in the bundle and the last board's counter; NOT_FOUND. */
enum sk_error sk_bundle_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *bundle,
                                  struct sk_set_back *current, struct sk_digest *digest);

/* The next envelope of the bundle. Damage is counted and printed and is no error; what is
 * returned ends the import: CARRY_LENGTH, IO, FULL, MEMORY, NOT_FOUND (no skrynka-parse). */
enum sk_error sk_import_envelope(struct sk_import *im, struct sk_bundle_file *bundle,
                                 const struct sk_carry_entry *entry);

/* ---- envelopes whose key is not here: quarantine/EPOCH-DAY-DIGEST.keyless ------- */

#define SK_KEYLESS_NAME (8 + 1 + 10 + 1 + 64 + 9)

void sk_keyless_name(char out[SK_KEYLESS_NAME], uint32_t epoch, uint32_t day,
                     const struct sk_digest *digest);
void sk_keyless_count(struct sk_import_counts *counts, uint32_t epoch);
/* Names the weeks, one line each. */
void sk_keyless_tell(struct sk_bundle_file *bundle);
/* Tries those again whose key is here now. */
enum sk_error sk_keyless_retry(struct sk_import *im);

/* Takes over entry. Writes a full batch. */
enum sk_error sk_import_pend(struct sk_import *im, struct sk_entry *entry,
                             const struct sk_case *thread);
/* Originals' folder, index and threads on disk, in this order. The caller saves the state. */
enum sk_error sk_import_flush(struct sk_import *im);

/* A message of its own line, with the progress bar out of the way. */
void sk_import_say(struct sk_bundle_file *bundle, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Names the readers of all reports anew whose key is here, if the sheets that are known changed
 * since this was done last; all: also those that are all known by name, since a name may be another
 * one now. Saves the state. */
enum sk_error sk_rejudge(struct sk_desk *desk, bool all);

#endif
