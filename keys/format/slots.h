/*
 * The header of an envelope: slots, dummies, order, commitment (FORMAT section 1).
 * Shared by the sealing side, which fills it, and the opening side, which recomputes it to prove
 * who can read a report. Holding a file key is needed for either.
 */
#ifndef SK_KEYS_FORMAT_SLOTS_H
#define SK_KEYS_FORMAT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"

/* The public fields of an envelope: suite, reserved bytes, epoch. */
#define SK_VISIBLE_BYTES 8

/* ENVELOPE_SUITE, ENVELOPE_RESERVED. */
enum sk_error sk_envelope_visible_read(const uint8_t header[SK_VISIBLE_BYTES], uint32_t *epoch);

/* Checks them, and that the epoch is accepted at this time: for envelopes sealed elsewhere.
 * ENVELOPE_SUITE, ENVELOPE_RESERVED, ENVELOPE_EPOCH. */
enum sk_error sk_envelope_visible_check(const uint8_t header[SK_VISIBLE_BYTES], time_t now);

/* The epoch, unchecked: to file envelopes that cannot be opened. */
uint32_t sk_envelope_claimed_epoch(const uint8_t header[SK_VISIBLE_BYTES]);

/* The SK_SLOT_BYTES of slot number `place`, below SK_SLOTS. */
const uint8_t *sk_header_slot(const uint8_t header[SK_HEADER_BYTES], size_t place);

/* The whole header for these recipients. RECIPIENTS_COUNT, RECIPIENTS_REPEATED, KEY_LOW_ORDER. */
enum sk_error sk_header_make(uint8_t header[SK_HEADER_BYTES], uint32_t epoch,
                             const struct sk_file_key *file_key,
                             const struct sk_x25519_pk *recipients, size_t count);

/* The slot that the file key produces for this public key. */
enum sk_error sk_slot_make(uint8_t slot[SK_SLOT_BYTES], const struct sk_file_key *file_key,
                           const struct sk_x25519_pk *pk);

/* F(file_key, "slot-order", pk): slots stand in the header by ascending order. */
void sk_slot_order(uint8_t order[32], const struct sk_file_key *file_key,
                   const struct sk_x25519_pk *pk);

/* The public key of dummy i, 0 <= i < 8. */
void sk_dummy_pk(struct sk_x25519_pk *out, const struct sk_file_key *file_key, unsigned i);

void sk_header_commitment(uint8_t out[32], const struct sk_file_key *file_key,
                          const uint8_t header[SK_HEADER_BYTES]);
/* Whether the header's commitment is that of this file key; in constant time. */
bool sk_header_commits(const uint8_t header[SK_HEADER_BYTES], const struct sk_file_key *file_key);

void sk_payload_key_derive(struct sk_payload_key *out, const struct sk_file_key *file_key,
                           const uint8_t header[SK_HEADER_BYTES]);

/* Whether pk is one of Curve25519's low-order points or zero. */
int sk_pk_low_order(const struct sk_x25519_pk *pk);

#endif
