/* To whom a report may be sealed, and what an address may say (FORMAT sections 1 and 2). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/format/slots.h"
#include "tests/unit/unit.h"

/* Is refused, leaves the header alone and binds nothing: a good address still works after it. */
static void expect_address_refused(const struct sk_address *bad, enum sk_error error)
{
    struct sk_address good = unit_address(1);
    struct sk_report *report = sk_report_new();
    uint8_t header[SK_HEADER_BYTES], before[SK_HEADER_BYTES], chunk[SK_CHUNK_BYTES];
    struct unit_bytes want = unit_seal(&good, (const uint8_t *)"abc", 3, 0);
    enum sk_report_step step;
    size_t used;
    bool last;

    assert_non_null(report);
    assert_error(sk_report_write(report, (const uint8_t *)"abc", 3, &used, chunk, &step), SK_OK);
    memset(header, 0xA7, sizeof header);
    memset(before, 0xA7, sizeof before);
    assert_error(sk_report_address(report, bad, header), error);
    assert_memory_equal(header, before, sizeof header);
    assert_error(sk_report_end(report, chunk, &last), SK_ERR_USAGE);
    assert_error(sk_report_address(report, &good, header), SK_OK);
    assert_memory_equal(header, want.p, sizeof header);
    assert_error(sk_report_end(report, chunk, &last), SK_OK);
    assert_memory_equal(chunk, want.p + sizeof header, sizeof chunk);
    sk_report_free(report);
    free(want.p);
}

static void test_zero_recipients_are_refused(void **state)
{
    struct sk_address address = unit_address(0);

    (void)state;
    expect_address_refused(&address, SK_ERR_RECIPIENTS_COUNT);
}

static void test_nine_recipients_are_refused(void **state)
{
    struct sk_address address = unit_address(9);

    (void)state;
    expect_address_refused(&address, SK_ERR_RECIPIENTS_COUNT);
}

static void test_two_equal_recipients_are_refused(void **state)
{
    struct sk_address address = unit_address(4);
    struct sk_x25519_pk pks[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            memcpy(pks, unit_address(4).recipients, sizeof pks);
            pks[i] = pks[j];
            address.recipients = pks;
            expect_address_refused(&address, SK_ERR_RECIPIENTS_REPEATED);
        }
    }
}

/* The points of order 1, 2, 4 and 8 of curve and twist, and their other encodings below 2^255
 * (RFC 7748, section 6.1; the list is on cr.yp.to/ecdh.html). */
static const char *const low_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

static void test_low_order_recipient_key_is_refused(void **state)
{
    struct sk_address address = unit_address(3);
    struct sk_x25519_pk pks[3];

    (void)state;
    for (size_t i = 0; i < 2 * sizeof low_order / sizeof low_order[0]; i++) {
        memcpy(pks, unit_address(3).recipients, sizeof pks);
        unit_hex(pks[i % 3].b, 32, low_order[i / 2]);
        pks[i % 3].b[31] |= i % 2 == 0 ? 0 : 0x80; /* the bit that X25519 ignores */
        assert_true(sk_pk_low_order(&pks[i % 3]));
        address.recipients = pks;
        expect_address_refused(&address, SK_ERR_KEY_LOW_ORDER);
    }
    for (uint8_t i = 0; i < 50; i++) {
        struct sk_x25519_pk pk = unit_pk(i);

        assert_false(sk_pk_low_order(&pk));
    }
}

static void test_unknown_sealer_is_refused(void **state)
{
    struct sk_address address = unit_address(1);

    (void)state;
    address.sealed_by = 0;
    expect_address_refused(&address, SK_ERR_CONTENT_SEALER);
    address.sealed_by = 5;
    expect_address_refused(&address, SK_ERR_CONTENT_SEALER);
}

static void test_unknown_flag_is_refused(void **state)
{
    struct sk_address address = unit_address(1);

    (void)state;
    for (unsigned bit = 2; bit < 8; bit++) {
        address.flags = (uint8_t)(1u << bit);
        expect_address_refused(&address, SK_ERR_CONTENT_FLAGS);
    }
}

static void test_bad_boundary_is_refused(void **state)
{
    struct sk_address address = unit_address(1);
    char boundary[2048];

    (void)state;
    memset(boundary, 'b', sizeof boundary);
    boundary[sizeof boundary - 1] = '\0';
    address.boundary = boundary; /* far too long */
    expect_address_refused(&address, SK_ERR_CONTENT_BOUNDARY);
    boundary[71] = '\0';
    expect_address_refused(&address, SK_ERR_CONTENT_BOUNDARY);
    address.boundary = "";
    expect_address_refused(&address, SK_ERR_CONTENT_BOUNDARY);
    address.boundary = "ends in a space ";
    expect_address_refused(&address, SK_ERR_CONTENT_BOUNDARY);
    for (unsigned c = 1; c < 256; c++) {
        char one[2] = {(char)c, '\0'};
        const char *bchars = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,"
                             "-./:=?"; /* RFC 2046, without the space */

        assert_error(sk_boundary_check(one, 1),
                     strchr(bchars, (int)c) != NULL && c < 128 ? SK_OK : SK_ERR_CONTENT_BOUNDARY);
    }
    assert_error(sk_boundary_check("a\0b", 3), SK_ERR_CONTENT_BOUNDARY);
    assert_error(sk_boundary_check("a b", 3), SK_OK);
}

static void test_header_is_untouched_when_refused(void **state)
{
    struct sk_address address = unit_address(9);
    uint8_t header[SK_HEADER_BYTES] = {0xA7}, slot[SK_SLOT_BYTES] = {0xA7};
    struct sk_file_key key = unit_file_key(&address);
    struct sk_x25519_pk zero = {{0}};

    (void)state;
    assert_error(sk_header_make(header, 1, &key, address.recipients, 9), SK_ERR_RECIPIENTS_COUNT);
    assert_int_equal(header[0], 0xA7);
    assert_error(sk_slot_make(slot, &key, &zero), SK_ERR_KEY_LOW_ORDER);
    assert_int_equal(slot[0], 0xA7);
}

static void test_any_order_of_recipients_gives_the_same_slots(void **state)
{
    struct sk_address address = unit_address(8);
    struct sk_file_key key = unit_file_key(&address);
    struct sk_x25519_pk turned[8];
    uint8_t want[SK_HEADER_BYTES], got[SK_HEADER_BYTES];

    (void)state;
    assert_error(sk_header_make(want, 7, &key, address.recipients, 8), SK_OK);
    for (size_t turn = 1; turn < 8; turn++) {
        for (size_t i = 0; i < 8; i++) {
            turned[i] = address.recipients[(i * 3 + turn) % 8];
        }
        assert_error(sk_header_make(got, 7, &key, turned, 8), SK_OK);
        assert_memory_equal(got, want, sizeof want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_recipients_are_refused),
        cmocka_unit_test(test_nine_recipients_are_refused),
        cmocka_unit_test(test_two_equal_recipients_are_refused),
        cmocka_unit_test(test_low_order_recipient_key_is_refused),
        cmocka_unit_test(test_unknown_sealer_is_refused),
        cmocka_unit_test(test_unknown_flag_is_refused),
        cmocka_unit_test(test_bad_boundary_is_refused),
        cmocka_unit_test(test_header_is_untouched_when_refused),
        cmocka_unit_test(test_any_order_of_recipients_gives_the_same_slots),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
