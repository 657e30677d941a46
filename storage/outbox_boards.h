/* The boards of the pinned organisations: each one's current board, and the one before it. */
#ifndef SK_STORAGE_OUTBOX_BOARDS_H
#define SK_STORAGE_OUTBOX_BOARDS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "storage/kv.h"
#include "storage/outbox.h"

/* Part of an organisation's current board file, for range requests; counter names the board that
 * the caller means: NOT_FOUND when it was replaced twice meanwhile (the one before the current is
 * kept for readers under way). */
enum sk_error sk_outbox_read_board(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                   uint64_t counter, uint64_t offset, uint8_t *buffer,
                                   size_t capacity, size_t *len);

/* One bucket of the current board: room for sk_board_bucket_length() bytes. */
enum sk_error sk_outbox_read_bucket(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                    uint64_t counter, unsigned bucket, uint8_t *buffer, size_t len);

/* Every organisation's record, sheet and boards. *broken: those that are damaged. */
enum sk_error sk_outbox_check_boards(struct sk_outbox *outbox, uint64_t *boards, uint64_t *broken);

/* In a transaction of the outbox: its header and its buckets. */
void sk_board_delete(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter);

#endif
