/* Weeks, months, days and the epochs that a gateway takes. */
#include <string.h>

#include "keys/base/calendar.h"
#include "tests/unit/unit.h"

#define MONDAY ((time_t)1795392000) /* 2026-11-23 00:00:00 UTC */
enum { DAY = 86400, WEEK = 7 * DAY };

static uint32_t day_of(const char *text)
{
    uint32_t day;

    assert_true(sk_day_parse(text, &day));
    return day;
}

static time_t noon_of(const char *text)
{
    return (time_t)day_of(text) * DAY + DAY / 2;
}

static void test_weeks_start_on_monday_at_midnight(void **state)
{
    (void)state;
    assert_int_equal(sk_week_of(MONDAY - 1), 2967);
    assert_int_equal(sk_week_of(MONDAY), 2968);
    assert_int_equal(sk_week_of(MONDAY + WEEK - 1), 2968);
    assert_int_equal(sk_week_of(MONDAY + WEEK), 2969);
    assert_int_equal(sk_week_of(4 * DAY), 0);
    assert_int_equal(sk_week_of(4 * DAY + WEEK), 1);
    assert_int_equal(sk_week_of(0), 0);
    assert_int_equal(sk_week_of(-1), 0);
}

static void test_first_day_of_a_week_lies_in_it(void **state)
{
    (void)state;
    assert_int_equal(sk_week_first_day(2968), day_of("2026-11-23"));
    for (uint32_t week = 0; week < 6000; week++) {
        time_t first = (time_t)sk_week_first_day(week) * DAY;

        assert_int_equal(sk_week_of(first), week);
        assert_int_equal(sk_week_of(first - 1), week > 0 ? week - 1 : 0);
    }
}

static void test_months_change_at_midnight_utc(void **state)
{
    (void)state;
    assert_int_equal(sk_month_of(0), 0);
    assert_int_equal(sk_month_of((time_t)day_of("2026-12-01") * DAY - 1), 682);
    assert_int_equal(sk_month_of((time_t)day_of("2026-12-01") * DAY), 683);
    assert_int_equal(sk_month_of(noon_of("2027-01-01")), 684);
    assert_int_equal(sk_month_of_day(day_of("2028-02-29")), 697);
    assert_int_equal(sk_month_of(-1), 0);
}

static void test_days(void **state)
{
    (void)state;
    assert_int_equal(sk_day_of(0), 0);
    assert_int_equal(sk_day_of(DAY - 1), 0);
    assert_int_equal(sk_day_of(DAY), 1);
    assert_int_equal(sk_day_of(-1), 0);
    assert_int_equal(sk_day_of(MONDAY), 20780);
}

static void test_days_format_and_parse_back(void **state)
{
    char text[11];

    (void)state;
    assert_true(sk_day_format(0, text));
    assert_string_equal(text, "1970-01-01");
    assert_true(sk_day_format(20780, text));
    assert_string_equal(text, "2026-11-23");
    assert_true(sk_day_format(day_of("9999-12-31"), text));
    assert_string_equal(text, "9999-12-31");
    for (uint32_t day = 0; day < 60000; day += 13) {
        assert_true(sk_day_format(day, text));
        assert_int_equal(day_of(text), day);
    }
}

static void test_day_after_the_year_9999_is_refused(void **state)
{
    char text[11] = "untouched";

    (void)state;
    assert_false(sk_day_format(day_of("9999-12-31") + 1, text));
    assert_false(sk_day_format(UINT32_MAX, text));
    assert_string_equal(text, "untouched");
}

static void test_what_is_no_date_is_refused(void **state)
{
    static const char *const bad[] = {
        "",           "2026",       "2026-11",     "2026-11-",    "2026-11-2",   "2026-11-233",
        "26-11-23",   "2026/11/23", "2026-11-23 ", " 2026-11-23", "2026-11-23T", "-026-11-23",
        "2026-+1-23", "2026-1a-23", "2026-00-10",  "2026-13-10",  "2026-11-00",  "2026-11-31",
        "2026-02-29", "2100-02-29", "1969-12-31",  "0000-01-01",  "2026-11-1x",
    };
    uint32_t day = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (sk_day_parse(bad[i], &day)) {
            fail_msg("'%s' was taken for a day", bad[i]);
        }
    }
    assert_int_equal(day, 7);
    assert_int_equal(day_of("2028-02-29"), 21243);
    assert_int_equal(day_of("2000-02-29"), 11016);
}

static void test_this_week_and_its_neighbours_are_accepted(void **state)
{
    (void)state;
    for (time_t now = MONDAY; now < MONDAY + WEEK; now += WEEK - 1) {
        assert_false(sk_epoch_accepted(2966, now));
        assert_true(sk_epoch_accepted(2967, now));
        assert_true(sk_epoch_accepted(2968, now));
        assert_true(sk_epoch_accepted(2969, now));
        assert_false(sk_epoch_accepted(2970, now));
    }
    assert_false(sk_epoch_accepted(0, MONDAY));
    assert_false(sk_epoch_accepted(SK_EPOCH_MONTH - 1, MONDAY));
}

static void test_months_from_six_back_to_the_next_are_accepted(void **state)
{
    (void)state;
    assert_false(sk_epoch_accepted(SK_EPOCH_MONTH | 675, MONDAY));
    assert_true(sk_epoch_accepted(SK_EPOCH_MONTH | 676, MONDAY));
    assert_true(sk_epoch_accepted(SK_EPOCH_MONTH | 682, MONDAY));
    assert_true(sk_epoch_accepted(SK_EPOCH_MONTH | 683, MONDAY));
    assert_false(sk_epoch_accepted(SK_EPOCH_MONTH | 684, MONDAY));
    assert_false(sk_epoch_accepted(SK_EPOCH_MONTH | 2968, MONDAY)); /* a week's number */
    assert_false(sk_epoch_accepted(682, MONDAY));                   /* a month's, as a week */
    assert_false(sk_epoch_accepted(UINT32_MAX, MONDAY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weeks_start_on_monday_at_midnight),
        cmocka_unit_test(test_first_day_of_a_week_lies_in_it),
        cmocka_unit_test(test_months_change_at_midnight_utc),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_days_format_and_parse_back),
        cmocka_unit_test(test_day_after_the_year_9999_is_refused),
        cmocka_unit_test(test_what_is_no_date_is_refused),
        cmocka_unit_test(test_this_week_and_its_neighbours_are_accepted),
        cmocka_unit_test(test_months_from_six_back_to_the_next_are_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
