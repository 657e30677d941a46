/* The carry bundle's header: what the gateway's operator hands to the desks (FORMAT section 6). */
#ifndef SK_KEYS_SEAL_CARRY_H
#define SK_KEYS_SEAL_CARRY_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_CARRY_FIXED 88 /* magic 8, serial 4, count 4, days 4 + 4, gateway_pk 32, previous 32 */
#define SK_CARRY_ENTRY 40 /* day 4, chunks 4, digest 32 */
#define SK_CARRY_COUNT_MAX 1000000u

struct sk_carry {
    uint32_t serial, count, first_day, last_day;
    struct sk_ed25519_pk gateway;
    struct sk_digest previous; /* digest of the previous bundle's header, zero for serial 1 */
};

struct sk_carry_entry {
    uint32_t day, chunks;
    struct sk_digest envelope;
};

/* Length of a header with count entries and its signature. */
size_t sk_carry_header_length(uint32_t count);

/* Writes and signs a whole header into out (of sk_carry_header_length bytes). count may be 0.
 * digest, if not NULL, receives BLAKE2b-256 of the header: the next bundle's `previous`.
 * USAGE (the secret key is not the one of carry->gateway), CARRY_COUNTS, MEMORY. */
enum sk_error sk_carry_write(uint8_t *out, const struct sk_carry *carry,
                             const struct sk_carry_entry *entries,
                             const struct sk_ed25519_sk *gateway_sk, struct sk_digest *digest);

/* Reads the fixed part only, to learn the length of the rest. CARRY_MAGIC, CARRY_COUNTS. */
enum sk_error sk_carry_read_fixed(struct sk_carry *out, const uint8_t bytes[SK_CARRY_FIXED]);

/* bytes: the whole header. Structure (entries within the days, sorted by day, valid classes), then
 * signature. entries: room for count. CARRY_LENGTH, CARRY_MAGIC, CARRY_COUNTS, CARRY_SIGNATURE. */
enum sk_error sk_carry_read(struct sk_carry *out, struct sk_carry_entry *entries,
                            const uint8_t *bytes, size_t len, struct sk_digest *digest);

/* The chain: CARRY_GATEWAY when signed by another gateway than `gateway` (NULL: any), CARRY_CHAIN
 * when it does not directly follow (last_serial, last_digest). last_serial 0: the first that this
 * desk sees, with any serial; only serial 1 must then follow nothing. */
enum sk_error sk_carry_follows(const struct sk_carry *carry, const struct sk_ed25519_pk *gateway,
                               uint32_t last_serial, const struct sk_digest *last_digest);

#endif
