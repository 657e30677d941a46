/* Reading and writing field by field, and what happens at the end. */
#include <stdlib.h>
#include <string.h>

#include "keys/base/cursor.h"
#include "tests/unit/unit.h"

static const uint8_t bytes[] = {'M',  'A',  0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0f, 0x0e,
                                0x0d, 0x0c, 0x0b, 0x0a, 0x09, 0x08, 'x',  'y',  'z',  0,    0};

static void test_fields_are_read_in_their_order(void **state)
{
    struct sk_field_reader r = sk_read_from(bytes, sizeof bytes);
    char text[3];

    (void)state;
    assert_true(sk_read_magic(&r, "MA"));
    assert_int_equal(sk_read_u8(&r), 0x01);
    assert_int_equal(sk_read_u16(&r), 0x0203);
    assert_int_equal(sk_read_u32(&r), 0x04050607);
    assert_int_equal(sk_read_u64(&r), 0x08090a0b0c0d0e0f);
    sk_read_bytes(&r, text, 1);
    assert_int_equal(text[0], 'x');
    assert_ptr_equal(sk_read_span(&r, 2), bytes + 18);
    sk_read_zeros(&r, 2);
    assert_int_equal(r.left, 0);
    assert_false(r.ended);
    assert_false(r.reserved);
}

static void test_fields_are_written_in_their_order(void **state)
{
    uint8_t out[sizeof bytes + 1];
    struct sk_field_writer w = sk_write_to(out, sizeof bytes);

    (void)state;
    memset(out, 0xEE, sizeof out);
    sk_write_magic(&w, "MA");
    sk_write_u8(&w, 0x01);
    sk_write_u16(&w, 0x0203);
    sk_write_u32(&w, 0x04050607);
    sk_write_u64(&w, 0x08090a0b0c0d0e0f);
    sk_write_bytes(&w, "xyz", 3);
    sk_write_zeros(&w, 2);
    assert_int_equal(w.left, 0);
    assert_false(w.full);
    assert_memory_equal(out, bytes, sizeof bytes);
    assert_int_equal(out[sizeof bytes], 0xEE);
}

/* On the heap and of its exact length, so that a sanitizer sees a step too far. */
static void test_past_the_end_is_zero_and_stays_so(void **state)
{
    uint8_t *two = malloc(2), out[4] = {1, 1, 1, 1};

    (void)state;
    assert_non_null(two);
    memset(two, 0x11, 2);
    for (int kind = 0; kind < 6; kind++) {
        struct sk_field_reader r = sk_read_from(two, 2);

        assert_int_equal(kind == 0 ? sk_read_u32(&r) : 0, 0);
        assert_int_equal(kind == 1 ? sk_read_u64(&r) : 0, 0);
        assert_true(kind != 2 || sk_read_span(&r, 3) == NULL);
        assert_false(kind == 3 && sk_read_magic(&r, "abc"));
        if (kind == 4) {
            sk_read_bytes(&r, out, 4);
            assert_int_equal(out[0] | out[3], 0);
        }
        if (kind == 5) {
            sk_read_zeros(&r, SIZE_MAX);
        }
        assert_true(r.ended);
        assert_int_equal(sk_read_u8(&r), 0); /* there would be one */
        assert_int_equal(sk_read_u16(&r), 0);
        assert_int_equal(r.left, 2);
        assert_false(r.reserved);
    }
    free(two);
}

static void test_what_does_not_fit_is_not_written_nor_what_follows(void **state)
{
    uint8_t *three = malloc(3);

    (void)state;
    assert_non_null(three);
    for (int kind = 0; kind < 4; kind++) {
        struct sk_field_writer w = sk_write_to(three, 3);

        memset(three, 0xEE, 3);
        sk_write_u8(&w, 7);
        if (kind == 0) {
            sk_write_u32(&w, 1);
        } else if (kind == 1) {
            sk_write_u64(&w, 1);
        } else if (kind == 2) {
            sk_write_bytes(&w, "abc", 3);
        } else {
            sk_write_zeros(&w, SIZE_MAX);
        }
        assert_true(w.full);
        sk_write_u8(&w, 8);
        sk_write_u16(&w, 8);
        sk_write_magic(&w, "a");
        assert_int_equal(three[0], 7);
        assert_int_equal(three[1], 0xEE);
        assert_int_equal(three[2], 0xEE);
    }
    free(three);
}

static void test_each_reserved_byte_is_noted(void **state)
{
    for (size_t i = 0; i < 5; i++) {
        uint8_t zeros[5] = {0};
        struct sk_field_reader r = sk_read_from(zeros, 5);

        zeros[i] = 0x80;
        sk_read_zeros(&r, 4);
        assert_int_equal(r.reserved, i < 4);
        sk_read_u8(&r);
        assert_false(r.ended);
    }
    (void)state;
}

static void test_nothing_may_stand_at_null(void **state)
{
    struct sk_field_reader r = sk_read_from(NULL, 0);
    struct sk_field_writer w = sk_write_to(NULL, 0);

    (void)state;
    sk_read_bytes(&r, NULL, 0);
    sk_read_zeros(&r, 0);
    assert_false(r.ended);
    sk_write_bytes(&w, NULL, 0);
    sk_write_zeros(&w, 0);
    assert_false(w.full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_are_read_in_their_order),
        cmocka_unit_test(test_fields_are_written_in_their_order),
        cmocka_unit_test(test_past_the_end_is_zero_and_stays_so),
        cmocka_unit_test(test_what_does_not_fit_is_not_written_nor_what_follows),
        cmocka_unit_test(test_each_reserved_byte_is_noted),
        cmocka_unit_test(test_nothing_may_stand_at_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
