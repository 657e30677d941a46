/* Sizes and numbers on the command line, and how long a request may take. */
#include "tests/unit/unit.h"

#include "gateway/options.h"
#include "gateway/http/peers.h"

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"1", 1},
                {"1K", 1024},
                {"3M", 3 << 20},
                {"1G", 1 << 30},
                {"4G", UINT64_C(4) << 30},
                {"4294967296", UINT64_C(4) << 30}};
    static const char *const bad[] = {
        "",    "0",          "0K",          "K",        "1k",
        "1KB", "1T",         "-1",          "1.5G",     " 1",
        "5G",  "4294967297", "99999999999", "4194305K", "18446744073709551617"};
    uint64_t bytes = 0;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(sk_size_parse(good[i].text, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sk_size_parse(bad[i], &bytes));
    }
}

static void test_numbers(void **state)
{
    static const char *const bad[] = {"", "0", "65", "-1", "8x", " 8", "9999999999999999999"};
    unsigned number = 0;

    (void)state;
    assert_true(sk_number_parse("1", 1, 64, &number));
    assert_true(sk_number_parse("64", 1, 64, &number));
    assert_int_equal(number, 64);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sk_number_parse(bad[i], 1, 64, &number));
    }
}

static void test_time_allowed(void **state)
{
    (void)state;
    assert_int_equal(sk_seconds_allowed(0, 3600), 30);
    assert_int_equal(sk_seconds_allowed(1, 3600), 60);
    assert_int_equal(sk_seconds_allowed(8192 * 100, 3600), 160);
    assert_int_equal(sk_seconds_allowed(UINT64_MAX, 3600), 3600);
    assert_int_equal(sk_seconds_allowed(0, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_time_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
