/* Whole envelopes, as the store program carries them away. */
#ifndef SK_STORAGE_INBOX_READ_H
#define SK_STORAGE_INBOX_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/upload.h"

struct sk_inbox;

struct sk_envelope_info {
    struct sk_envelope_id id;
    uint32_t day, chunks;
};

/* The whole envelopes (from malloc), and the number of the publication, both of one snapshot: all
 * rows that are published in it belong to these envelopes or to earlier ones. */
enum sk_error sk_inbox_snapshot(struct sk_inbox *inbox, struct sk_envelope_info **envelopes,
                                size_t *envelope_count, uint32_t *publication);

/* Reads piece `piece` into buffer (SK_PIECE_BYTES); NOT_FOUND, CORRUPT. */
enum sk_error sk_inbox_read_piece(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  uint32_t piece, uint8_t *buffer, size_t *len);

/* ---- for the inbox's own files ---------------------------------------------------------- */

struct sk_envelope_record;
struct sk_txn;

/* NOT_FOUND, CORRUPT. */
enum sk_error sk_envelope_find(struct sk_txn *txn, const struct sk_envelope_id *id,
                               struct sk_envelope_record *out);
/* Of a piece of so many bytes altogether. */
size_t sk_piece_length(uint64_t bytes, uint32_t piece);

#endif
