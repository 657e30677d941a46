/* The key sheets that the next carry bundle carries: what this gateway offered since the last. */
#ifndef SK_STORAGE_OUTBOX_OFFERED_H
#define SK_STORAGE_OUTBOX_OFFERED_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/carry.h"
#include "storage/kv.h"
#include "storage/outbox.h"

/* For each organisation the sheets that were replaced since the last bundle (the newest seven) and
 * the current one, in the order of FORMAT section 6; *bytes: the sheets themselves, as they stand
 * behind the header. Both from malloc. */
enum sk_error sk_outbox_offered(struct sk_outbox *outbox, struct sk_carry_sheet **sheets,
                                uint32_t *count, uint8_t **bytes, size_t *len);

/* ---- in a transaction of the outbox ---- */

/* The current sheet of an organisation, which has this serial, is about to be replaced or deleted:
 * keeps it for the next bundle. CORRUPT: there is none. */
enum sk_error sk_offered_replace(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                 uint32_t serial);
/* A retired organisation is back with a sheet of this serial: deletes its kept sheets from that
 * serial on, because the serials in a bundle rise. */
void sk_offered_delete_from(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial);
/* A bundle with all of them was recorded. */
void sk_offered_clear(struct sk_txn *txn);

#endif
