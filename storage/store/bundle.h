/* Writing a carry bundle (FORMAT section 6): which envelopes, in which order, streamed. */
#ifndef SK_STORAGE_STORE_BUNDLE_H
#define SK_STORAGE_STORE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/file.h"
#include "keys/cli/progress.h"
#include "keys/format/carry.h"
#include "storage/store/store.h"

struct sk_bundle {
    struct sk_carry carry;
    struct sk_envelope_id *ids;    /* count of each, in the order of the file */
    struct sk_carry_sheet *sheets; /* carry.sheets of them */
    uint8_t *sheet_bytes;          /* as they stand behind the header */
    size_t sheet_len;
    struct sk_carry_entry *entries; /* the digests are filled in by sk_bundle_stream() */
    uint64_t bytes;                 /* of all envelopes */
    uint8_t *header;                /* whole and signed; NULL before that */
    size_t header_len;
};

void sk_bundle_free(struct sk_bundle *bundle); /* frees what it points to */

/* Chooses the oldest of these envelopes, in random order within a day, up to limit bytes (but at
 * least one) and SK_CARRY_COUNT_MAX; reorders `envelopes`, the chosen ones first. count >= 1.
 * MEMORY.
 */
enum sk_error sk_bundle_choose(struct sk_bundle *bundle, struct sk_envelope_info *envelopes,
                               size_t count, uint64_t limit);

/* A recorded bundle, from its header. CORRUPT when header, sheets and ids do not belong together;
 * takes over the buffers of record, also when it fails. */
enum sk_error sk_bundle_from_record(struct sk_bundle *bundle, struct sk_bundle_record *record);

/* Leaves out envelope i. */
void sk_bundle_remove(struct sk_bundle *bundle, size_t i);

/* Writes all envelopes to the writer and fills in their digests, or with `verify` compares them:
 * CARRY_DIGEST. On failure *at says which envelope it was. CORRUPT and NOT_FOUND: that envelope is
 * not whole in the inbox; anything else is the writer's or the machine's. */
enum sk_error sk_bundle_stream(struct sk_bundle *bundle, struct sk_inbox *inbox,
                               struct sk_file_writer *writer, bool verify, size_t *at);

/* Of the whole file, header and sheets included; the header must be signed. */
uint64_t sk_bundle_file_length(const struct sk_bundle *bundle);

/* Signs the header. */
enum sk_error sk_bundle_sign(struct sk_bundle *bundle, const struct sk_ed25519_sk *key);

#endif
