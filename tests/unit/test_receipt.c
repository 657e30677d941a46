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
        sk_derive(got, keyed ? key : NULL, unit_text(v, "label"), data, len);
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
        expect_field(v, "row_key", receipt->row_key.b, sizeof receipt->row_key.b);
        expect_field(v, "mailbox_seed", receipt->mailbox_seed.b, sizeof receipt->mailbox_seed.b);
        expect_field(v, "mailbox", receipt->mailbox.b, sizeof receipt->mailbox.b);
        expect_field(v, "reply_sk", receipt->reply_sk.b, sizeof receipt->reply_sk.b);
        expect_field(v, "reply_pk", receipt->reply_pk.b, sizeof receipt->reply_pk.b);
        expect_field(v, "sign_pk", receipt->sign_pk.b, sizeof receipt->sign_pk.b);
        assert_memory_equal(receipt->sign_sk.b + 32, receipt->sign_pk.b, 32);
    }
    sk_secret_free(receipt);
    json_decref(vectors);
}

static void test_rows_by_day_known_answers(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    size_t i, j, tried = 0;
    const json_t *v, *day;

    (void)state;
    json_array_foreach(json_object_get(vectors, "receipts"), i, v)
    {
        struct sk_receipt receipt;

        unit_hex_field(receipt.r, sizeof receipt.r, v, "r");
        sk_receipt_derive(&receipt, receipt.r);
        json_array_foreach(json_object_get(v, "rows"), j, day)
        {
            struct sk_row row;

            sk_receipt_row(&row, &receipt.row_key, (uint32_t)unit_number(day, "day"));
            expect_field(day, "row", row.b, sizeof row.b);
            tried++;
        }
    }
    assert_true(tried >= 12);
    json_decref(vectors);
}

/* One answer of the gateway must hold all rows of a code, and nothing else may tie them together.
 */
static void test_rows_of_one_code_share_a_byte_and_no_more(void **state)
{
    enum { DAYS = SK_ROW_DAYS_BACK + 1 + SK_ROW_DAYS_AHEAD };
    static struct sk_row rows[DAYS];
    struct sk_receipt receipt;

    (void)state;
    sk_receipt_random(&receipt);
    for (uint32_t i = 0; i < DAYS; i++) {
        sk_receipt_row(&rows[i], &receipt.row_key, 20000 + i);
        assert_int_equal(rows[i].b[0], receipt.row_key.b[0]);
        assert_memory_not_equal(rows[i].b + 1, receipt.row_key.b, 15);
        for (uint32_t j = 0; j < i; j++) {
            assert_memory_not_equal(rows[i].b + 1, rows[j].b + 1, 8);
        }
    }
}

/* Who knows the seed of a mailbox, as every recipient of a report does, has another mailbox. */
static void test_a_mailbox_belongs_to_its_two_keys(void **state)
{
    struct sk_receipt victim, other;
    struct sk_mailbox mailbox;

    (void)state;
    sk_receipt_random(&victim);
    sk_receipt_random(&other);
    sk_mailbox_derive(&mailbox, &victim.mailbox_seed, &victim.reply_pk, &victim.sign_pk);
    assert_memory_equal(&mailbox, &victim.mailbox, sizeof mailbox);
    sk_mailbox_derive(&mailbox, &victim.mailbox_seed, &other.reply_pk, &victim.sign_pk);
    assert_memory_not_equal(&mailbox, &victim.mailbox, sizeof mailbox);
    sk_mailbox_derive(&mailbox, &victim.mailbox_seed, &victim.reply_pk, &other.sign_pk);
    assert_memory_not_equal(&mailbox, &victim.mailbox, sizeof mailbox);
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
        cmocka_unit_test(test_rows_by_day_known_answers),
        cmocka_unit_test(test_rows_of_one_code_share_a_byte_and_no_more),
        cmocka_unit_test(test_a_mailbox_belongs_to_its_two_keys),
        cmocka_unit_test(test_derive_from_its_own_r),
        cmocka_unit_test(test_random_is_derived_and_never_the_same),
        cmocka_unit_test(test_keys_of_a_receipt_work),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
