/* The keyring in memory and written again, against known answers (FORMAT section 7). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "tests/unit/keyring_case.h"

static const struct sk_keyring_cost cheapest = {3, 65536};

/* ---- known answers ---------------------------------------------------------- */

static void assert_known_records(const struct sk_keyring *ring, const json_t *known)
{
    const json_t *records = json_object_get(known, "records");

    assert_int_equal(json_array_size(records), KEYRING_RECORDS);
    for (size_t i = 0; i < KEYRING_RECORDS; i++) {
        const json_t *want = json_array_get(records, i);
        struct unit_bytes data = formats_hex(unit_text(want, "data"));
        size_t len = 0;
        const uint8_t *got = sk_keyring_get(ring, (enum sk_keyring_type)unit_number(want, "type"),
                                            (uint32_t)unit_number(want, "id"), &len);

        assert_non_null(got);
        assert_int_equal(len, data.len);
        assert_memory_equal(got, data.p, len);
        free(data.p);
    }
}

static void test_known_keyring_opens(void **state)
{
    struct keyring_case *x = *state;

    assert_error(keyring_case_read(x, NULL), SK_OK);
    assert_known_records(x->ring, x->known[0]);
    assert_null(sk_keyring_get(x->ring, SK_KEY_WEEK, 0, NULL));
    assert_null(sk_keyring_get(x->ring, SK_KEY_IDENTITY, 1, NULL));
    sk_keyring_free(x->ring);
}

static void test_known_keyring_with_a_token_opens(void **state)
{
    struct keyring_case *x = *state;

    free(x->file.p);
    x->file = formats_hex(unit_text(x->known[1], "bytes"));
    assert_error(keyring_case_read(x, x->token), SK_OK);
    assert_known_records(x->ring, x->known[1]);
    sk_keyring_free(x->ring);
    x->token[31] ^= 1;
    keyring_expect_refused(x, x->token, SK_ERR_KEYRING_PASSPHRASE);
    keyring_expect_refused(x, NULL, SK_ERR_KEYRING_TOKEN);
}

static void test_written_again_only_nonce_and_ciphertext_change(void **state)
{
    struct keyring_case *x = *state;
    uint8_t *bytes, plain[2][4096];
    size_t len;

    keyring_case_unseal(x, plain[0]);
    assert_error(keyring_case_read(x, NULL), SK_OK);
    assert_error(sk_keyring_write(x->ring, &bytes, &len), SK_OK);
    assert_int_equal(len, KEYRING_LEN);
    assert_memory_equal(bytes, x->file.p, 72);
    assert_memory_not_equal(bytes + 72, x->file.p + 72, 24);
    uint8_t *again;

    assert_error(sk_keyring_write(x->ring, &again, &len), SK_OK);
    assert_memory_not_equal(bytes + 72, again + 72, 24);
    free(again);
    memcpy(x->file.p, bytes, len);
    keyring_case_unseal(x, plain[1]);
    assert_memory_equal(plain[0], plain[1], 4096);
    free(bytes);
    sk_keyring_free(x->ring);
}

static void test_writing_does_not_run_argon2(void **state)
{
    struct keyring_case *x = *state;
    uint8_t *bytes;
    size_t len;

    assert_error(keyring_case_read(x, NULL), SK_OK);
    clock_t start = clock();

    for (int i = 0; i < 20; i++) {
        assert_error(sk_keyring_write(x->ring, &bytes, &len), SK_OK);
        free(bytes);
    }
    /* Twenty times Argon2 at the lowest cost would take seconds of processor time. */
    assert_true(clock() - start < CLOCKS_PER_SEC);
    sk_keyring_free(x->ring);
}

/* ---- the ring in memory ----------------------------------------------------- */

static void collect_id(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    uint32_t *ids = ctx; /* the first is the count */

    assert_int_equal(len, 32);
    assert_int_equal(data[0], id % 251);
    ids[++ids[0]] = id;
}

static void test_new_keyring_keeps_replaces_and_removes(void **state)
{
    struct keyring_case *x = *state;
    uint8_t key[32], *bytes;
    uint32_t ids[201] = {0};
    struct sk_keyring *back;
    size_t len;

    assert_error(sk_keyring_new(&x->ring, x->passphrase.p, x->passphrase.len, x->token, cheapest),
                 SK_OK);
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t id = i * 77 % 200; /* in no order */

        memset(key, (int)(id % 251), sizeof key);
        assert_error(sk_keyring_put(x->ring, SK_KEY_WEEK, id, key, 32), SK_OK);
    }
    const uint8_t *third = sk_keyring_get(x->ring, SK_KEY_WEEK, 3, NULL);

    memset(key, 0xEE, sizeof key);
    assert_error(sk_keyring_put(x->ring, SK_KEY_WEEK, 5, key, 32), SK_OK);
    assert_memory_equal(sk_keyring_get(x->ring, SK_KEY_WEEK, 5, &len), key, 32);
    assert_error(sk_keyring_remove(x->ring, SK_KEY_WEEK, 5), SK_OK);
    assert_error(sk_keyring_remove(x->ring, SK_KEY_WEEK, 5), SK_ERR_NOT_FOUND);
    assert_error(sk_keyring_remove(x->ring, SK_KEY_MONTH, 6), SK_ERR_NOT_FOUND);
    assert_ptr_equal(sk_keyring_get(x->ring, SK_KEY_WEEK, 3, NULL), third); /* still there */
    assert_error(sk_keyring_write(x->ring, &bytes, &len), SK_OK);
    assert_int_equal(len, 96 + 2 * 4096 + 16); /* 199 x 40 bytes */
    assert_error(sk_keyring_read(&back, bytes, len, x->passphrase.p, x->passphrase.len, x->token),
                 SK_OK);
    sk_keyring_each(back, SK_KEY_WEEK, collect_id, ids);
    assert_int_equal(ids[0], 199);
    for (uint32_t i = 1; i < 199; i++) {
        assert_true(ids[i] < ids[i + 1]);
    }
    free(bytes);
    sk_keyring_free(back);
    sk_keyring_free(x->ring);
    sk_keyring_free(NULL);
}

static void test_data_of_a_wrong_length_for_its_type_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t key[65] = {0};

    assert_error(keyring_case_read(x, NULL), SK_OK);
    assert_error(sk_keyring_put(x->ring, SK_KEY_IDENTITY, 0, key, 32), SK_ERR_USAGE);
    assert_error(sk_keyring_put(x->ring, SK_KEY_WEEK, 1, key, 33), SK_ERR_USAGE);
    assert_error(sk_keyring_put(x->ring, SK_KEY_SHEET_SERIAL, 0, key, 8), SK_ERR_USAGE);
    assert_error(sk_keyring_put(x->ring, SK_KEY_BOARD_COUNTER, 0, key, 4), SK_ERR_USAGE);
    assert_error(sk_keyring_put(x->ring, (enum sk_keyring_type)0, 0, key, 0), SK_ERR_USAGE);
    assert_known_records(x->ring, x->known[0]);
    sk_keyring_free(x->ring);
}

/* A type of a later version survives reading and writing. */
static void test_record_of_an_unknown_type_is_kept(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096] = {0}, *bytes;
    size_t len;

    keyring_put_head(plain, keyring_put_head(plain, 0, SK_KEY_WEEK, 32, 9), 200, 5, 1);
    keyring_case_seal(x, plain);
    assert_error(keyring_case_read(x, NULL), SK_OK);
    assert_error(sk_keyring_write(x->ring, &bytes, &len), SK_OK);
    sk_keyring_free(x->ring);
    memcpy(x->file.p, bytes, len);
    memset(plain, 0xFF, sizeof plain);
    keyring_case_unseal(x, plain);
    assert_int_equal(plain[40], 200);
    assert_int_equal(sk_get_u16(plain + 42), 5);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYRING_TEST(test_known_keyring_opens),
        KEYRING_TEST(test_known_keyring_with_a_token_opens),
        KEYRING_TEST(test_written_again_only_nonce_and_ciphertext_change),
        KEYRING_TEST(test_writing_does_not_run_argon2),
        KEYRING_TEST(test_new_keyring_keeps_replaces_and_removes),
        KEYRING_TEST(test_data_of_a_wrong_length_for_its_type_is_refused),
        KEYRING_TEST(test_record_of_an_unknown_type_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
