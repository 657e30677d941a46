/* Key sheets: known answers, every refusal (FORMAT section 4). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "keys/format/sheet.h"
#include "keys/open/sheet_make.h"
#include "tests/unit/formats.h"

static int set_up(void **state)
{
    struct formats *f = malloc(sizeof *f);

    assert_non_null(f);
    formats_open(f, "sheet");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    formats_close(*state);
    free(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void sign_sheet(struct formats *f)
{
    formats_sign(f->file.p, f->file.len - 64, "skrynka/1 sheet", &f->identity);
}

static void expect_refused(const struct formats *f, enum sk_error error)
{
    struct sk_sheet sheet;

    formats_paint(&sheet, sizeof sheet);
    assert_error(sk_sheet_read(&sheet, f->file.p, f->file.len), error);
    formats_assert_painted(&sheet, sizeof sheet);
}

static void read_sheet(const struct formats *f, struct sk_sheet *sheet)
{
    assert_error(sk_sheet_read(sheet, f->file.p, f->file.len), SK_OK);
}

/* ---- known answers ---------------------------------------------------------- */

static void test_known_sheet_reads_field_by_field(void **state)
{
    const struct formats *f = *state;
    const json_t *want = json_object_get(f->json, "sheet");
    struct sk_sheet s;
    uint8_t b[32];

    read_sheet(f, &s);
    assert_int_equal(s.weeks, unit_number(want, "weeks"));
    assert_int_equal(s.months, unit_number(want, "months"));
    assert_int_equal(s.keep_weeks, unit_number(want, "keep_weeks"));
    assert_int_equal(s.serial, unit_number(want, "serial"));
    assert_int_equal(s.first_week, unit_number(want, "first_week"));
    assert_int_equal(s.first_month, unit_number(want, "first_month"));
    assert_int_equal(s.issued_week, unit_number(want, "issued_week"));
    assert_int_equal(s.board_floor, unit_number(want, "board_floor"));
    assert_memory_equal(s.identity.b, f->identity.b + 32, 32);
    assert_memory_equal(s.desk.b, f->desk.b + 32, 32);
    unit_hex_field(b, 32, want, "next_identity");
    assert_memory_equal(s.next_identity.b, b, 32);
    unit_hex_field(b, 32, want, "onion");
    assert_memory_equal(s.onion, b, 32);
    unit_hex_field(b, 32, want, "digest");
    assert_memory_equal(s.digest.b, b, 32);
    for (size_t i = 0; i < 5; i++) {
        unit_hex(b, 32, json_string_value(json_array_get(json_object_get(want, "keys"), i)));
        assert_memory_equal(s.keys[i].b, b, 32);
    }
}

static void test_sheet_announces_its_length(void **state)
{
    const struct formats *f = *state;
    uint8_t *p = f->file.p;
    size_t len = f->file.len;

    assert_int_equal(sk_sheet_length(p, len), len);
    assert_int_equal(sk_sheet_length(p, SK_SHEET_FIXED), len); /* more than is there */
    assert_int_equal(sk_sheet_length(p, SK_SHEET_FIXED - 1), 0);
    p[9]++;
    assert_int_equal(sk_sheet_length(p, len), len + 32);
    p[9]--;
    p[10]++;
    assert_int_equal(sk_sheet_length(p, len), len + 32);
    p[10]--;
    p[8]++;
    assert_int_equal(sk_sheet_length(p, len), 0);
    p[8]--;
    p[0]++;
    assert_int_equal(sk_sheet_length(p, len), 0);
    p[0]--;
}

static void test_made_sheet_has_the_known_bytes(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;
    uint8_t *bytes;
    size_t len;

    read_sheet(f, &s);
    assert_error(sk_sheet_make(&s, &f->identity, &bytes, &len), SK_OK);
    assert_int_equal(len, f->file.len);
    assert_memory_equal(bytes, f->file.p, len);
    free(bytes);
}

static void test_largest_sheet_goes_round(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet *s = calloc(2, sizeof *s);
    uint8_t *bytes;
    size_t len;

    assert_non_null(s);
    read_sheet(f, s);
    s->weeks = s->months = 255;
    for (size_t i = 0; i < 510; i++) {
        uint8_t name[2] = {(uint8_t)i, (uint8_t)(i >> 8)}, sk[32];

        sk_derive(sk, NULL, "test", name, 2);
        crypto_scalarmult_base(s->keys[i].b, sk);
    }
    assert_error(sk_sheet_make(s, &f->identity, &bytes, &len), SK_OK);
    assert_int_equal(len, SK_SHEET_MAX);
    assert_error(sk_sheet_read(&s[1], bytes, len), SK_OK);
    assert_memory_equal(s[0].keys, s[1].keys, sizeof s->keys);
    free(bytes);
    free(s);
}

static void test_making_refuses_months_without_weeks(void **state)
{
    const struct formats *f = *state;
    uint8_t *bytes = NULL;
    struct sk_sheet s;
    size_t len = 1;

    read_sheet(f, &s);
    s.weeks = 0;
    assert_error(sk_sheet_make(&s, &f->identity, &bytes, &len), SK_ERR_SHEET_COUNTS);
    assert_null(bytes);
    assert_int_equal(len, 1);
}

/* ---- structure -------------------------------------------------------------- */

static void test_every_truncation_is_refused(void **state)
{
    struct formats *f = *state;
    struct sk_sheet s;

    for (size_t len = 0; len < f->file.len; len++) {
        /* A copy of exactly this size: a read past its end is seen by the sanitizer. */
        uint8_t *copy = malloc(len > 0 ? len : 1);

        assert_non_null(copy);
        memcpy(copy, f->file.p, len);
        assert_error(sk_sheet_read(&s, copy, len), SK_ERR_SHEET_LENGTH);
        free(copy);
    }
}

static void test_extended_sheet_is_refused(void **state)
{
    struct formats *f = *state;

    f->file.len++;
    expect_refused(f, SK_ERR_SHEET_LENGTH);
    f->file.len += 31;
    expect_refused(f, SK_ERR_SHEET_LENGTH);
}

static void test_wrong_magic_is_refused(void **state)
{
    struct formats *f = *state;

    f->file.p[7] = '2';
    sign_sheet(f);
    expect_refused(f, SK_ERR_SHEET_MAGIC);
}

static void test_unknown_suite_is_refused(void **state)
{
    struct formats *f = *state;

    f->file.p[8] = 2;
    sign_sheet(f);
    expect_refused(f, SK_ERR_SHEET_SUITE);
}

static void test_each_reserved_byte_is_checked(void **state)
{
    struct formats *f = *state;

    for (size_t i = 28; i < 32; i++) {
        f->file.p[i] = 0x80;
        sign_sheet(f);
        expect_refused(f, SK_ERR_SHEET_RESERVED);
        f->file.p[i] = 0;
    }
}

static void test_months_without_weeks_are_refused(void **state)
{
    struct formats *f = *state;

    f->file.p[10] = (uint8_t)(f->file.p[9] + f->file.p[10]);
    f->file.p[9] = 0;
    sign_sheet(f);
    expect_refused(f, SK_ERR_SHEET_COUNTS);
}

/* ---- signature -------------------------------------------------------------- */

static void test_every_flipped_byte_is_refused(void **state)
{
    struct formats *f = *state;
    struct sk_sheet s;

    for (size_t i = 0; i < f->file.len; i++) {
        f->file.p[i] ^= 0x10;
        assert_int_not_equal(sk_sheet_read(&s, f->file.p, f->file.len), SK_OK);
        f->file.p[i] ^= 0x10;
    }
}

static void test_bad_signature_is_refused(void **state)
{
    struct formats *f = *state;

    f->file.p[f->file.len - 1] ^= 1;
    expect_refused(f, SK_ERR_SHEET_SIGNATURE);
}

static void test_signature_by_another_key_is_refused(void **state)
{
    struct formats *f = *state;

    formats_sign(f->file.p, f->file.len - 64, "skrynka/1 sheet", &f->desk);
    expect_refused(f, SK_ERR_SHEET_SIGNATURE);
}

static void test_signature_of_a_board_on_a_sheet_is_refused(void **state)
{
    struct formats *f = *state;

    formats_sign(f->file.p, f->file.len - 64, "skrynka/1 board", &f->identity);
    expect_refused(f, SK_ERR_SHEET_SIGNATURE);
}

/* With the neutral element as key and R, S = 0 "signs" every message. */
static void test_identity_of_low_order_is_refused(void **state)
{
    struct formats *f = *state;
    uint8_t neutral[32] = {1};

    memcpy(f->file.p + 40, neutral, 32);
    memset(f->file.p + f->file.len - 64, 0, 64);
    memcpy(f->file.p + f->file.len - 64, neutral, 32);
    expect_refused(f, SK_ERR_SHEET_SIGNATURE);
}

/* ---- keys ------------------------------------------------------------------- */

static void test_repeated_key_is_refused(void **state)
{
    struct formats *f = *state;

    /* The last monthly key is the first weekly one: found across the kinds. */
    memcpy(f->file.p + 168 + 4 * 32, f->file.p + 168, 32);
    sign_sheet(f);
    expect_refused(f, SK_ERR_KEY_REPEATED);
}

/* 0, 1, both points of order eight, p - 1, p, p + 1; and all of them with the unused bit set. */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void test_each_low_order_key_is_refused(void **state)
{
    struct formats *f = *state;

    for (size_t i = 0; i < sizeof low_order / sizeof *low_order; i++) {
        unit_hex(f->file.p + 168 + 32 * (i % 5), 32, low_order[i]);
        sign_sheet(f);
        expect_refused(f, SK_ERR_KEY_LOW_ORDER);
        f->file.p[168 + 32 * (i % 5) + 31] |= 0x80;
        sign_sheet(f);
        expect_refused(f, SK_ERR_KEY_LOW_ORDER);
        formats_close(f);
        formats_open(f, "sheet");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_sheet_reads_field_by_field),
        TEST(test_sheet_announces_its_length),
        TEST(test_made_sheet_has_the_known_bytes),
        TEST(test_largest_sheet_goes_round),
        TEST(test_making_refuses_months_without_weeks),
        TEST(test_every_truncation_is_refused),
        TEST(test_extended_sheet_is_refused),
        TEST(test_wrong_magic_is_refused),
        TEST(test_unknown_suite_is_refused),
        TEST(test_each_reserved_byte_is_checked),
        TEST(test_months_without_weeks_are_refused),
        TEST(test_every_flipped_byte_is_refused),
        TEST(test_bad_signature_is_refused),
        TEST(test_signature_by_another_key_is_refused),
        TEST(test_signature_of_a_board_on_a_sheet_is_refused),
        TEST(test_identity_of_low_order_is_refused),
        TEST(test_repeated_key_is_refused),
        TEST(test_each_low_order_key_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
