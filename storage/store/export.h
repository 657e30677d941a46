/* What the two ways of `export` share: a new bundle, and a recorded one again. */
#ifndef SK_STORAGE_STORE_EXPORT_H
#define SK_STORAGE_STORE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/store/bundle.h"

struct sk_export {
    struct sk_store *store;
    const char *out;
    uint32_t serial; /* of the bundle to write again; 0 makes a new one */
    uint64_t limit;
    bool force, new_chain;
    struct sk_chain_state chain; /* before this export */
    struct sk_ed25519_sk *key;
    struct sk_bundle bundle;
    struct sk_envelope_info *envelopes; /* of the snapshot; the new ones first */
    size_t envelope_count, new_count;
    uint32_t publication; /* that the snapshot saw */
    size_t broken;
};

/* Envelopes as they are now, those first that are in no bundle of this chain. */
enum sk_error sk_export_snapshot(struct sk_export *x);

/* The rows that were public at the snapshot are carried from the next publication on, if none of
 * its envelopes stays behind. */
enum sk_error sk_export_mark_rows(struct sk_export *x, size_t left_behind);

void sk_export_print(const struct sk_export *x, size_t left_behind);

/* Writes bundle x->serial again, byte for byte (export_again.c). */
int sk_export_again(struct sk_export *x);

#endif
