/* F, and all that is derived from a receipt code, against the known answers (FORMAT section 3). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "tests/unit/unit.h"

static void test_F_known_answers(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    size_t i;
    const json_t *v;

    (void)state;
    assert_int_equal(json_array_size(json_object_get(vectors, "F")), 3);
    json_array_foreach(json_object_get(vectors, "F"), i, v)
    {
        size_t len = strlen(unit_text(v, "data")) / 2;
        int keyed = unit_text(v, "key")[0] != '\0';
        uint8_t key[32], want[32], got[32], *data = malloc(len + 1);

        assert_non_null(data);
        unit_hex_field(data, len, v, "data");
        unit_hex_field(want, sizeof want, v, "out");
        if (keyed) {
            unit_hex_field(key, sizeof key, v, "key");
        }
        sk_F(got, keyed ? key : NULL, unit_text(v, "label"), data, len);
        assert_memory_equal(got, want, sizeof want);
        free(data);
    }
    json_decref(vectors);
}

static void expect_field(const json_t *v, const char *name, const uint8_t *got, size_t len)
{
    uint8_t want[64];

    unit_hex_field(want, len, v, name);
    assert_memory_equal(got, want, len);
}

static void test_derived_known_answers(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    struct sk_receipt *receipt = sk_secret_new(sizeof *receipt);
    size_t i;
    const json_t *v;

    (void)state;
    assert_non_null(receipt);
    assert_int_equal(json_array_size(json_object_get(vectors, "receipts")), 4);
    json_array_foreach(json_object_get(vectors, "receipts"), i, v)
    {
        uint8_t r[SK_CODE_RANDOM];

        unit_hex_field(r, sizeof r, v, "r");
        sk_receipt_derive(receipt, r);
        assert_memory_equal(receipt->r, r, sizeof r);
        expect_field(v, "row", receipt->row.b, sizeof receipt->row.b);
        expect_field(v, "mailbox", receipt->mailbox.b, sizeof receipt->mailbox.b);
        expect_field(v, "reply_sk", receipt->reply_sk.b, sizeof receipt->reply_sk.b);
        expect_field(v, "reply_pk", receipt->reply_pk.b, sizeof receipt->reply_pk.b);
        expect_field(v, "sign_pk", receipt->sign_pk.b, sizeof receipt->sign_pk.b);
        assert_memory_equal(receipt->sign_sk.b + 32, receipt->sign_pk.b, 32);
    }
    sk_secret_free(receipt);
    json_decref(vectors);
}

static void test_derive_from_its_own_r(void **state)
{
    struct sk_receipt a, b;

    (void)state;
    memset(&a, 0xEE, sizeof a);
    memset(&b, 0, sizeof b);
    sk_receipt_derive(&a, a.r);
    memset(b.r, 0xEE, sizeof b.r);
    sk_receipt_derive(&b, b.r);
    assert_memory_equal(&a, &b, sizeof a);
}

static void test_random_is_derived_and_never_the_same(void **state)
{
    struct sk_receipt a, b, again;

    (void)state;
    memset(&a, 0, sizeof a);
    memset(&again, 0, sizeof again);
    sk_receipt_random(&a);
    sk_receipt_random(&b);
    assert_memory_not_equal(a.r, b.r, sizeof a.r);
    sk_receipt_derive(&again, a.r);
    assert_memory_equal(&a, &again, sizeof a);
}

static void test_keys_of_a_receipt_work(void **state)
{
    struct sk_receipt receipt;
    const uint8_t message[5] = "hello";
    uint8_t box[5 + crypto_box_SEALBYTES], back[5], signature[64];

    (void)state;
    sk_receipt_random(&receipt);
    assert_int_equal(crypto_box_seal(box, message, 5, receipt.reply_pk.b), 0);
    assert_int_equal(
        crypto_box_seal_open(back, box, sizeof box, receipt.reply_pk.b, receipt.reply_sk.b), 0);
    assert_memory_equal(back, message, 5);
    crypto_sign_detached(signature, NULL, message, 5, receipt.sign_sk.b);
    assert_int_equal(crypto_sign_verify_detached(signature, message, 5, receipt.sign_pk.b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F_known_answers),
        cmocka_unit_test(test_derived_known_answers),
        cmocka_unit_test(test_derive_from_its_own_r),
        cmocka_unit_test(test_random_is_derived_and_never_the_same),
        cmocka_unit_test(test_keys_of_a_receipt_work),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
