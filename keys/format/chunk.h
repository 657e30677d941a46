/*
 * The chunks of an envelope as a container of opaque bytes (FORMAT section 1), below the content
 * that report.h puts inside. Internal to the sealing and opening code.
 */
#ifndef SK_KEYS_FORMAT_CHUNK_H
#define SK_KEYS_FORMAT_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"

/* u64 i || 00 00 00 || last */
void sk_chunk_nonce(uint8_t nonce[12], uint64_t i, bool last);

/* The content in an opened chunk: *content points into plain. CHUNK_LENGTH, CHUNK_PADDING. */
enum sk_error sk_chunk_read(const uint8_t plain[SK_CHUNK_PLAIN], const uint8_t **content,
                            size_t *len);

/* One chunk being filled. Secret: in memory from sk_secret_new(), all zero at the start. */
struct sk_chunker {
    uint32_t next;                 /* number of the chunk being filled */
    uint16_t fill;                 /* content bytes in it */
    uint8_t plain[SK_CHUNK_PLAIN]; /* u16 length, content, zeros */
};

/* Where the content of the chunk begins. */
uint8_t *sk_chunker_content(struct sk_chunker *chunker);

/* Copies as much of content as the chunk has room for; returns how much. */
size_t sk_chunker_put(struct sk_chunker *chunker, const uint8_t *content, size_t len);

/* Seals the chunk, padded with zeros, and begins the next one. */
void sk_chunker_seal(struct sk_chunker *chunker, const struct sk_payload_key *key, bool last,
                     uint8_t out[SK_CHUNK_BYTES]);

#endif
