#include "keys/format/board.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/signed.h"

enum {
    AT_BUCKET_BITS = 8,
    AT_RECORD_BITS = 9,
    AT_ZERO = 10,
    AT_ISSUED = 12,
    AT_COUNTER = 16,
    AT_STALE = 24,
    AT_CARRY = 28,
    AT_IDENTITY = 32,
    AT_SHEET = 64,
    AT_ZERO_2 = 68,
    AT_PREVIOUS = 72,
    AT_CARRY_DIGEST = 104,
    RECORD_BITS_MIN = 3,
    RECORD_BITS_MAX = 8,
    SIGNATURE = 64
};

static bool counts_possible(const uint8_t *bytes)
{
    return bytes[AT_BUCKET_BITS] <= SK_BOARD_BITS_MAX && bytes[AT_RECORD_BITS] >= RECORD_BITS_MIN &&
           bytes[AT_RECORD_BITS] <= RECORD_BITS_MAX;
}

size_t sk_board_header_length(const uint8_t *bytes, size_t len)
{
    if (len < SK_BOARD_FIXED || !counts_possible(bytes)) {
        return 0;
    }
    return SK_BOARD_FIXED + ((size_t)32 << bytes[AT_BUCKET_BITS]) + SIGNATURE;
}

size_t sk_board_bucket_length(const struct sk_board *board)
{
    return (size_t)SK_RECORD_BYTES << board->record_bits;
}

uint64_t sk_board_file_length(const struct sk_board *board)
{
    return board->header_len + ((uint64_t)sk_board_bucket_length(board) << board->bucket_bits);
}

static enum sk_error check_structure(const uint8_t *bytes, size_t len)
{
    if (len < SK_BOARD_FIXED + 32 + SIGNATURE) {
        return SK_ERR_BOARD_LENGTH;
    }
    if (memcmp(bytes, "SKBOARD1", 8) != 0) {
        return SK_ERR_BOARD_MAGIC;
    }
    if (!counts_possible(bytes)) {
        return SK_ERR_BOARD_COUNTS;
    }
    if (len != sk_board_header_length(bytes, len)) {
        return SK_ERR_BOARD_LENGTH;
    }
    if (!sk_all_zero(bytes + AT_ZERO, 2) || !sk_all_zero(bytes + AT_ZERO_2, 4)) {
        return SK_ERR_BOARD_RESERVED;
    }
    if ((sk_get_u32(bytes + AT_CARRY) == 0) != sk_all_zero(bytes + AT_CARRY_DIGEST, 32)) {
        return SK_ERR_BOARD_RESERVED;
    }
    return SK_OK;
}

static void decode(struct sk_board *out, const uint8_t *bytes, size_t len)
{
    size_t digests = (size_t)32 << bytes[AT_BUCKET_BITS];

    out->bucket_bits = bytes[AT_BUCKET_BITS];
    out->record_bits = bytes[AT_RECORD_BITS];
    out->issued_day = sk_get_u32(bytes + AT_ISSUED);
    out->counter = sk_get_u64(bytes + AT_COUNTER);
    out->stale_day = sk_get_u32(bytes + AT_STALE);
    out->carry_serial = sk_get_u32(bytes + AT_CARRY);
    memcpy(out->identity.b, bytes + AT_IDENTITY, 32);
    out->sheet_serial = sk_get_u32(bytes + AT_SHEET);
    memcpy(out->previous.b, bytes + AT_PREVIOUS, 32);
    memcpy(out->carry_digest.b, bytes + AT_CARRY_DIGEST, 32);
    sk_blake2b(&out->digest, bytes, len);
    out->header_len = len;
    memcpy(out->buckets, bytes + SK_BOARD_FIXED, digests);
    memset((uint8_t *)out->buckets + digests, 0, sizeof out->buckets - digests);
}

enum sk_error sk_board_read(struct sk_board *out, const uint8_t *bytes, size_t len,
                            const struct sk_ed25519_pk *desk)
{
    enum sk_error e = check_structure(bytes, len);

    if (e == SK_OK) {
        e = sk_signed_check(bytes + len - SIGNATURE, "skrynka/1 board", bytes, len - SIGNATURE,
                            desk, SK_ERR_BOARD_SIGNATURE);
    }
    if (e == SK_OK) {
        decode(out, bytes, len);
    }
    return e;
}

enum sk_error sk_board_trust(const struct sk_board *board, const struct sk_sheet *sheet,
                             const struct sk_board *last)
{
    if (memcmp(board->identity.b, sheet->identity.b, 32) != 0) {
        return SK_ERR_BOARD_IDENTITY;
    }
    if (board->counter < sheet->board_floor) {
        return SK_ERR_BOARD_FLOOR;
    }
    return last != NULL && board->counter <= last->counter ? SK_ERR_BOARD_COUNTER : SK_OK;
}

uint64_t sk_board_gap(const struct sk_board *board, const struct sk_board *last)
{
    if (last == NULL || memcmp(board->previous.b, last->digest.b, 32) == 0) {
        return 0;
    }
    uint64_t between = board->counter > last->counter ? board->counter - last->counter - 1 : 0;

    return between > 0 ? between : 1;
}

/* Strictly ascending: two records of one tag would let a reader see the one or the other. */
static bool sorted_and_in_place(const uint8_t *bytes, size_t len, unsigned bucket, uint8_t bits)
{
    for (size_t i = 0; i < len; i += SK_RECORD_BYTES) {
        if (sk_record_bucket(bytes + i, bits) != bucket) {
            return false;
        }
        if (i > 0 && memcmp(bytes + i - SK_RECORD_BYTES, bytes + i, SK_RECORD_TAG) >= 0) {
            return false;
        }
    }
    return true;
}

enum sk_error sk_board_bucket_check(const struct sk_board *board, unsigned bucket,
                                    const uint8_t *bytes, size_t len)
{
    struct sk_digest digest;

    if (bucket >> board->bucket_bits != 0 || len != sk_board_bucket_length(board)) {
        return SK_ERR_BOARD_BUCKET;
    }
    sk_blake2b(&digest, bytes, len);
    if (memcmp(digest.b, board->buckets[bucket].b, sizeof digest.b) != 0) {
        return SK_ERR_BOARD_BUCKET;
    }
    if (!sorted_and_in_place(bytes, len, bucket, board->bucket_bits)) {
        return SK_ERR_BOARD_ORDER;
    }
    return SK_OK;
}

/* ---- records ---------------------------------------------------------------- */

enum { CONTEXT = 32 + 8 + 1 };

static void derive(uint8_t out[32], const struct sk_mailbox *mailbox, const char *label,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    uint8_t context[CONTEXT];

    memcpy(context, identity->b, 32);
    sk_put_u64(context + 32, counter);
    context[40] = part;
    sk_F(out, mailbox->b, label, context, sizeof context);
}

void sk_record_tag(uint8_t tag[SK_RECORD_TAG], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    uint8_t full[32];

    derive(full, mailbox, "tag", identity, counter, part);
    memcpy(tag, full, SK_RECORD_TAG);
    sodium_memzero(full, sizeof full);
}

void sk_record_key(uint8_t key[32], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    derive(key, mailbox, "reply", identity, counter, part);
}

unsigned sk_record_bucket(const uint8_t tag[SK_RECORD_TAG], uint8_t bucket_bits)
{
    unsigned top = (unsigned)tag[0] << 8 | tag[1];

    return top >> (16 - bucket_bits);
}
