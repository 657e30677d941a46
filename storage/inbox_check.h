/* Checking every entry, in short transactions: a long one would make the file grow under the
 * gateway. */
#ifndef SK_STORAGE_INBOX_CHECK_H
#define SK_STORAGE_INBOX_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_inbox;

struct sk_inbox_check {
    uint64_t envelopes, rows, partial, bytes; /* partial: in the making, or still to be collected */
    uint64_t uploads,
        upload_bytes; /* of partial: the resumable ones under way, and what they have */
    uint64_t broken;  /* envelopes whose pieces are missing, out of order or of the wrong length */
    uint64_t broken_uploads; /* the same of uploads; nobody can go on with them */
};
enum sk_error sk_inbox_check(struct sk_inbox *inbox, struct sk_inbox_check *out,
                             void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

#endif
