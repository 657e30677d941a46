/* Whom a key sheet is believed, and which key it gives (FORMAT section 4). */
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/hash.h"
#include "keys/format/sheet.h"
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

/* Gives out what was read; the tests of trust change single fields of it. */
static void read_sheet(const struct formats *f, struct sk_sheet *sheet)
{
    assert_error(sk_sheet_read(sheet, f->file.p, f->file.len), SK_OK);
}

/* ---- trust ------------------------------------------------------------------ */

static enum sk_error trust(const struct formats *f, const struct sk_sheet *s, uint32_t last_serial,
                           const struct sk_digest *last)
{
    struct sk_ed25519_pk pin;

    memcpy(pin.b, f->identity.b + 32, 32);
    return sk_sheet_trust(s, &pin, last_serial, last, FORMATS_NOW);
}

static void test_trusted_when_first_seen_renewed_or_the_very_same(void **state)
{
    const struct formats *f = *state;
    struct sk_digest other = {{1}};
    struct sk_sheet s;

    read_sheet(f, &s);
    assert_error(trust(f, &s, 0, NULL), SK_OK);
    assert_error(trust(f, &s, 6, &other), SK_OK);
    assert_error(trust(f, &s, 7, &s.digest), SK_OK);
    assert_error(trust(f, &s, 7, NULL), SK_OK);
}

static void test_wrong_pin_is_refused(void **state)
{
    const struct formats *f = *state;
    struct sk_ed25519_pk pin;
    struct sk_sheet s;

    read_sheet(f, &s);
    memcpy(pin.b, f->desk.b + 32, 32);
    assert_error(sk_sheet_trust(&s, &pin, 0, NULL, FORMATS_NOW), SK_ERR_SHEET_PIN);
    memcpy(pin.b, f->identity.b + 32, 32);
    pin.b[31] ^= 1;
    assert_error(sk_sheet_trust(&s, &pin, 0, NULL, FORMATS_NOW), SK_ERR_SHEET_PIN);
}

static void test_lower_serial_is_refused(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;

    read_sheet(f, &s);
    assert_error(trust(f, &s, 8, &s.digest), SK_ERR_SHEET_SERIAL);
    assert_error(trust(f, &s, UINT32_MAX, NULL), SK_ERR_SHEET_SERIAL);
}

static void test_equal_serial_with_other_content_is_refused(void **state)
{
    const struct formats *f = *state;
    struct sk_digest other;
    struct sk_sheet s;

    read_sheet(f, &s);
    other = s.digest;
    other.b[31] ^= 1;
    assert_error(trust(f, &s, 7, &other), SK_ERR_SHEET_SERIAL);
}

static void test_issued_in_the_future_is_refused(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;

    read_sheet(f, &s);
    s.issued_week = FORMATS_WEEK + 1;
    assert_error(trust(f, &s, 0, NULL), SK_ERR_SHEET_FUTURE);
}

static void test_week_not_covered_is_refused(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;

    read_sheet(f, &s);
    s.first_week = FORMATS_WEEK + 1;
    assert_error(trust(f, &s, 0, NULL), SK_ERR_SHEET_UNCOVERED);
    s.first_week = FORMATS_WEEK - s.weeks;
    assert_error(trust(f, &s, 0, NULL), SK_ERR_SHEET_UNCOVERED);
    s.first_week++;
    assert_error(trust(f, &s, 0, NULL), SK_OK);
}

static void test_revoked_sheet_is_told_after_all_other_checks(void **state)
{
    struct formats *f = *state;
    struct sk_sheet s;

    free(f->file.p);
    f->file = formats_hex(unit_text(f->json, "revoked"));
    read_sheet(f, &s);
    assert_int_equal(s.weeks + s.months, 0);
    assert_error(trust(f, &s, 7, NULL), SK_ERR_SHEET_REVOKED);
    assert_error(trust(f, &s, 9, NULL), SK_ERR_SHEET_SERIAL);
    s.issued_week = FORMATS_WEEK + 1;
    assert_error(trust(f, &s, 7, NULL), SK_ERR_SHEET_FUTURE);
}

/* ---- keys of an epoch ------------------------------------------------------- */

static void test_key_of_each_epoch_and_of_none(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;

    read_sheet(f, &s);
    assert_null(sk_sheet_key(&s, FORMATS_WEEK - 2));
    assert_ptr_equal(sk_sheet_key(&s, FORMATS_WEEK - 1), &s.keys[0]);
    assert_ptr_equal(sk_sheet_key(&s, FORMATS_WEEK + 1), &s.keys[2]);
    assert_null(sk_sheet_key(&s, FORMATS_WEEK + 2));
    assert_null(sk_sheet_key(&s, SK_EPOCH_MONTH | (FORMATS_MONTH - 1)));
    assert_ptr_equal(sk_sheet_key(&s, SK_EPOCH_MONTH | FORMATS_MONTH), &s.keys[3]);
    assert_ptr_equal(sk_sheet_key(&s, SK_EPOCH_MONTH | (FORMATS_MONTH + 1)), &s.keys[4]);
    assert_null(sk_sheet_key(&s, SK_EPOCH_MONTH | (FORMATS_MONTH + 2)));
}

static void test_weeks_do_not_wrap_around(void **state)
{
    const struct formats *f = *state;
    struct sk_sheet s;

    read_sheet(f, &s);
    s.first_week = UINT32_MAX;
    assert_null(sk_sheet_key(&s, 0));
    assert_null(sk_sheet_key(&s, 1));
    s.first_month = UINT32_MAX;
    assert_null(sk_sheet_key(&s, SK_EPOCH_MONTH));
}

static void test_weeks_left(void **state)
{
    const struct formats *f = *state;
    const time_t week = 7 * 86400;
    struct sk_sheet s;

    read_sheet(f, &s);
    assert_int_equal(sk_sheet_weeks_left(&s, FORMATS_NOW - 2 * week), -1);
    assert_int_equal(sk_sheet_weeks_left(&s, FORMATS_NOW - week), 2);
    assert_int_equal(sk_sheet_weeks_left(&s, FORMATS_NOW), 1);
    assert_int_equal(sk_sheet_weeks_left(&s, FORMATS_NOW + week), 0);
    assert_int_equal(sk_sheet_weeks_left(&s, FORMATS_NOW + 2 * week), -1);
}

static void test_sheets_digest_ignores_the_order(void **state)
{
    struct sk_digest in[3], turned[3], a, b, sorted[3];

    (void)state;
    for (uint8_t i = 0; i < 3; i++) {
        memset(in[i].b, 7 * i, 32);
    }
    in[0].b[0] = 0xFF;
    turned[0] = in[2];
    turned[1] = in[0];
    turned[2] = in[1];
    assert_error(sk_sheets_digest(&a, in, 3), SK_OK);
    assert_error(sk_sheets_digest(&b, turned, 3), SK_OK);
    assert_memory_equal(a.b, b.b, 32);
    sorted[0] = in[1];
    sorted[1] = in[2];
    sorted[2] = in[0];
    sk_derive(b.b, NULL, "sheets", sorted, sizeof sorted);
    assert_memory_equal(a.b, b.b, 32);
    assert_error(sk_sheets_digest(&a, NULL, 0), SK_OK);
    unit_hex(b.b, 32, "e0481412068048780690b51b84126d5c8c50ff2e8df348e9b4be0637f13bd706");
    assert_memory_equal(a.b, b.b, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_trusted_when_first_seen_renewed_or_the_very_same),
        TEST(test_wrong_pin_is_refused),
        TEST(test_lower_serial_is_refused),
        TEST(test_equal_serial_with_other_content_is_refused),
        TEST(test_issued_in_the_future_is_refused),
        TEST(test_week_not_covered_is_refused),
        TEST(test_revoked_sheet_is_told_after_all_other_checks),
        TEST(test_key_of_each_epoch_and_of_none),
        TEST(test_weeks_do_not_wrap_around),
        TEST(test_weeks_left),
        TEST(test_sheets_digest_ignores_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
