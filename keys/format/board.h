/* Boards: status and answers, one per organisation, public (FORMAT section 5). */
#ifndef SK_KEYS_FORMAT_BOARD_H
#define SK_KEYS_FORMAT_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/record.h"
#include "keys/format/sheet.h"

#define SK_BOARD_MAGIC "SKBOARD1" /* its first eight bytes */
#define SK_BOARD_FIXED 136
#define SK_BOARD_BITS_MAX 10
#define SK_BOARD_HEADER_MAX (SK_BOARD_FIXED + 32 * (1 << SK_BOARD_BITS_MAX) + 64)
#define SK_RECORD_BITS_MAX 8
#define SK_BOARD_LABEL "skrynka/1 board" /* of the signature */

struct sk_board {
    uint8_t bucket_bits; /* b: 2^b buckets */
    uint8_t record_bits; /* c: 2^c records each */
    uint32_t issued_day, stale_day;
    uint64_t counter;
    uint32_t carry_serial;         /* acknowledges the bundles of a chain up to this one; 0: none */
    struct sk_digest carry_digest; /* of that bundle's header; zero if carry_serial is 0 */
    uint32_t sheet_serial;         /* of the desk's newest sheet; informative only */
    struct sk_ed25519_pk identity;
    struct sk_digest previous; /* digest of the previous board's header, zero for the first */
    struct sk_digest digest;   /* BLAKE2b-256 of this header */
    size_t header_len;         /* of the header with its signature */
    struct sk_digest buckets[1 << SK_BOARD_BITS_MAX];
};

/* Reads the first SK_BOARD_FIXED bytes of a header, unverified; leaves digest and buckets as they
 * are. BOARD_LENGTH (fewer bytes), BOARD_MAGIC, BOARD_COUNTS. */
enum sk_error sk_board_peek(struct sk_board *out, const uint8_t *bytes, size_t len);

/* The length of the header that begins with these SK_BOARD_FIXED bytes or more; 0 if none does. */
size_t sk_board_header_length(const uint8_t *bytes, size_t len);

/* Lengths: of the header with its signature, of the file, of one bucket. */
size_t sk_board_header_bytes(uint8_t bucket_bits);
uint64_t sk_board_file_length(const struct sk_board *board);
size_t sk_board_bucket_length(const struct sk_board *board);

/* Writes the header without its signature, which sk_board_make() adds. Ignores digest and
 * header_len. */
void sk_board_write(uint8_t *out, const struct sk_board *board);

/* bytes: exactly the header. Structure and signature by the desk key:
 * BOARD_LENGTH, BOARD_MAGIC, BOARD_COUNTS, BOARD_RESERVED (also: a digest without a carry serial,
 * or a serial without one), BOARD_SIGNATURE. */
enum sk_error sk_board_read(struct sk_board *out, const uint8_t *bytes, size_t len,
                            const struct sk_ed25519_pk *desk);

/* Trust against the organisation's current sheet and the last accepted board (NULL: none yet):
 * BOARD_IDENTITY, BOARD_FLOOR, BOARD_COUNTER. Boards between the two may be missing (sk_board_gap).
 */
enum sk_error sk_board_trust(const struct sk_board *board, const struct sk_sheet *sheet,
                             const struct sk_board *last);

/* How many boards are missing between the last accepted one and this one: 0 when it follows, or
 * when last is NULL. A next counter with another `previous` counts as 1: the desk made a board that
 * never arrived. */
uint64_t sk_board_gap(const struct sk_board *board, const struct sk_board *last);

/* Checks the digest, then the order of the records and their bucket. BOARD_BUCKET, BOARD_ORDER. */
enum sk_error sk_board_bucket_check(const struct sk_board *board, unsigned bucket,
                                    const uint8_t *bytes, size_t len);

#endif
