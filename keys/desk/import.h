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
#include "keys/seal/carry.h"

/* So many reports are written to the index and made durable together. */
#define SK_IMPORT_BATCH 64

struct sk_pending { /* its sealed original is on disk, the index does not know it yet */
    struct sk_entry entry;
    struct sk_case thread;
};

struct sk_import_counts {
    unsigned fresh, known, foreign, keyless, damaged, unparsed;
};

struct sk_import {
    struct sk_desk *desk;
    struct sk_index *index;
    struct sk_threads *threads;
    struct sk_digests indexed;
    struct sk_peer_sheets peers;
    struct sk_pending pending[SK_IMPORT_BATCH];
    size_t pending_count;
};

struct sk_bundle_file {
    const char *path;
    int fd;
    struct sk_carry carry;
    struct sk_carry_sheet *sheets;
    struct sk_carry_entry *entries;
    struct sk_digest digest;
    struct sk_progress progress;
    struct sk_import_counts counts;
    uint32_t number;      /* of the envelope in hand, from 1 */
    bool forked;          /* another bundle with this serial was imported */
    bool transfer_failed; /* an envelope is not what the gateway signed */
};

enum sk_error sk_import_open(struct sk_import *im, struct sk_desk *desk);
void sk_import_close(struct sk_import *im);

/* One bundle file, whole; prints what happened. Returns an exit code. */
int sk_import_bundle(struct sk_import *im, const char *path);

/* The next envelope of the bundle. Damage is counted and printed and is no error; what is
 * returned ends the import: CARRY_LENGTH, IO, FULL, MEMORY, NOT_FOUND (no skrynka-parse). */
enum sk_error sk_import_envelope(struct sk_import *im, struct sk_bundle_file *bundle,
                                 const struct sk_carry_entry *entry);

/* Takes over entry. Writes a full batch. */
enum sk_error sk_import_pend(struct sk_import *im, struct sk_entry *entry,
                             const struct sk_case *thread);
/* Originals' folder, index and threads on disk, in this order. The caller saves the state. */
enum sk_error sk_import_flush(struct sk_import *im);

/* A message of its own line, with the progress bar out of the way. */
void sk_import_say(struct sk_bundle_file *bundle, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads exactly len bytes of the bundle. CARRY_LENGTH at its end, IO. */
enum sk_error sk_bundle_bytes(struct sk_bundle_file *bundle, uint8_t *out, size_t len);

#endif
