/* One write request in a transaction: what it means for the envelope in the making that it names.
 * struct sk_write in inbox.h is the contract. */
#ifndef SK_STORAGE_ENVELOPE_H
#define SK_STORAGE_ENVELOPE_H

#include "storage/inbox.h"
#include "storage/kv.h"
#include "storage/record.h"

struct sk_announced;
struct sk_day_key;

/* What requests are applied with. */
struct sk_write_terms {
    uint32_t day;  /* what has its last day before it is over: sk_age_past() */
    uint32_t from; /* what begins or goes on now ages from this day on: sk_age_from() */
    const struct sk_day_key *key;
    struct sk_announced *announced;
    uint64_t uploads_most; /* envelopes in the making with which another upload may begin */
};

/* An error that is not the transaction's changed nothing. *deleted becomes true when there is
 * something to collect. */
enum sk_error sk_envelope_write(struct sk_txn *txn, const struct sk_write *write,
                                const struct sk_write_terms *terms, bool *deleted);

/* The key of the record of the envelope that this request is about (partial.h). */
void sk_envelope_key(uint8_t key[SK_UPLOAD_KEY], const struct sk_write *write);

#endif
