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
    uint32_t
        carry_serial; /* everything of its chain up to this bundle has safely arrived; 0: none */
    struct sk_digest
        carry_digest;      /* of that bundle's header: what counts; zero if carry_serial is 0 */
    uint32_t sheet_serial; /* the desk's newest sheet then; nobody refuses by it */
    struct sk_ed25519_pk identity;
    struct sk_digest previous; /* digest of the previous board's header, zero for the first */
    struct sk_digest digest;   /* BLAKE2b-256 of this header */
    size_t header_len;         /* of the header with its signature */
    struct sk_digest buckets[1 << SK_BOARD_BITS_MAX];
};

/* What the first SK_BOARD_FIXED bytes of a header say, unverified: all but digest and buckets,
 * which stay as they are. BOARD_LENGTH (they are fewer), BOARD_MAGIC, BOARD_COUNTS. */
enum sk_error sk_board_peek(struct sk_board *out, const uint8_t *bytes, size_t len);

/* The length of the header that these first SK_BOARD_FIXED bytes announce; 0 if they are none. */
size_t sk_board_header_length(const uint8_t *bytes, size_t len);

/* The length of the header, with its signature, of a board with so many buckets. */
size_t sk_board_header_bytes(uint8_t bucket_bits);
uint64_t sk_board_file_length(const struct sk_board *board);
size_t sk_board_bucket_length(const struct sk_board *board);

/* Writes the header but its signature, which is for who holds the key (sk_board_make): digest and
 * header_len are not looked at. */
void sk_board_write(uint8_t *out, const struct sk_board *board);

/* bytes: exactly the header. Structure and signature by the desk key:
 * BOARD_LENGTH, BOARD_MAGIC, BOARD_COUNTS, BOARD_RESERVED (also: a digest without a carry serial,
 * or a serial without one), BOARD_SIGNATURE. */
enum sk_error sk_board_read(struct sk_board *out, const uint8_t *bytes, size_t len,
                            const struct sk_ed25519_pk *desk);

/* Trust against the organisation's current sheet and the last accepted board (NULL: none yet):
 * BOARD_IDENTITY, BOARD_FLOOR, BOARD_COUNTER. It need not follow the last one, see below. */
enum sk_error sk_board_trust(const struct sk_board *board, const struct sk_sheet *sheet,
                             const struct sk_board *last);

/* How many boards between the last accepted one and this one are not known: 0 when it follows, or
 * when there is no last one. A board that says it is the next but names another board before it is
 * counted as 1: the desk made one more that never came. */
uint64_t sk_board_gap(const struct sk_board *board, const struct sk_board *last);

/* Digest, then order of the records and that each belongs here: BOARD_BUCKET, BOARD_ORDER. */
enum sk_error sk_board_bucket_check(const struct sk_board *board, unsigned bucket,
                                    const uint8_t *bytes, size_t len);

#endif
