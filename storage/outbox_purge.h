/* Which carry bundles have arrived everywhere, and deleting their records. */
#ifndef SK_STORAGE_OUTBOX_PURGE_H
#define SK_STORAGE_OUTBOX_PURGE_H

#include <stdint.h>

#include "keys/base/error.h"
#include "storage/outbox.h"

/* The serial up to which every organisation that could hold a report in those bundles has said, on
 * its last two boards, that it arrived. One board is not enough: a desk that was set back, or lost
 * what it imported last, says so on its next. Organisations that revoked their sheet do not count;
 * one without two boards holds it at the last bundle before it joined. No organisation at all: 0. A
 * copy: 0. */
enum sk_error sk_outbox_safe_serial(struct sk_outbox *outbox, uint32_t *serial);

/* Deletes the records of bundles up to `serial`, after their envelopes are deleted from the inbox.
 * Their digests stay known. In groups: cut off, the next call deletes the rest. */
enum sk_error sk_outbox_delete_bundles(struct sk_outbox *outbox, uint32_t serial);

#endif
