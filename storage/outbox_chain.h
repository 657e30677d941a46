/* The chain of carry bundles that this store is in, and what an acknowledgement is worth in it. */
#ifndef SK_STORAGE_OUTBOX_CHAIN_H
#define SK_STORAGE_OUTBOX_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/board.h"
#include "keys/format/carry.h"
#include "storage/kv.h"
#include "storage/outbox.h"
#include "storage/outbox_organisations.h"

struct sk_chain_state {
    struct sk_chain chain;   /* of the last bundle, or drawn when the outbox was made */
    uint32_t last;           /* serial of the last bundle; 0: none yet */
    struct sk_digest digest; /* of its header; zero: none yet */
    bool copied;             /* made by sk_outbox_backup(), and no bundle was recorded since: the */
    uint32_t copied_day; /* original may have gone on, so the next bundle begins a new chain. Day 0:
                          * no copy, but its chain was ended (sk_outbox_end_chain) */
};

enum sk_error sk_outbox_chain(struct sk_outbox *outbox, struct sk_chain_state *out);

/* Ends the chain: the next bundle begins another one, as in a copy. For a store that was put back
 * by other means than a backup, and for one that signs with another key from now on. */
enum sk_error sk_outbox_end_chain(struct sk_outbox *outbox);

/* ---- in a transaction of the outbox ---- */

/* CORRUPT. */
enum sk_error sk_chain_get(struct sk_txn *txn, struct sk_chain_state *out);
void sk_chain_put(struct sk_txn *txn, const struct sk_chain *chain);
/* The last bundle; its digest stays known for ever, whatever becomes of the bundle. */
void sk_chain_put_bundle(struct sk_txn *txn, const struct sk_chain *chain, uint32_t serial,
                         const struct sk_digest *digest);
/* false also for a known digest of another bundle. */
bool sk_chain_knows(struct sk_txn *txn, const struct sk_chain *chain, uint32_t serial,
                    const struct sk_digest *digest);
void sk_chain_mark_copied(struct sk_txn *txn, uint32_t day);
/* The same for a store that is no copy: the day is 0. A copy keeps its day. */
void sk_chain_mark_ended(struct sk_txn *txn);
/* Puts another chain in the place of this one: every organisation has to acknowledge anew. */
enum sk_error sk_chain_begin(struct sk_txn *txn, const struct sk_chain *chain);
/* What a board's acknowledgement is worth; *serial: of the bundle, 0 if it is none of this chain.
 */
enum sk_error sk_chain_acknowledgement(struct sk_txn *txn, const struct sk_board *board,
                                       enum sk_acknowledgement *kind, uint32_t *serial);

#endif
