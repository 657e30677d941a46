#include "keys/format/board.h"

#include <stdbool.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/cursor.h"
#include "keys/base/hash.h"
#include "keys/format/signed.h"

enum { RECORD_BITS_MIN = 3 };

/* ---- layout ----------------------------------------------------------------- */

size_t sk_board_header_bytes(uint8_t bucket_bits)
{
    return SK_BOARD_FIXED + ((size_t)32 << bucket_bits) + SK_SIGNATURE_BYTES;
}

void sk_board_write(uint8_t *out, const struct sk_board *board)
{
    size_t len = sk_board_header_bytes(board->bucket_bits) - SK_SIGNATURE_BYTES;
    struct sk_field_writer w = sk_write_to(out, len);

    sk_write_magic(&w, SK_BOARD_MAGIC);
    sk_write_u8(&w, board->bucket_bits);
    sk_write_u8(&w, board->record_bits);
    sk_write_zeros(&w, 2);
    sk_write_u32(&w, board->issued_day);
    sk_write_u64(&w, board->counter);
    sk_write_u32(&w, board->stale_day);
    sk_write_u32(&w, board->carry_serial);
    sk_write_bytes(&w, board->identity.b, sizeof board->identity.b);
    sk_write_u32(&w, board->sheet_serial);
    sk_write_zeros(&w, 4);
    sk_write_bytes(&w, board->previous.b, sizeof board->previous.b);
    sk_write_bytes(&w, board->carry_digest.b, sizeof board->carry_digest.b);
    sk_write_bytes(&w, board->buckets, w.left);
}

/* Up to b and c, which give all lengths. BOARD_LENGTH, BOARD_MAGIC, BOARD_COUNTS. */
static enum sk_error read_counts(struct sk_field_reader *r, uint8_t *bucket_bits,
                                 uint8_t *record_bits)
{
    if (r->left < SK_BOARD_FIXED) {
        return SK_ERR_BOARD_LENGTH;
    }
    if (!sk_read_magic(r, SK_BOARD_MAGIC)) {
        return SK_ERR_BOARD_MAGIC;
    }
    *bucket_bits = sk_read_u8(r);
    *record_bits = sk_read_u8(r);
    return *bucket_bits <= SK_BOARD_BITS_MAX && *record_bits >= RECORD_BITS_MIN &&
                   *record_bits <= SK_RECORD_BITS_MAX
               ? SK_OK
               : SK_ERR_BOARD_COUNTS;
}

/* The rest of the fixed part. */
static void read_fixed(struct sk_field_reader *r, struct sk_board *out)
{
    sk_read_zeros(r, 2);
    out->issued_day = sk_read_u32(r);
    out->counter = sk_read_u64(r);
    out->stale_day = sk_read_u32(r);
    out->carry_serial = sk_read_u32(r);
    sk_read_bytes(r, out->identity.b, sizeof out->identity.b);
    out->sheet_serial = sk_read_u32(r);
    sk_read_zeros(r, 4);
    sk_read_bytes(r, out->previous.b, sizeof out->previous.b);
    sk_read_bytes(r, out->carry_digest.b, sizeof out->carry_digest.b);
}

/* ---- reading ---------------------------------------------------------------- */

size_t sk_board_header_length(const uint8_t *bytes, size_t len)
{
    struct sk_field_reader r = sk_read_from(bytes, len);
    uint8_t bucket_bits, record_bits;

    return read_counts(&r, &bucket_bits, &record_bits) == SK_OK ? sk_board_header_bytes(bucket_bits)
                                                                : 0;
}

size_t sk_board_bucket_length(const struct sk_board *board)
{
    return (size_t)SK_RECORD_BYTES << board->record_bits;
}

uint64_t sk_board_file_length(const struct sk_board *board)
{
    return board->header_len + ((uint64_t)sk_board_bucket_length(board) << board->bucket_bits);
}

enum sk_error sk_board_peek(struct sk_board *out, const uint8_t *bytes, size_t len)
{
    struct sk_field_reader r = sk_read_from(bytes, len);
    uint8_t bucket_bits, record_bits;
    enum sk_error e = read_counts(&r, &bucket_bits, &record_bits);

    if (e != SK_OK) {
        return e;
    }
    out->bucket_bits = bucket_bits;
    out->record_bits = record_bits;
    out->header_len = sk_board_header_bytes(bucket_bits);
    read_fixed(&r, out);
    return SK_OK;
}

enum sk_error sk_board_read(struct sk_board *out, const uint8_t *bytes, size_t len,
                            const struct sk_ed25519_pk *desk)
{
    struct sk_field_reader r = sk_read_from(bytes, len);
    struct sk_board board = {.header_len = len};
    enum sk_error e;

    if (len < sk_board_header_bytes(0)) {
        return SK_ERR_BOARD_LENGTH;
    }
    e = read_counts(&r, &board.bucket_bits, &board.record_bits);
    if (e != SK_OK) {
        return e;
    }
    if (len != sk_board_header_bytes(board.bucket_bits)) {
        return SK_ERR_BOARD_LENGTH;
    }
    read_fixed(&r, &board);
    if (r.reserved || (board.carry_serial == 0) != sk_all_zero(board.carry_digest.b, 32)) {
        return SK_ERR_BOARD_RESERVED;
    }
    sk_read_bytes(&r, board.buckets, (size_t)32 << board.bucket_bits);
    e = sk_signed_check(bytes, len, SK_BOARD_LABEL, desk, SK_ERR_BOARD_SIGNATURE);
    if (e != SK_OK) {
        return e;
    }
    sk_blake2b(&board.digest, bytes, len);
    *out = board;
    return SK_OK;
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

/* Tags ascend strictly: of two records with one tag, readers could see different ones. */
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
