/* The key sheets behind the header of a carry bundle (FORMAT section 6): every refusal. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "keys/format/carry.h"
#include "tests/unit/formats.h"

enum { SHEETS = 3, HEADER = 112 + 48 * SHEETS + 40 * 5 + 64 };

/* Of the three known ones two are of one organisation; which organisation comes first is as its key
 * has it, so tests ask first() and other(). */
struct fixture {
    struct formats f;
    struct sk_carry_sheet sheets[SHEETS];
    uint8_t *bytes; /* all of them, one after the other */
    size_t len;
    size_t at[SHEETS];
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct sk_carry_entry entries[5];
    struct sk_carry carry;

    assert_non_null(x);
    formats_open(&x->f, "carry");
    assert_error(sk_carry_read(&carry, x->sheets, entries, x->f.file.p, HEADER, NULL), SK_OK);
    x->bytes = calloc(1, 3 * (size_t)SK_SHEET_MAX);
    assert_non_null(x->bytes);
    for (size_t i = 0; i < SHEETS; i++) {
        const json_t *list = json_object_get(json_object_get(x->f.json, "carry"), "sheets");
        struct unit_bytes one = formats_hex(unit_text(json_array_get(list, i), "bytes"));

        x->at[i] = x->len;
        memcpy(x->bytes + x->len, one.p, one.len);
        x->len += one.len;
        free(one.p);
    }
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    formats_close(&x->f);
    free(x->bytes);
    free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static enum sk_error check(const struct fixture *x)
{
    return sk_carry_sheets_check(x->sheets, SHEETS, x->bytes, x->len);
}

/* The place of the sheet that was replaced; the one that replaced it stands behind it. */
static size_t replaced(const struct fixture *x)
{
    return x->sheets[0].current ? 1 : 0;
}

/* Changes places of sheets i and k: entries and bytes. */
static void swap(struct fixture *x, size_t i, size_t k)
{
    uint8_t *out = calloc(1, 3 * (size_t)SK_SHEET_MAX);
    struct sk_carry_sheet held = x->sheets[i];
    size_t order[SHEETS] = {0, 1, 2}, len = 0;

    assert_non_null(out);
    order[i] = k;
    order[k] = i;
    x->sheets[i] = x->sheets[k];
    x->sheets[k] = held;
    for (size_t n = 0; n < SHEETS; n++) {
        memcpy(out + len, x->bytes + x->at[order[n]], x->sheets[n].length);
        len += x->sheets[n].length;
    }
    free(x->bytes);
    x->bytes = out;
}

static void test_known_sheets_are_taken(void **state)
{
    const struct fixture *x = *state;

    assert_error(check(x), SK_OK);
    assert_error(sk_carry_sheets_check(NULL, 0, NULL, 0), SK_OK);
}

static void test_sheets_that_are_too_short_or_too_long_are_refused(void **state)
{
    struct fixture *x = *state;

    for (size_t len = 0; len < x->len; len++) {
        uint8_t *copy = malloc(len + 1);

        assert_non_null(copy);
        memcpy(copy, x->bytes, len);
        assert_error(sk_carry_sheets_check(x->sheets, SHEETS, copy, len), SK_ERR_CARRY_LENGTH);
        free(copy);
    }
    assert_error(sk_carry_sheets_check(x->sheets, SHEETS, x->bytes, x->len + 1),
                 SK_ERR_CARRY_LENGTH);
    assert_error(sk_carry_sheets_check(x->sheets, 0, x->bytes, 1), SK_ERR_CARRY_LENGTH);
}

static void test_every_changed_byte_is_refused(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < x->len; i++) {
        x->bytes[i] ^= 1;
        assert_error(check(x), SK_ERR_CARRY_DIGEST);
        x->bytes[i] ^= 1;
    }
}

/* The gateway signs the digests, but not what a sheet is: that its organisation did. */
static void test_what_is_no_whole_sheet_is_refused(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < SHEETS; i++) {
        uint8_t *last = x->bytes + x->at[i] + x->sheets[i].length - 1;

        *last ^= 1;
        sk_blake2b(&x->sheets[i].digest, x->bytes + x->at[i], x->sheets[i].length);
        assert_error(check(x), SK_ERR_SHEET_SIGNATURE);
        *last ^= 1;
        sk_blake2b(&x->sheets[i].digest, x->bytes + x->at[i], x->sheets[i].length);
    }
    x->bytes[0] = 's';
    sk_blake2b(&x->sheets[0].digest, x->bytes, x->sheets[0].length);
    assert_error(check(x), SK_ERR_SHEET_MAGIC);
}

/* The length is one that a sheet may have, but not this one. */
static void test_sheet_of_another_length_is_refused(void **state)
{
    struct fixture *x = *state;

    x->sheets[2].length += 32;
    x->len += 32;
    sk_blake2b(&x->sheets[2].digest, x->bytes + x->at[2], x->sheets[2].length);
    assert_error(check(x), SK_ERR_SHEET_LENGTH);
}

static void test_sheets_of_one_organisation_ascend_by_serial(void **state)
{
    struct fixture *x = *state;
    size_t i = replaced(x);

    swap(x, i, i + 1);
    assert_error(check(x), SK_ERR_CARRY_COUNTS);
    x->sheets[i].current = false; /* the flags in their order, the sheets not */
    x->sheets[i + 1].current = true;
    assert_error(check(x), SK_ERR_CARRY_COUNTS);
}

static void test_organisations_ascend_by_identity(void **state)
{
    struct fixture *x = *state;

    /* The pair is turned round with the single one: only one order of identities is left wrong. */
    if (replaced(x) == 0) {
        swap(x, 1, 2);
        swap(x, 0, 1);
    } else {
        swap(x, 0, 1);
        swap(x, 1, 2);
    }
    for (size_t i = 0; i < SHEETS; i++) {
        assert_true(x->sheets[i].current == (i != (replaced(x) == 0 ? 0 : 1)));
    }
    assert_error(check(x), SK_ERR_CARRY_COUNTS);
}

static void test_same_sheet_twice_is_refused(void **state)
{
    struct fixture *x = *state;
    size_t i = replaced(x), end = x->at[i] + x->sheets[i].length;
    struct sk_carry_sheet twice[2] = {x->sheets[i], x->sheets[i]};
    uint8_t *bytes = malloc(2 * (size_t)SK_SHEET_MAX);

    assert_non_null(bytes);
    memcpy(bytes, x->bytes + x->at[i], end - x->at[i]);
    memcpy(bytes + end - x->at[i], x->bytes + x->at[i], end - x->at[i]);
    twice[1].current = true;
    assert_error(sk_carry_sheets_check(twice, 2, bytes, 2 * (end - x->at[i])), SK_ERR_CARRY_COUNTS);
    assert_error(sk_carry_sheets_check(twice + 1, 1, bytes, end - x->at[i]), SK_OK);
    free(bytes);
}

static void test_last_of_each_organisation_and_no_other_is_current(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < SHEETS; i++) {
        x->sheets[i].current = !x->sheets[i].current;
        assert_error(check(x), SK_ERR_CARRY_COUNTS);
        x->sheets[i].current = !x->sheets[i].current;
    }
    assert_error(check(x), SK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_sheets_are_taken),
        TEST(test_sheets_that_are_too_short_or_too_long_are_refused),
        TEST(test_every_changed_byte_is_refused),
        TEST(test_what_is_no_whole_sheet_is_refused),
        TEST(test_sheet_of_another_length_is_refused),
        TEST(test_sheets_of_one_organisation_ascend_by_serial),
        TEST(test_organisations_ascend_by_identity),
        TEST(test_same_sheet_twice_is_refused),
        TEST(test_last_of_each_organisation_and_no_other_is_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
