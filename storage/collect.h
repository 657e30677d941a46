/* Pieces that nothing leads to any more: the ids stand in the table `deleted` until their pieces
 * are collected, a bounded number at a time. */
#ifndef SK_STORAGE_COLLECT_H
#define SK_STORAGE_COLLECT_H

#include <stdbool.h>

#include "storage/inbox.h"
#include "storage/kv.h"

/* The pieces of this id are to be collected. */
void sk_deleted_put(struct sk_txn *txn, const struct sk_envelope_id *id);
/* Takes at most max steps; each piece and each id is one. true: there is more. */
bool sk_deleted_collect(struct sk_txn *txn, size_t max);
/* All of them, in transactions of its own that are short enough for a gateway beside it. */
enum sk_error sk_deleted_collect_all(struct sk_inbox *inbox);

#endif
