/* The carry bundle's header: what the gateway's operator hands to the desks (FORMAT section 6). */
#ifndef SK_KEYS_FORMAT_CARRY_H
#define SK_KEYS_FORMAT_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/sheet.h"

#define SK_CARRY_FIXED 112
#define SK_CARRY_SHEET 48 /* digest 32, length 4, current 4, board counter 8 */
#define SK_CARRY_ENTRY 40 /* day 4, chunks 4, digest 32 */
#define SK_CARRY_COUNT_MAX 1000000u
#define SK_CARRY_SHEETS_MAX 512u

struct sk_chain {
    uint8_t b[16];
}; /* names one series of serials, random */

struct sk_carry {
    uint32_t serial, count, first_day, last_day;
    uint32_t sheets; /* their number */
    struct sk_ed25519_pk gateway;
    struct sk_digest previous; /* digest of the previous bundle's header, zero for serial 1 */
    struct sk_chain chain;
};

/* A key sheet that stands behind the header, whole. */
struct sk_carry_sheet {
    struct sk_digest digest; /* BLAKE2b-256 of the sheet */
    uint32_t length;         /* at most SK_SHEET_MAX */
    bool current;            /* the one that its organisation had when the bundle was made */
    uint64_t board_counter;  /* of the last board taken from its organisation; 0: none */
};

struct sk_carry_entry {
    uint32_t day, chunks;
    struct sk_digest envelope;
};

/* Length of a header with so many sheets and entries, and its signature. */
size_t sk_carry_header_length(uint32_t sheets, uint32_t count);

/* Writes and signs a whole header into out (of sk_carry_header_length bytes). count may be 0.
 * digest, if not NULL, receives BLAKE2b-256 of the header: the next bundle's `previous`.
 * USAGE (the secret key is not the one of carry->gateway), CARRY_COUNTS, MEMORY. */
enum sk_error sk_carry_write(uint8_t *out, const struct sk_carry *carry,
                             const struct sk_carry_sheet *sheets,
                             const struct sk_carry_entry *entries,
                             const struct sk_ed25519_sk *gateway_sk, struct sk_digest *digest);

/* Reads the fixed part only, to learn the length of the rest. CARRY_MAGIC, CARRY_COUNTS. */
enum sk_error sk_carry_read_fixed(struct sk_carry *out, const uint8_t bytes[SK_CARRY_FIXED]);

/* bytes: the whole header. Structure (lengths of sheets, entries within the days, sorted by day,
 * valid classes), then signature. sheets and entries: room for as many as the fixed part says.
 * CARRY_LENGTH, CARRY_MAGIC, CARRY_COUNTS, CARRY_RESERVED, CARRY_SIGNATURE. */
enum sk_error sk_carry_read(struct sk_carry *out, struct sk_carry_sheet *sheets,
                            struct sk_carry_entry *entries, const uint8_t *bytes, size_t len,
                            struct sk_digest *digest);

/* Of all sheets together, as they follow the header. */
uint64_t sk_carry_sheets_length(const struct sk_carry_sheet *sheets, uint32_t count);

/* The sheets as they follow the header, one after the other: each has its digest and is a whole key
 * sheet (sk_sheet_read), they ascend by identity and serial, and of each identity the last and no
 * other is current. Says nothing about trust. CARRY_LENGTH, CARRY_DIGEST, CARRY_COUNTS, SHEET_...,
 * KEY_..., MEMORY. */
enum sk_error sk_carry_sheets_check(const struct sk_carry_sheet *sheets, uint32_t count,
                                    const uint8_t *bytes, size_t len);

/* The chain: CARRY_GATEWAY when signed by another gateway than `gateway` (NULL: any), CARRY_CHAIN
 * when it does not directly follow (last_serial, last_digest). last_serial 0: the first that this
 * desk sees, with any serial; only serial 1 must then follow nothing. That both are of one chain
 * (carry->chain) is the caller's to see. */
enum sk_error sk_carry_follows(const struct sk_carry *carry, const struct sk_ed25519_pk *gateway,
                               uint32_t last_serial, const struct sk_digest *last_digest);

#endif
