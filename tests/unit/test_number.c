/* Numbers, sizes and fingerprints as people write them. */
#include <string.h>

#include "keys/base/number.h"
#include "tests/unit/unit.h"

static bool number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    return sk_number_read(text, strlen(text), least, most, out);
}

static void test_a_number_is_decimal_digits_within_its_bounds(void **state)
{
    static const char *const bad[] = {"",   "0",        "65",  "-1",  "+1",
                                      "8x", " 8",       "8 ",  "0x8", "1e1",
                                      "8.", "\xd9\xa8", "1_0", "1'0", "99999999999999999999999999"};
    uint64_t n = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (number(bad[i], 1, 64, &n)) {
            fail_msg("'%s' was taken for a number", bad[i]);
        }
    }
    assert_int_equal(n, 7);
    assert_true(number("1", 1, 64, &n) && n == 1);
    assert_true(number("064", 1, 64, &n) && n == 64);
    assert_true(sk_number_read("12-9", 2, 0, 99, &n) && n == 12);
}

static void test_the_largest_number_is_taken_and_the_next_is_not(void **state)
{
    uint64_t n = 7;

    (void)state;
    assert_true(number("18446744073709551615", 0, UINT64_MAX, &n) && n == UINT64_MAX);
    n = 7;
    assert_false(number("18446744073709551616", 0, UINT64_MAX, &n));
    assert_false(number("18446744073709551620", 0, UINT64_MAX, &n));
    assert_false(number("28446744073709551615", 0, UINT64_MAX, &n));
    assert_int_equal(n, 7);
}

static void test_a_size_has_one_unit_at_most(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"1", 1},
                {"1K", 1024},
                {"3M", 3 << 20},
                {"1G", 1 << 30},
                {"2T", UINT64_C(2) << 40},
                {"4294967296", UINT64_C(4) << 30},
                {"8388607T", UINT64_C(8388607) << 40},
                {"9223372036854775807", INT64_MAX}};
    static const char *const bad[] = {"",
                                      "0",
                                      "0K",
                                      "K",
                                      "1k",
                                      "1KB",
                                      "1P",
                                      "-1",
                                      "+1",
                                      "1.5G",
                                      " 1",
                                      "1 ",
                                      "1 K",
                                      "1KK",
                                      "8388608T",
                                      "1K1",
                                      "0x1K",
                                      "9223372036854775808",
                                      "18446744073709551617",
                                      "99999999999T"};
    uint64_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(sk_size_read(good[i].text, 1, UINT64_MAX, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (sk_size_read(bad[i], 1, UINT64_MAX, &bytes)) {
            fail_msg("'%s' was taken for a size", bad[i]);
        }
    }
    assert_true(sk_size_read("4M", 4 << 20, 8 << 20, &bytes));
    assert_false(sk_size_read("3M", 4 << 20, 8 << 20, &bytes));
    assert_false(sk_size_read("9M", 4 << 20, 8 << 20, &bytes));
}

static void test_a_size_for_people_has_one_decimal(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {{0, "0 B"},
                 {1023, "1023 B"},
                 {1024, "1.0 KiB"},
                 {3565158, "3.3 MiB"},
                 {UINT64_C(1) << 40, "1.0 TiB"},
                 {UINT64_MAX, "15.9 EiB"}};
    char text[SK_SIZE_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(sk_size_text(text, cases[i].bytes), cases[i].text);
    }
}

static void test_a_fingerprint_may_be_written_in_groups(void **state)
{
    static const char plain[] = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
    static const char *const good[] = {
        plain,
        "00112233445566778899AABBCCDDEEFF0123456789ABCDEF0123456789ABCDEF",
        "0011 2233 4455 6677 8899 aabb ccdd eeff 0123 4567 89ab cdef 0123 4567 89ab cdef",
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
        "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef",
        "00112-23344-55667-78899-aabbc-cddee-ff012-34567-89abc-def01-23456-789ab-cdef",
        " 00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef\t"};
    static const char *const bad[] = {
        "",
        "00",
        "0x112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef",
        "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcde",
        "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef0",
        "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdeg",
        "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcd_f"};
    struct sk_ed25519_pk want, got;
    char text[SK_HEX_TEXT];

    (void)state;
    assert_true(sk_fingerprint_read(plain, &want));
    sk_fingerprint_text(text, &want);
    assert_string_equal(text, plain);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        memset(&got, 0, sizeof got);
        assert_true(sk_fingerprint_read(good[i], &got));
        assert_memory_equal(&got, &want, sizeof got);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (sk_fingerprint_read(bad[i], &got)) {
            fail_msg("'%s' was taken for a fingerprint", bad[i]);
        }
    }
    assert_memory_equal(&got, &want, sizeof got);
}

static void test_eight_hexadecimal_digits_are_a_number(void **state)
{
    static const char *const bad[] = {"",         "0000123",  "0x000012",
                                      " 0000123", "0000123g", "-0000012"};
    uint32_t n = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (sk_hex_u32_read(bad[i], &n)) {
            fail_msg("'%s' was taken for eight digits", bad[i]);
        }
    }
    assert_int_equal(n, 7);
    assert_true(sk_hex_u32_read("8000012F", &n) && n == UINT32_C(0x8000012f));
    assert_true(sk_hex_u32_read("00000b3c.log", &n) && n == 0xb3c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_number_is_decimal_digits_within_its_bounds),
        cmocka_unit_test(test_the_largest_number_is_taken_and_the_next_is_not),
        cmocka_unit_test(test_a_size_has_one_unit_at_most),
        cmocka_unit_test(test_a_size_for_people_has_one_decimal),
        cmocka_unit_test(test_eight_hexadecimal_digits_are_a_number),
        cmocka_unit_test(test_a_fingerprint_may_be_written_in_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
