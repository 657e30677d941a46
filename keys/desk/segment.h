/*
 * An append-only log of encrypted records: one part of the index.
 *
 *     file    "SKINDEX1" | segment id u32 | zero 4 | records
 *     record  length u32 | nonce 24 | XChaCha20-Poly1305-IETF( record number u64 | payload )
 *             additional data: segment id u32 | record number u64
 *
 * The number binds a record to its place, the id to its file. A crash can only tear the tail:
 * what does not open behind the last record known to be on disk is cut off when the log is next
 * opened (and comes back with the next import); before it, it is damage.
 */
#ifndef SK_KEYS_DESK_SEGMENT_H
#define SK_KEYS_DESK_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_SEGMENT_PAYLOAD_MAX (2u << 20)

struct sk_segment;

typedef enum sk_error (*sk_segment_fn)(void *ctx, const uint8_t *payload, size_t len);

/* Opens or makes the log and gives every record to fn (NULL: only counts), in order; an error of
 * fn ends the work and is returned. committed: how many records must be there. *cut (may be
 * NULL) says whether a torn tail was removed. CORRUPT, MEMORY, IO, FULL. */
enum sk_error sk_segment_open(struct sk_segment **out, const char *path, uint32_t id,
                              const uint8_t key[32], uint64_t committed, sk_segment_fn fn,
                              void *ctx, bool *cut);

/* TOO_LARGE, MEMORY, IO, FULL. The record is on disk only after sync. */
enum sk_error sk_segment_append(struct sk_segment *s, const uint8_t *payload, size_t len);
enum sk_error sk_segment_sync(struct sk_segment *s);

uint64_t sk_segment_count(const struct sk_segment *s);
uint32_t sk_segment_id(const struct sk_segment *s);
void sk_segment_close(struct sk_segment *s); /* NULL is a no-op */

#endif
