/* The piece of an envelope in the making that is not full yet: stored in fragments, each where it
 * came, so that a byte that arrives costs the disk a byte. */
#ifndef SK_STORAGE_TAIL_H
#define SK_STORAGE_TAIL_H

#include "storage/kv.h"
#include "storage/record.h"

/* Stores the bytes of the piece from `kept` on. A fragment that is no longer than what comes now is
 * stored again together with it: so a piece has few fragments. */
void sk_tail_put(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len);
/* Stores the whole piece in place of its fragments. */
void sk_tail_end(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len);
/* Reads the first len bytes into buffer (NULL: only checks). CORRUPT: they are not there. */
enum sk_error sk_tail_read(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                           uint8_t *buffer, size_t len);

#endif
