/* Boards: known answers, every refusal of header and buckets, trust
 * (FORMAT section 5). What stands in records is in test_answer.c, making in test_board_make.c. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/board.h"
#include "tests/unit/formats.h"

enum { HEADER = 136 + 2 * 32 + 64, BUCKET = 8 * 1024 };

struct fixture {
    struct formats f;
    struct sk_ed25519_pk desk;
    struct sk_sheet sheet;
    struct sk_board board; /* as read from the known answer */
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);

    assert_non_null(x);
    formats_open(&x->f, "sheet");
    assert_error(sk_sheet_read(&x->sheet, x->f.file.p, x->f.file.len), SK_OK);
    formats_close(&x->f);
    formats_open(&x->f, "board");
    memcpy(x->desk.b, x->f.desk.b + 32, 32);
    assert_error(sk_board_read(&x->board, x->f.file.p, HEADER, &x->desk), SK_OK);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    formats_close(&x->f);
    free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void sign_board(struct fixture *x)
{
    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 board", &x->f.desk);
}

static void expect_refused_len(struct fixture *x, size_t len, enum sk_error error)
{
    struct sk_board board;

    formats_paint(&board, sizeof board);
    assert_error(sk_board_read(&board, x->f.file.p, len, &x->desk), error);
    formats_assert_painted(&board, sizeof board);
}

static void expect_refused(struct fixture *x, enum sk_error error)
{
    expect_refused_len(x, HEADER, error);
}

static uint8_t *bucket_of(struct fixture *x, unsigned i)
{
    return x->f.file.p + HEADER + (size_t)BUCKET * i;
}

/* ---- known answers ---------------------------------------------------------- */

static void test_known_board_reads_field_by_field(void **state)
{
    struct fixture *x = *state;
    const json_t *want = json_object_get(x->f.json, "board");
    uint8_t b[32];

    assert_int_equal(x->board.bucket_bits, unit_number(want, "bucket_bits"));
    assert_int_equal(x->board.record_bits, unit_number(want, "record_bits"));
    assert_int_equal(x->board.issued_day, unit_number(want, "issued_day"));
    assert_int_equal(x->board.stale_day, unit_number(want, "stale_day"));
    assert_int_equal(x->board.counter, unit_number(want, "counter"));
    assert_int_equal(x->board.carry_serial, unit_number(want, "carry_serial"));
    assert_int_equal(x->board.sheet_serial, unit_number(want, "sheet_serial"));
    assert_int_equal(x->board.header_len, unit_number(want, "header_len"));
    assert_memory_equal(x->board.identity.b, x->f.identity.b + 32, 32);
    unit_hex_field(b, 32, want, "previous");
    assert_memory_equal(x->board.previous.b, b, 32);
    unit_hex_field(b, 32, want, "carry_digest");
    assert_memory_equal(x->board.carry_digest.b, b, 32);
    unit_hex_field(b, 32, want, "digest");
    assert_memory_equal(x->board.digest.b, b, 32);
    assert_int_equal(sk_board_file_length(&x->board), x->f.file.len);
    assert_int_equal(sk_board_bucket_length(&x->board), BUCKET);
    assert_int_equal(sk_board_header_length(x->f.file.p, 136), HEADER);
    assert_int_equal(sk_board_header_length(x->f.file.p, 135), 0);
}

/* Unverified: what follows from the fixed part alone, and nothing else is touched. */
static void test_a_peek_tells_what_the_fixed_part_says(void **state)
{
    struct fixture *x = *state;
    struct sk_board board;

    memset(&board, 0xEE, sizeof board);
    x->f.file.p[12] ^= 1; /* the signature does not matter */
    assert_error(sk_board_peek(&board, x->f.file.p, 136), SK_OK);
    assert_int_equal(board.issued_day, x->board.issued_day ^ 1);
    assert_int_equal(board.stale_day, x->board.stale_day);
    assert_int_equal(board.counter, x->board.counter);
    assert_int_equal(board.carry_serial, x->board.carry_serial);
    assert_int_equal(board.sheet_serial, x->board.sheet_serial);
    assert_memory_equal(board.identity.b, x->board.identity.b, 32);
    assert_memory_equal(board.previous.b, x->board.previous.b, 32);
    assert_memory_equal(board.carry_digest.b, x->board.carry_digest.b, 32);
    assert_int_equal(board.header_len, HEADER);
    assert_int_equal(sk_board_file_length(&board), x->f.file.len);
    assert_int_equal(board.buckets[0].b[0], 0xEE);
    assert_int_equal(board.digest.b[0], 0xEE);
}

static void test_a_peek_at_what_is_no_board_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_board board = {.counter = 5};

    assert_error(sk_board_peek(&board, x->f.file.p, 135), SK_ERR_BOARD_LENGTH);
    x->f.file.p[9] = 9;
    assert_error(sk_board_peek(&board, x->f.file.p, 136), SK_ERR_BOARD_COUNTS);
    x->f.file.p[7] = 0;
    assert_error(sk_board_peek(&board, x->f.file.p, 136), SK_ERR_BOARD_MAGIC);
    assert_int_equal(board.counter, 5);
}

static void test_known_buckets_are_accepted(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_board_bucket_check(&x->board, 0, bucket_of(x, 0), BUCKET), SK_OK);
    assert_error(sk_board_bucket_check(&x->board, 1, bucket_of(x, 1), BUCKET), SK_OK);
}

/* ---- structure -------------------------------------------------------------- */

static void test_every_truncation_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_board board;

    for (size_t len = 0; len < HEADER; len++) {
        uint8_t *copy = malloc(len > 0 ? len : 1);

        assert_non_null(copy);
        memcpy(copy, x->f.file.p, len);
        assert_error(sk_board_read(&board, copy, len, &x->desk), SK_ERR_BOARD_LENGTH);
        free(copy);
    }
}

static void test_extended_header_is_refused(void **state)
{
    expect_refused_len(*state, HEADER + 1, SK_ERR_BOARD_LENGTH);
    expect_refused_len(*state, HEADER + 32, SK_ERR_BOARD_LENGTH);
}

static void test_wrong_magic_is_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[0] = 's';
    sign_board(x);
    expect_refused(x, SK_ERR_BOARD_MAGIC);
}

static void test_more_than_1024_buckets_are_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[8] = 11;
    sign_board(x);
    expect_refused(x, SK_ERR_BOARD_COUNTS);
    x->f.file.p[8] = 255;
    expect_refused(x, SK_ERR_BOARD_COUNTS);
    assert_int_equal(sk_board_header_length(x->f.file.p, HEADER), 0);
}

static void test_less_than_8_records_a_bucket_are_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[9] = 2;
    sign_board(x);
    expect_refused(x, SK_ERR_BOARD_COUNTS);
}

static void test_more_than_256_records_a_bucket_are_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[9] = 9;
    sign_board(x);
    expect_refused(x, SK_ERR_BOARD_COUNTS);
    x->f.file.p[9] = 64;
    expect_refused(x, SK_ERR_BOARD_COUNTS);
}

static void test_each_reserved_byte_is_checked(void **state)
{
    static const size_t reserved[] = {10, 11, 68, 69, 70, 71};
    struct fixture *x = *state;

    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        x->f.file.p[reserved[i]] = 1;
        sign_board(x);
        expect_refused(x, SK_ERR_BOARD_RESERVED);
        x->f.file.p[reserved[i]] = 0;
    }
}

/* An acknowledgement is a number and the digest of what it numbers, or neither. */
static void test_serial_and_digest_of_a_bundle_stand_or_fall_together(void **state)
{
    struct fixture *x = *state;
    struct sk_board board;
    uint8_t digest[32];

    memcpy(digest, x->f.file.p + 104, sizeof digest);
    memset(x->f.file.p + 104, 0, sizeof digest);
    sign_board(x);
    expect_refused(x, SK_ERR_BOARD_RESERVED);
    sk_put_u32(x->f.file.p + 28, 0);
    sign_board(x);
    assert_error(sk_board_read(&board, x->f.file.p, HEADER, &x->desk), SK_OK);
    assert_int_equal(board.carry_serial, 0);
    for (size_t i = 0; i < sizeof digest; i++) {
        x->f.file.p[104 + i] = 1;
        sign_board(x);
        expect_refused(x, SK_ERR_BOARD_RESERVED);
        x->f.file.p[104 + i] = 0;
    }
    x->f.file.p[104] = digest[0] | 1; /* one byte of a digest is a digest */
    sk_put_u32(x->f.file.p + 28, 0x80000000);
    sign_board(x);
    assert_error(sk_board_read(&board, x->f.file.p, HEADER, &x->desk), SK_OK);
}

/* ---- signature -------------------------------------------------------------- */

static void test_every_flipped_byte_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_board board;

    for (size_t i = 0; i < HEADER; i++) {
        x->f.file.p[i] ^= 4;
        assert_int_not_equal(sk_board_read(&board, x->f.file.p, HEADER, &x->desk), SK_OK);
        x->f.file.p[i] ^= 4;
    }
}

static void test_bad_signature_is_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[HEADER - 40] ^= 1;
    expect_refused(x, SK_ERR_BOARD_SIGNATURE);
}

static void test_signature_by_the_identity_is_refused(void **state)
{
    struct fixture *x = *state;

    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 board", &x->f.identity);
    expect_refused(x, SK_ERR_BOARD_SIGNATURE);
}

static void test_signature_of_a_sheet_on_a_board_is_refused(void **state)
{
    struct fixture *x = *state;

    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 sheet", &x->f.desk);
    expect_refused(x, SK_ERR_BOARD_SIGNATURE);
}

/* ---- trust ------------------------------------------------------------------ */

static void test_first_board_need_not_begin_its_chain(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_OK);
}

/* A last board that x->board directly follows. */
static struct sk_board *last_board(const struct fixture *x)
{
    struct sk_board *last = malloc(sizeof *last);

    assert_non_null(last);
    *last = x->board;
    last->digest = x->board.previous;
    last->counter = x->board.counter - 1;
    return last;
}

static void test_next_board_is_trusted_also_with_a_jump_of_the_counter(void **state)
{
    struct fixture *x = *state;
    struct sk_board *last = last_board(x);

    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_OK);
    last->counter -= 5;
    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_OK);
    free(last);
}

static void test_other_identity_is_refused(void **state)
{
    struct fixture *x = *state;

    x->sheet.identity.b[0] ^= 1;
    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_ERR_BOARD_IDENTITY);
}

/* Sheet and board of one visit may be taken in either order. */
static void test_any_sheet_serial_is_trusted(void **state)
{
    struct fixture *x = *state;

    x->sheet.serial++;
    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_OK);
    x->sheet.serial -= 2;
    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_OK);
}

static void test_counter_below_the_floor_is_refused(void **state)
{
    struct fixture *x = *state;

    x->sheet.board_floor = x->board.counter;
    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_OK);
    x->sheet.board_floor++;
    assert_error(sk_board_trust(&x->board, &x->sheet, NULL), SK_ERR_BOARD_FLOOR);
}

static void test_counter_not_above_the_last_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_board *last = last_board(x);

    last->counter = x->board.counter;
    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_ERR_BOARD_COUNTER);
    last->counter++;
    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_ERR_BOARD_COUNTER);
    free(last);
}

static void test_board_over_a_gap_is_trusted(void **state)
{
    struct fixture *x = *state;
    struct sk_board *last = last_board(x);

    last->digest.b[31] ^= 0x80;
    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_OK);
    last->counter -= 9;
    assert_error(sk_board_trust(&x->board, &x->sheet, last), SK_OK);
    free(last);
}

static void test_gap_counts_the_boards_between(void **state)
{
    struct fixture *x = *state;
    struct sk_board *last = last_board(x);

    assert_int_equal(sk_board_gap(&x->board, NULL), 0);
    assert_int_equal(sk_board_gap(&x->board, last), 0);
    last->counter -= 3; /* it names the last one: the counters between were never boards */
    assert_int_equal(sk_board_gap(&x->board, last), 0);
    last->digest.b[0] ^= 1;
    assert_int_equal(sk_board_gap(&x->board, last), 3);
    last->counter = x->board.counter - 2;
    assert_int_equal(sk_board_gap(&x->board, last), 1);
    last->counter = x->board.counter - 1; /* another board under the last counter */
    assert_int_equal(sk_board_gap(&x->board, last), 1);
    last->counter = x->board.counter;
    assert_int_equal(sk_board_gap(&x->board, last), 1);
    last->counter = 0;
    x->board.counter = UINT64_MAX;
    assert_true(sk_board_gap(&x->board, last) == UINT64_MAX - 1);
    free(last);
}

/* ---- buckets ---------------------------------------------------------------- */

static void test_altered_bucket_is_refused(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < BUCKET; i += 511) {
        bucket_of(x, 1)[i] ^= 1;
        assert_error(sk_board_bucket_check(&x->board, 1, bucket_of(x, 1), BUCKET),
                     SK_ERR_BOARD_BUCKET);
        bucket_of(x, 1)[i] ^= 1;
    }
}

static void test_bucket_in_the_place_of_another_is_refused(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_board_bucket_check(&x->board, 0, bucket_of(x, 1), BUCKET), SK_ERR_BOARD_BUCKET);
}

static void test_bucket_of_a_wrong_length_or_number_is_refused(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_board_bucket_check(&x->board, 0, bucket_of(x, 0), BUCKET - 1),
                 SK_ERR_BOARD_BUCKET);
    assert_error(sk_board_bucket_check(&x->board, 0, bucket_of(x, 0), BUCKET + 1),
                 SK_ERR_BOARD_BUCKET);
    assert_error(sk_board_bucket_check(&x->board, 2, bucket_of(x, 0), BUCKET), SK_ERR_BOARD_BUCKET);
}

/* As if the desk had signed it so: the digest fits. */
static void expect_order_refused(struct fixture *x, unsigned bucket)
{
    sk_blake2b(&x->board.buckets[bucket], bucket_of(x, bucket), BUCKET);
    assert_error(sk_board_bucket_check(&x->board, bucket, bucket_of(x, bucket), BUCKET),
                 SK_ERR_BOARD_ORDER);
}

static void test_unsorted_records_are_refused(void **state)
{
    struct fixture *x = *state;
    uint8_t record[SK_RECORD_BYTES], *p = bucket_of(x, 0) + 6 * SK_RECORD_BYTES;

    memcpy(record, p, sizeof record);
    memcpy(p, p + SK_RECORD_BYTES, sizeof record);
    memcpy(p + SK_RECORD_BYTES, record, sizeof record);
    expect_order_refused(x, 0);
}

static void test_two_records_of_one_tag_are_refused(void **state)
{
    struct fixture *x = *state;

    memcpy(bucket_of(x, 0) + SK_RECORD_BYTES, bucket_of(x, 0), SK_RECORD_TAG);
    expect_order_refused(x, 0);
}

static void test_misplaced_record_is_refused(void **state)
{
    struct fixture *x = *state;

    bucket_of(x, 0)[7 * SK_RECORD_BYTES] |= 0x80; /* still sorted, but of bucket 1 */
    expect_order_refused(x, 0);
    bucket_of(x, 1)[0] &= 0x7F;
    expect_order_refused(x, 1);
}

static void test_bucket_is_the_top_bits_of_the_tag(void **state)
{
    const uint8_t tag[SK_RECORD_TAG] = {0xA5, 0xC3, 0xFF};

    (void)state;
    assert_int_equal(sk_record_bucket(tag, 0), 0);
    assert_int_equal(sk_record_bucket(tag, 1), 1);
    assert_int_equal(sk_record_bucket(tag, 3), 5);
    assert_int_equal(sk_record_bucket(tag, 8), 0xA5);
    assert_int_equal(sk_record_bucket(tag, 10), 0xA5 << 2 | 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_board_reads_field_by_field),
        TEST(test_known_buckets_are_accepted),
        TEST(test_every_truncation_is_refused),
        TEST(test_extended_header_is_refused),
        TEST(test_a_peek_tells_what_the_fixed_part_says),
        TEST(test_a_peek_at_what_is_no_board_is_refused),
        TEST(test_wrong_magic_is_refused),
        TEST(test_more_than_1024_buckets_are_refused),
        TEST(test_less_than_8_records_a_bucket_are_refused),
        TEST(test_more_than_256_records_a_bucket_are_refused),
        TEST(test_each_reserved_byte_is_checked),
        TEST(test_serial_and_digest_of_a_bundle_stand_or_fall_together),
        TEST(test_every_flipped_byte_is_refused),
        TEST(test_bad_signature_is_refused),
        TEST(test_signature_by_the_identity_is_refused),
        TEST(test_signature_of_a_sheet_on_a_board_is_refused),
        TEST(test_first_board_need_not_begin_its_chain),
        TEST(test_next_board_is_trusted_also_with_a_jump_of_the_counter),
        TEST(test_other_identity_is_refused),
        TEST(test_any_sheet_serial_is_trusted),
        TEST(test_counter_below_the_floor_is_refused),
        TEST(test_counter_not_above_the_last_is_refused),
        TEST(test_board_over_a_gap_is_trusted),
        TEST(test_gap_counts_the_boards_between),
        TEST(test_altered_bucket_is_refused),
        TEST(test_bucket_in_the_place_of_another_is_refused),
        TEST(test_bucket_of_a_wrong_length_or_number_is_refused),
        TEST(test_unsorted_records_are_refused),
        TEST(test_two_records_of_one_tag_are_refused),
        TEST(test_misplaced_record_is_refused),
        TEST(test_bucket_is_the_top_bits_of_the_tag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
