/* The header of a carry bundle, which brings envelopes from the gateway to the desks (FORMAT
 * section 6). */
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
}; /* random; names one series of serials */

struct sk_carry {
    uint32_t serial, count, first_day, last_day;
    uint32_t sheets; /* their number */
    struct sk_ed25519_pk gateway;
    struct sk_digest previous; /* digest of the previous bundle's header, zero for serial 1 */
    struct sk_chain chain;
};

/* A key sheet that follows the header. */
struct sk_carry_sheet {
    struct sk_digest digest; /* BLAKE2b-256 of the sheet */
    uint32_t length;         /* at most SK_SHEET_MAX */
    bool current;            /* its organisation's newest when the bundle was made */
    uint64_t board_counter;  /* of the organisation's last imported board; 0: none */
};

struct sk_carry_entry {
    uint32_t day, chunks;
    struct sk_digest envelope;
};

/* The length of a header with its tables and signature. */
size_t sk_carry_header_length(uint32_t sheets, uint32_t count);

/* Writes and signs a whole header into out (of sk_carry_header_length bytes). count may be 0.
 * digest, if not NULL, receives BLAKE2b-256 of the header: the next bundle's `previous`.
 * USAGE (the secret key is not the one of carry->gateway), CARRY_COUNTS, MEMORY. */
enum sk_error sk_carry_write(uint8_t *out, const struct sk_carry *carry,
                             const struct sk_carry_sheet *sheets,
                             const struct sk_carry_entry *entries,
                             const struct sk_ed25519_sk *gateway_sk, struct sk_digest *digest);

/* Reads the fixed part, which gives the length of the rest. CARRY_MAGIC, CARRY_COUNTS,
 * CARRY_RESERVED. */
enum sk_error sk_carry_read_fixed(struct sk_carry *out, const uint8_t bytes[SK_CARRY_FIXED]);

/* bytes: the whole header. Structure (lengths of sheets, entries within the days, sorted by day,
 * valid classes), then signature. sheets and entries: room for as many as the fixed part says.
 * CARRY_LENGTH, CARRY_MAGIC, CARRY_COUNTS, CARRY_RESERVED, CARRY_SIGNATURE. */
enum sk_error sk_carry_read(struct sk_carry *out, struct sk_carry_sheet *sheets,
                            struct sk_carry_entry *entries, const uint8_t *bytes, size_t len,
                            struct sk_digest *digest);

/* The length of all sheets together. */
uint64_t sk_carry_sheets_length(const struct sk_carry_sheet *sheets, uint32_t count);

/* Checks the sheets behind the header: each has its digest and is a whole key sheet
 * (sk_sheet_read), they ascend by identity and serial, and of each identity the last and no other
 * is current. Trust is not checked. CARRY_LENGTH, CARRY_DIGEST, CARRY_COUNTS, SHEET_..., KEY_...,
 * MEMORY. */
enum sk_error sk_carry_sheets_check(const struct sk_carry_sheet *sheets, uint32_t count,
                                    const uint8_t *bytes, size_t len);

/* The chain: CARRY_GATEWAY when signed by another gateway than `gateway` (NULL: any), CARRY_CHAIN
 * when it does not directly follow (last_serial, last_digest). last_serial 0: any serial is
 * accepted as the first. The caller checks that both are of one chain (carry->chain). */
enum sk_error sk_carry_follows(const struct sk_carry *carry, const struct sk_ed25519_pk *gateway,
                               uint32_t last_serial, const struct sk_digest *last_digest);

#endif
