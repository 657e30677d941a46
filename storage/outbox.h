/*
 * The outbox: what came back from the desks, and the operator's book-keeping. The store program
 * alone writes it; the gateway reads it. What it holds:
 *
 *   outbox_organisations.h   the pinned organisations
 *   outbox_sheets.h          their key sheets
 *   outbox_boards.h          their boards; outbox_board_import.h takes one in
 *   outbox_chain.h           the chain of carry bundles
 *   outbox_bundles.h         what was in each bundle
 *   outbox_offered.h         the key sheets that the next bundle carries
 *   outbox_purge.h           which bundles have arrived everywhere
 *
 * Every accepted change raises sk_outbox_version(), so that a reader knows when to read again.
 */
#ifndef SK_STORAGE_OUTBOX_H
#define SK_STORAGE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_outbox;

enum sk_error sk_outbox_create(const char *address);
enum sk_error sk_outbox_open(struct sk_outbox **out, const char *address, bool writable);
void sk_outbox_close(struct sk_outbox *outbox); /* NULL is a no-op */
enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version);
enum sk_error sk_outbox_tick(struct sk_outbox *outbox); /* about every minute: dead readers */
/* A copy at another address, marked as one (struct sk_chain_state). */
enum sk_error sk_outbox_backup(struct sk_outbox *outbox, const char *to_address, uint32_t today);

#endif
