/* Headers of carry bundles: known answers, every refusal, the chain (FORMAT section 6). The sheets
 * behind them are in test_carry_sheets.c. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/carry.h"
#include "tests/unit/formats.h"

enum {
    COUNT = 5,
    SHEETS = 3,
    ENTRIES_AT = 112 + 48 * SHEETS,
    HEADER = ENTRIES_AT + 40 * COUNT + 64
};

struct fixture {
    struct formats f;
    struct sk_carry carry; /* the known answer, as read */
    struct sk_carry_sheet sheets[SHEETS];
    struct sk_carry_entry entries[COUNT];
    struct sk_digest digest;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);

    assert_non_null(x);
    formats_open(&x->f, "carry");
    assert_error(sk_carry_read(&x->carry, x->sheets, x->entries, x->f.file.p, HEADER, &x->digest),
                 SK_OK);
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

static void sign_carry(struct fixture *x)
{
    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 carry", &x->f.gateway);
}

static void expect_refused_len(struct fixture *x, size_t len, enum sk_error error)
{
    struct sk_carry_sheet sheets[SHEETS];
    struct sk_carry_entry entries[COUNT];
    struct sk_digest digest;
    struct sk_carry carry;

    formats_paint(&carry, sizeof carry);
    formats_paint(sheets, sizeof sheets);
    formats_paint(entries, sizeof entries);
    formats_paint(&digest, sizeof digest);
    assert_error(sk_carry_read(&carry, sheets, entries, x->f.file.p, len, &digest), error);
    formats_assert_painted(&carry, sizeof carry);
    formats_assert_painted(sheets, sizeof sheets);
    formats_assert_painted(entries, sizeof entries);
    formats_assert_painted(&digest, sizeof digest);
}

/* Also with a signature that fits: the structure is refused for itself. */
static void expect_refused(struct fixture *x, enum sk_error error)
{
    sign_carry(x);
    expect_refused_len(x, HEADER, error);
}

/* ---- known answers ---------------------------------------------------------- */

static void test_known_bundle_reads_field_by_field(void **state)
{
    struct fixture *x = *state;
    const json_t *want = json_object_get(x->f.json, "carry");
    uint8_t b[32];

    assert_int_equal(x->carry.serial, unit_number(want, "serial"));
    assert_int_equal(x->carry.count, COUNT);
    assert_int_equal(x->carry.first_day, unit_number(want, "first_day"));
    assert_int_equal(x->carry.last_day, unit_number(want, "last_day"));
    assert_memory_equal(x->carry.gateway.b, x->f.gateway.b + 32, 32);
    unit_hex_field(b, 32, want, "previous");
    assert_memory_equal(x->carry.previous.b, b, 32);
    unit_hex_field(b, 32, want, "digest");
    assert_memory_equal(x->digest.b, b, 32);
    unit_hex_field(b, 16, want, "chain");
    assert_memory_equal(x->carry.chain.b, b, 16);
    assert_int_equal(x->carry.sheets, SHEETS);
    for (size_t i = 0; i < SHEETS; i++) {
        const json_t *sheet = json_array_get(json_object_get(want, "sheets"), i);

        unit_hex_field(b, 32, sheet, "digest");
        assert_memory_equal(x->sheets[i].digest.b, b, 32);
        assert_int_equal(x->sheets[i].length, unit_number(sheet, "length"));
        assert_int_equal(x->sheets[i].current, json_is_true(json_object_get(sheet, "current")));
        assert_int_equal(x->sheets[i].board_counter, unit_number(sheet, "board_counter"));
    }
    for (size_t i = 0; i < COUNT; i++) {
        const json_t *entry = json_array_get(json_object_get(want, "entries"), i);

        assert_int_equal(x->entries[i].day, unit_number(entry, "day"));
        assert_int_equal(x->entries[i].chunks, unit_number(entry, "chunks"));
        unit_hex_field(b, 32, entry, "envelope");
        assert_memory_equal(x->entries[i].envelope.b, b, 32);
    }
}

static void test_written_bundle_has_the_known_bytes(void **state)
{
    struct fixture *x = *state;
    struct sk_digest digest;
    uint8_t out[HEADER];

    assert_int_equal(sk_carry_header_length(SHEETS, COUNT), HEADER);
    assert_error(sk_carry_write(out, &x->carry, x->sheets, x->entries, &x->f.gateway, &digest),
                 SK_OK);
    assert_memory_equal(out, x->f.file.p, HEADER);
    assert_memory_equal(digest.b, x->digest.b, 32);
}

static void test_empty_bundle_goes_round(void **state)
{
    struct fixture *x = *state;
    uint8_t out[112 + 64];
    struct sk_carry back;

    x->carry.count = x->carry.sheets = 0;
    assert_int_equal(sk_carry_header_length(0, 0), sizeof out);
    assert_error(sk_carry_write(out, &x->carry, NULL, NULL, &x->f.gateway, NULL), SK_OK);
    assert_error(sk_carry_read(&back, NULL, NULL, out, sizeof out, NULL), SK_OK);
    assert_memory_equal(&back, &x->carry, sizeof back);
}

static void test_fixed_part_reads_alone(void **state)
{
    struct fixture *x = *state;
    struct sk_carry carry;

    assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_OK);
    assert_memory_equal(&carry, &x->carry, sizeof carry);
}

/* ---- structure -------------------------------------------------------------- */

static void test_every_truncation_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_carry_sheet sheets[SHEETS];
    struct sk_carry_entry entries[COUNT];
    struct sk_carry carry;

    for (size_t len = 0; len < HEADER; len++) {
        uint8_t *copy = malloc(len > 0 ? len : 1);

        assert_non_null(copy);
        memcpy(copy, x->f.file.p, len);
        assert_error(sk_carry_read(&carry, sheets, entries, copy, len, NULL), SK_ERR_CARRY_LENGTH);
        free(copy);
    }
}

static void test_extended_header_is_refused(void **state)
{
    expect_refused_len(*state, HEADER + 1, SK_ERR_CARRY_LENGTH);
    expect_refused_len(*state, HEADER + 40, SK_ERR_CARRY_LENGTH);
    expect_refused_len(*state, HEADER + 48, SK_ERR_CARRY_LENGTH);
}

static void test_wrong_magic_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_carry carry;

    x->f.file.p[7] = '0';
    expect_refused(x, SK_ERR_CARRY_MAGIC);
    assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_ERR_CARRY_MAGIC);
}

static void test_count_that_would_overflow_is_refused(void **state)
{
    struct fixture *x = *state;
    /* 40 x 0x06666667 is 2^32 and a bit: in 32 bits a few bytes would seem enough. */
    const uint32_t counts[] = {SK_CARRY_COUNT_MAX + 1, 0x06666667, 0x80000000, UINT32_MAX};
    struct sk_carry carry;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sk_put_u32(x->f.file.p + 12, counts[i]);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
        formats_paint(&carry, sizeof carry);
        assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_ERR_CARRY_COUNTS);
        formats_assert_painted(&carry, sizeof carry);
    }
}

static void test_count_of_one_more_or_less_is_refused(void **state)
{
    struct fixture *x = *state;

    sk_put_u32(x->f.file.p + 12, COUNT + 1);
    expect_refused(x, SK_ERR_CARRY_LENGTH);
    sk_put_u32(x->f.file.p + 12, COUNT - 1);
    expect_refused(x, SK_ERR_CARRY_LENGTH);
}

static void test_number_of_sheets_is_bounded(void **state)
{
    struct fixture *x = *state;
    /* 48 x 0x05555556 is 2^32 and a bit. */
    const uint32_t counts[] = {SK_CARRY_SHEETS_MAX + 1, 0x05555556, 0x80000000, UINT32_MAX};
    struct sk_carry carry;

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sk_put_u32(x->f.file.p + 104, counts[i]);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
        formats_paint(&carry, sizeof carry);
        assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_ERR_CARRY_COUNTS);
        formats_assert_painted(&carry, sizeof carry);
    }
    sk_put_u32(x->f.file.p + 104, SHEETS + 1);
    expect_refused(x, SK_ERR_CARRY_LENGTH);
    sk_put_u32(x->f.file.p + 104, SHEETS - 1);
    expect_refused(x, SK_ERR_CARRY_LENGTH);
    sk_put_u32(x->f.file.p + 104, SK_CARRY_SHEETS_MAX);
    assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_OK);
}

static void test_each_reserved_byte_is_checked(void **state)
{
    struct fixture *x = *state;
    struct sk_carry carry;

    for (size_t at = 108; at < 112; at++) {
        x->f.file.p[at] = 1;
        expect_refused(x, SK_ERR_CARRY_RESERVED);
        formats_paint(&carry, sizeof carry);
        assert_error(sk_carry_read_fixed(&carry, x->f.file.p), SK_ERR_CARRY_RESERVED);
        formats_assert_painted(&carry, sizeof carry);
        x->f.file.p[at] = 0;
    }
}

/* The lengths are what a reader adds up to find the envelopes. */
static void test_impossible_lengths_of_sheets_are_refused(void **state)
{
    struct fixture *x = *state;
    const uint32_t lengths[] = {0, 168, SK_SHEET_MAX + 1, UINT32_MAX};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sk_put_u32(x->f.file.p + 112 + 48 * 2 + 32, lengths[i]);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
    }
}

static void test_current_is_zero_or_one(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < SHEETS; i++) {
        uint8_t before = x->f.file.p[112 + 48 * i + 36];

        sk_put_u32(x->f.file.p + 112 + 48 * i + 36, 2);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
        sk_put_u32(x->f.file.p + 112 + 48 * i + 36, before | 0x100);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
        sk_put_u32(x->f.file.p + 112 + 48 * i + 36, before);
    }
}

static void test_serial_zero_is_refused(void **state)
{
    struct fixture *x = *state;

    sk_put_u32(x->f.file.p + 8, 0);
    expect_refused(x, SK_ERR_CARRY_COUNTS);
}

static void test_last_day_before_the_first_is_refused(void **state)
{
    struct fixture *x = *state;

    sk_put_u32(x->f.file.p + 20, 20699);
    expect_refused(x, SK_ERR_CARRY_COUNTS);
}

static void test_days_out_of_order_are_refused(void **state)
{
    struct fixture *x = *state;

    sk_put_u32(x->f.file.p + ENTRIES_AT + 40 * 4, 20700);
    expect_refused(x, SK_ERR_CARRY_COUNTS);
}

static void test_days_outside_the_bundle_are_refused(void **state)
{
    struct fixture *x = *state;

    sk_put_u32(x->f.file.p + ENTRIES_AT, 20699);
    expect_refused(x, SK_ERR_CARRY_COUNTS);
    sk_put_u32(x->f.file.p + ENTRIES_AT, 20700);
    sk_put_u32(x->f.file.p + ENTRIES_AT + 40 * 4, 20711);
    expect_refused(x, SK_ERR_CARRY_COUNTS);
}

static void test_invalid_classes_are_refused(void **state)
{
    struct fixture *x = *state;
    const uint32_t chunks[] = {0, 3, 1025, 262145, UINT32_MAX};

    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        sk_put_u32(x->f.file.p + ENTRIES_AT + 40 * 2 + 4, chunks[i]);
        expect_refused(x, SK_ERR_CARRY_COUNTS);
    }
}

/* ---- signature -------------------------------------------------------------- */

static void test_bad_signature_is_refused(void **state)
{
    struct fixture *x = *state;

    x->f.file.p[HEADER - 1] ^= 0x20;
    expect_refused_len(x, HEADER, SK_ERR_CARRY_SIGNATURE);
}

static void test_every_flipped_byte_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_carry_sheet sheets[SHEETS];
    struct sk_carry_entry entries[COUNT];
    struct sk_carry carry;

    for (size_t i = 0; i < HEADER; i++) {
        x->f.file.p[i] ^= 1;
        assert_int_not_equal(sk_carry_read(&carry, sheets, entries, x->f.file.p, HEADER, NULL),
                             SK_OK);
        x->f.file.p[i] ^= 1;
    }
}

static void test_signature_of_a_board_on_a_bundle_is_refused(void **state)
{
    struct fixture *x = *state;

    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 board", &x->f.gateway);
    expect_refused_len(x, HEADER, SK_ERR_CARRY_SIGNATURE);
}

static void test_signature_by_another_key_is_refused(void **state)
{
    struct fixture *x = *state;

    formats_sign(x->f.file.p, HEADER - 64, "skrynka/1 carry", &x->f.desk);
    expect_refused_len(x, HEADER, SK_ERR_CARRY_SIGNATURE);
}

/* ---- writing ---------------------------------------------------------------- */

static void expect_not_written(struct fixture *x, enum sk_error error)
{
    uint8_t out[HEADER];

    formats_paint(out, sizeof out);
    assert_error(sk_carry_write(out, &x->carry, x->sheets, x->entries, &x->f.gateway, NULL), error);
    formats_assert_painted(out, sizeof out);
}

static void test_writing_refuses_what_reading_would_refuse(void **state)
{
    struct fixture *x = *state;

    x->entries[0].day = 20701;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
    x->entries[0].day = 20700;
    x->entries[0].chunks = 3;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
    x->entries[0].chunks = 1;
    x->sheets[1].length = SK_SHEET_MAX + 1;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
    x->sheets[1].length = SK_SHEET_FIXED;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
    x->sheets[1].length = 264;
    x->carry.sheets = SK_CARRY_SHEETS_MAX + 1;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
    x->carry.sheets = SHEETS;
    x->carry.count = SK_CARRY_COUNT_MAX + 1;
    expect_not_written(x, SK_ERR_CARRY_COUNTS);
}

static void test_writing_refuses_a_key_of_another_gateway(void **state)
{
    struct fixture *x = *state;

    x->carry.gateway.b[0] ^= 1;
    expect_not_written(x, SK_ERR_USAGE);
}

/* ---- chain ------------------------------------------------------------------ */

static void test_next_bundle_follows(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_carry_follows(&x->carry, &x->carry.gateway, 8, &x->carry.previous), SK_OK);
    assert_error(sk_carry_follows(&x->carry, NULL, 8, &x->carry.previous), SK_OK);
}

static void test_desk_may_join_with_any_bundle(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_carry_follows(&x->carry, NULL, 0, NULL), SK_OK);
}

static void test_serial_one_follows_nothing(void **state)
{
    struct fixture *x = *state;

    x->carry.serial = 1;
    assert_error(sk_carry_follows(&x->carry, NULL, 0, NULL), SK_ERR_CARRY_CHAIN);
    memset(x->carry.previous.b, 0, 32);
    assert_error(sk_carry_follows(&x->carry, NULL, 0, NULL), SK_OK);
    assert_error(sk_carry_follows(&x->carry, NULL, 1, &x->carry.previous), SK_ERR_CARRY_CHAIN);
}

static void test_other_gateway_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_ed25519_pk other = x->carry.gateway;

    other.b[31] ^= 1;
    assert_error(sk_carry_follows(&x->carry, &other, 8, &x->carry.previous), SK_ERR_CARRY_GATEWAY);
    assert_error(sk_carry_follows(&x->carry, &other, 0, NULL), SK_ERR_CARRY_GATEWAY);
}

static void test_gap_is_refused(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_carry_follows(&x->carry, NULL, 7, &x->carry.previous), SK_ERR_CARRY_CHAIN);
}

static void test_bundle_seen_before_is_refused(void **state)
{
    struct fixture *x = *state;

    assert_error(sk_carry_follows(&x->carry, NULL, 9, &x->digest), SK_ERR_CARRY_CHAIN);
    assert_error(sk_carry_follows(&x->carry, NULL, 10, &x->digest), SK_ERR_CARRY_CHAIN);
    assert_error(sk_carry_follows(&x->carry, NULL, UINT32_MAX, &x->digest), SK_ERR_CARRY_CHAIN);
}

static void test_broken_chain_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_digest other = x->carry.previous;

    other.b[0] ^= 1;
    assert_error(sk_carry_follows(&x->carry, NULL, 8, &other), SK_ERR_CARRY_CHAIN);
    assert_error(sk_carry_follows(&x->carry, NULL, 8, NULL), SK_ERR_CARRY_CHAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_bundle_reads_field_by_field),
        TEST(test_written_bundle_has_the_known_bytes),
        TEST(test_empty_bundle_goes_round),
        TEST(test_fixed_part_reads_alone),
        TEST(test_every_truncation_is_refused),
        TEST(test_extended_header_is_refused),
        TEST(test_wrong_magic_is_refused),
        TEST(test_count_that_would_overflow_is_refused),
        TEST(test_count_of_one_more_or_less_is_refused),
        TEST(test_number_of_sheets_is_bounded),
        TEST(test_each_reserved_byte_is_checked),
        TEST(test_impossible_lengths_of_sheets_are_refused),
        TEST(test_current_is_zero_or_one),
        TEST(test_serial_zero_is_refused),
        TEST(test_last_day_before_the_first_is_refused),
        TEST(test_days_out_of_order_are_refused),
        TEST(test_days_outside_the_bundle_are_refused),
        TEST(test_invalid_classes_are_refused),
        TEST(test_bad_signature_is_refused),
        TEST(test_every_flipped_byte_is_refused),
        TEST(test_signature_of_a_board_on_a_bundle_is_refused),
        TEST(test_signature_by_another_key_is_refused),
        TEST(test_writing_refuses_what_reading_would_refuse),
        TEST(test_writing_refuses_a_key_of_another_gateway),
        TEST(test_next_bundle_follows),
        TEST(test_desk_may_join_with_any_bundle),
        TEST(test_serial_one_follows_nothing),
        TEST(test_other_gateway_is_refused),
        TEST(test_gap_is_refused),
        TEST(test_bundle_seen_before_is_refused),
        TEST(test_broken_chain_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
