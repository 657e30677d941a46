/* Deleting what need not be kept: envelopes that arrived everywhere, and old receipt rows. */
#ifndef SK_STORAGE_INBOX_RETENTION_H
#define SK_STORAGE_INBOX_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/upload.h"

struct sk_inbox;

/* Rows of months before this one (FORMAT 0) go at the next publication. */
enum sk_error sk_inbox_drop_rows_before(struct sk_inbox *inbox, uint32_t month);

/* In groups, each its own synced transaction, so that the gateway is never held up for long. */
enum sk_error sk_inbox_delete(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                              size_t count, uint64_t *deleted);

#endif
