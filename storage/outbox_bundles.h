/* The carry bundles of this chain, as they must be known to write them again byte for byte. */
#ifndef SK_STORAGE_OUTBOX_BUNDLES_H
#define SK_STORAGE_OUTBOX_BUNDLES_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "storage/inbox.h"
#include "storage/outbox.h"

struct sk_bundle_record {
    uint8_t *header; /* as signed */
    size_t header_len;
    uint8_t *sheets; /* as they stand behind it */
    size_t sheets_len;
    struct sk_envelope_id *ids; /* of the envelopes, in their order */
    size_t count;
};
void sk_bundle_record_free(struct sk_bundle_record *record); /* what it points to */

/* Records a bundle before its file gets its name. The header says its chain and serial: the next
 * one of this chain, or serial 1 of another chain, which then replaces this one: envelopes that
 * were in bundles before are in none any more, every organisation has to acknowledge anew, and only
 * the digests of the old bundles stay known. In a copy (sk_chain_state) it must begin another
 * chain. USAGE, EXISTS (this serial is recorded), CARRY_CHAIN. */
enum sk_error sk_outbox_record_bundle(struct sk_outbox *outbox,
                                      const struct sk_bundle_record *record);

/* What bundle `serial` of this chain held. NOT_FOUND (never made, or deleted). */
enum sk_error sk_outbox_bundle(struct sk_outbox *outbox, uint32_t serial,
                               struct sk_bundle_record *out);

/* Leaves of the envelopes those that are in no bundle of this chain yet, in their order; *count
 * becomes how many. One snapshot. */
enum sk_error sk_outbox_uncarried(struct sk_outbox *outbox, struct sk_envelope_info *envelopes,
                                  size_t *count);

/* Every record: its header, the digest of that, the sheets behind it, the ids. */
enum sk_error sk_outbox_check_bundles(struct sk_outbox *outbox, uint64_t *bundles,
                                      uint64_t *broken);

#endif
