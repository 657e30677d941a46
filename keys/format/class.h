/* Size classes and lengths of an envelope (FORMAT section 1). Pure arithmetic. */
#ifndef SK_KEYS_FORMAT_CLASS_H
#define SK_KEYS_FORMAT_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#define SK_SUITE_X25519 1 /* the suite of envelopes and of the keys in sheets */
#define SK_SLOTS 8
#define SK_SLOT_BYTES 80
#define SK_HEADER_BYTES 680
#define SK_CHUNK_BYTES 16400   /* sealed: 16,384 and the authenticator */
#define SK_CHUNK_PLAIN 16384   /* u16 k, content, zeros */
#define SK_CHUNK_CONTENT 16382 /* content bytes of a full chunk */
#define SK_CHUNKS_MAX 262144
#define SK_CONTENT_MAX ((uint64_t)SK_CHUNKS_MAX * SK_CHUNK_CONTENT)

/* The class, in chunks, that a content of len bytes needs; 0 if it needs more than the largest.
 * An empty content needs one chunk. */
uint32_t sk_class_for(uint64_t content_len);

bool sk_class_valid(uint32_t chunks);

uint64_t sk_envelope_length(uint32_t chunks);

/* The offset of chunk i in an envelope. */
uint64_t sk_chunk_offset(uint32_t i);

/* The number of chunks of an envelope of this length; 0 if no class has it. */
uint32_t sk_class_of_length(uint64_t envelope_len);

#endif
