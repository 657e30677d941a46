/*
 * The chunks of an envelope as a container of opaque bytes (FORMAT section 1), below the content
 * that report.h puts inside. Internal to the sealing and opening code.
 */
#ifndef SK_KEYS_FORMAT_ENVELOPE_H
#define SK_KEYS_FORMAT_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"

/* The suite, the reserved bytes and the epoch of an envelope's first eight bytes.
 * ENVELOPE_SUITE, ENVELOPE_RESERVED. */
enum sk_error sk_envelope_visible_read(const uint8_t header[8], uint32_t *epoch);

/* The same, and that the epoch can be accepted at this time: for whoever stores an envelope that
 * was sealed elsewhere. ENVELOPE_SUITE, ENVELOPE_RESERVED, ENVELOPE_EPOCH. */
enum sk_error sk_envelope_visible_check(const uint8_t header[8], time_t now);

/* One chunk being filled. Secret: in memory from sk_secret_new(), all zero at the start. */
struct sk_chunker {
    uint32_t next;                 /* number of the chunk being filled */
    uint16_t fill;                 /* content bytes in it */
    uint8_t plain[SK_CHUNK_PLAIN]; /* u16 length, content, zeros */
};

/* Takes as much of content as the chunk has room for; returns how much that was. */
size_t sk_chunker_put(struct sk_chunker *chunker, const uint8_t *content, size_t len);

/* Seals the chunk as it is and begins the next one. */
void sk_chunker_seal(struct sk_chunker *chunker, const struct sk_payload_key *key, bool last,
                     uint8_t out[SK_CHUNK_BYTES]);

#endif
