/*
 * Opening one envelope on the desk (FORMAT sections 1 and 2). Nothing of this folder is ever
 * linked into the gateway or the store; tests/arch holds them to it.
 *
 * Nothing may be shown before sk_opener_end() succeeded. To read a report without holding it in
 * memory, open it twice: first verify all chunks (discarding the body), then read again with
 * sk_chunk_open(), which authenticates each chunk anew.
 */
#ifndef SK_KEYS_OPEN_OPENER_H
#define SK_KEYS_OPEN_OPENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"
#include "keys/format/content.h"
#include "keys/open/recipients.h"

struct sk_opener;

/* Reads the visible part: length, suite, reserved bytes, epoch (unless it is one of the epochs
 * that the caller has keys for, NOT_OURS is the caller's to say). */
enum sk_error sk_envelope_epoch(const uint8_t header[SK_HEADER_BYTES], uint64_t envelope_len,
                                uint32_t *epoch, uint32_t *chunks);

/* Tries every slot with every key of that epoch, then the commitment. ENVELOPE_LENGTH, _SUITE,
 * _RESERVED, _NOT_OURS, _COMMITMENT, MEMORY. */
enum sk_error sk_opener_new(struct sk_opener **out, const uint8_t header[SK_HEADER_BYTES],
                            uint64_t envelope_len, const struct sk_x25519_sk *keys, size_t count);
void sk_opener_free(struct sk_opener *opener); /* NULL is a no-op; wipes */

/* The next chunk, in order. *content points into the opener, valid until the next call, and is
 * content as in FORMAT 2 (prelude, body and signature). CHUNK_FORGED, CHUNK_LENGTH,
 * CHUNK_PADDING, CHUNK_ORDER. */
enum sk_error sk_opener_chunk(struct sk_opener *opener, const uint8_t in[SK_CHUNK_BYTES],
                              const uint8_t **content, size_t *len);

struct sk_opened {
    struct sk_prelude prelude;
    uint64_t body_offset, body_len; /* within the content */
    uint32_t chunks;
    uint32_t known;   /* bit i: recipient i of the list given is addressed */
    unsigned dummies; /* provable dummy slots */
    unsigned unknown; /* slots that are neither: rogue recipients, or organisations that
                         this desk does not know */
};

/* After the last chunk: the class, the prelude, the signature, then who can read it.
 * known: the public keys of that epoch of the organisations that this desk knows.
 * CHUNK_... (once refused, always refused), ENVELOPE_LENGTH (chunks are missing), USAGE (more than
 * 32 known), CONTENT_CLASS, CONTENT_SHORT, CONTENT_..., CONTENT_SIGNATURE, RECIPIENTS_SLOTS
 * (a slot of a known recipient or dummy stands in the wrong place). Unknown slots are no error
 * here: out->unknown counts them and the caller shows it. */
enum sk_error sk_opener_end(struct sk_opener *opener, const struct sk_x25519_pk *known,
                            size_t known_count, struct sk_opened *out);

/* The same question alone, for a header that was verified before: no chunk is needed. USAGE,
 * RECIPIENTS_SLOTS. */
enum sk_error sk_opener_recipients(const struct sk_opener *opener, const struct sk_x25519_pk *known,
                                   size_t known_count, struct sk_recipients *out);

/* Random access to a verified envelope for whoever holds its payload key only. */
void sk_opener_payload_key(const struct sk_opener *opener, struct sk_payload_key *out);

/* Opens chunk i of `chunks`. content: room for SK_CHUNK_CONTENT. CHUNK_... */
enum sk_error sk_chunk_open(const struct sk_payload_key *key, uint32_t chunks, uint32_t i,
                            const uint8_t in[SK_CHUNK_BYTES], uint8_t *content, size_t *len);

#endif
