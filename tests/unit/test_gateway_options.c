/* How long a request may take. */
#include "tests/unit/unit.h"

#include "gateway/http/connections.h"

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
        cmocka_unit_test(test_time_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
