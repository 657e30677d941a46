/* Every refusal of a keyring file, and that none can make this machine work or allocate before its
 * cost was checked (FORMAT section 7). */
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "tests/unit/keyring_case.h"

#if defined __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#elif defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void expect_refused(struct keyring_case *x, enum sk_error error)
{
    keyring_expect_refused(x, NULL, error);
}

/* ---- structure -------------------------------------------------------------- */

static void test_truncated_file_is_refused(void **state)
{
    struct keyring_case *x = *state;

    for (size_t len = 0; len < KEYRING_LEN; len += len < 120 ? 1 : 97) {
        x->file.len = len;
        expect_refused(x, SK_ERR_KEYRING_LENGTH);
    }
}

static void test_length_that_is_no_multiple_of_4096_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.len = KEYRING_LEN + 1;
    expect_refused(x, SK_ERR_KEYRING_LENGTH);
    x->file.len = KEYRING_LEN - 1;
    expect_refused(x, SK_ERR_KEYRING_LENGTH);
    x->file.len = KEYRING_LEN - 4096; /* no record at all */
    expect_refused(x, SK_ERR_KEYRING_LENGTH);
}

static void test_wrong_magic_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.p[6] = '-';
    expect_refused(x, SK_ERR_KEYRING_MAGIC);
}

static void test_each_reserved_byte_is_checked(void **state)
{
    struct keyring_case *x = *state;

    for (size_t i = 33; i < 40; i++) {
        x->file.p[i] = 1;
        expect_refused(x, SK_ERR_KEYRING_RESERVED);
        x->file.p[i] = 0;
    }
    x->file.p[32] = 2;
    expect_refused(x, SK_ERR_KEYRING_RESERVED);
}

static void test_needless_token_is_refused(void **state)
{
    struct keyring_case *x = *state;

    keyring_expect_refused(x, x->token, SK_ERR_KEYRING_TOKEN);
}

static void test_missing_token_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.p[32] = 1;
    expect_refused(x, SK_ERR_KEYRING_TOKEN);
}

/* ---- cost ------------------------------------------------------------------- */

/* Refused at once: one run of Argon2 at any of these costs would take longer than the hundred
 * refusals may. Processor time is counted, not the wall's, on a busy machine. */
static void expect_bomb_refused(struct keyring_case *x, uint32_t operations, uint32_t memory_kib)
{
    const struct sk_keyring_cost cost = {operations, memory_kib};
    clock_t start = clock();

    sk_put_u32(x->file.p + 8, operations);
    sk_put_u32(x->file.p + 12, memory_kib);
    for (int i = 0; i < 100; i++) {
        expect_refused(x, SK_ERR_KEYRING_COST);
        x->ring = NULL;
        assert_error(sk_keyring_new(&x->ring, x->passphrase.p, x->passphrase.len, NULL, cost),
                     SK_ERR_KEYRING_COST);
        assert_null(x->ring);
    }
    assert_true(clock() - start < CLOCKS_PER_SEC / 5);
}

static void test_bomb_of_2_operations_is_refused(void **state)
{
    expect_bomb_refused(*state, 2, 65536);
    expect_bomb_refused(*state, 0, 65536);
}

static void test_bomb_of_11_operations_is_refused(void **state)
{
    expect_bomb_refused(*state, 11, 65536);
    expect_bomb_refused(*state, UINT32_MAX, 65536);
}

static void test_bomb_below_64_mib_is_refused(void **state)
{
    expect_bomb_refused(*state, 3, 65535);
    expect_bomb_refused(*state, 3, 0);
}

static void test_bomb_above_4_gib_is_refused(void **state)
{
    expect_bomb_refused(*state, 3, (4 << 20) + 1);
    expect_bomb_refused(*state, 3, UINT32_MAX);
}

/* The highest cost accepted is tried in earnest, and fails for memory only.
 * Sanitizers need the address space for themselves. */
static void test_accepted_cost_without_memory_is_told_apart(void **state)
{
    struct keyring_case *x = *state;
    struct rlimit before, tight;

    if (SANITIZED) {
        skip();
    }
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    tight = before;
    tight.rlim_cur = 1u << 30;
    sk_put_u32(x->file.p + 12, 4 << 20);
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    x->ring = (struct sk_keyring *)(void *)x;
    enum sk_error e = keyring_case_read(x, NULL);

    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_error(e, SK_ERR_MEMORY);
    assert_ptr_equal(x->ring, x);
}

/* ---- authentication --------------------------------------------------------- */

static void test_wrong_passphrase_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->passphrase.p[0] ^= 1;
    expect_refused(x, SK_ERR_KEYRING_PASSPHRASE);
    x->passphrase.p[0] ^= 1;
    x->passphrase.len--;
    expect_refused(x, SK_ERR_KEYRING_PASSPHRASE);
}

static void test_flipped_commitment_or_salt_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.p[71] ^= 1;
    expect_refused(x, SK_ERR_KEYRING_PASSPHRASE);
    x->file.p[71] ^= 1;
    x->file.p[16] ^= 1;
    expect_refused(x, SK_ERR_KEYRING_PASSPHRASE);
}

static void test_other_cost_than_was_sealed_is_refused(void **state)
{
    struct keyring_case *x = *state;

    sk_put_u32(x->file.p + 8, 4);
    expect_refused(x, SK_ERR_KEYRING_PASSPHRASE);
}

static void test_flipped_ciphertext_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.p[96] ^= 1;
    expect_refused(x, SK_ERR_KEYRING_FORGED);
    x->file.p[96] ^= 1;
    x->file.p[KEYRING_LEN - 1] ^= 0x80;
    expect_refused(x, SK_ERR_KEYRING_FORGED);
}

static void test_flipped_nonce_is_refused(void **state)
{
    struct keyring_case *x = *state;

    x->file.p[95] ^= 1;
    expect_refused(x, SK_ERR_KEYRING_FORGED);
}

/* ---- records ---------------------------------------------------------------- */

static void expect_records_refused(struct keyring_case *x, const uint8_t plain[4096])
{
    keyring_case_seal(x, plain);
    expect_refused(x, SK_ERR_KEYRING_RECORD);
}

static void test_record_that_runs_over_the_end_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096] = {0};

    plain[0] = 200;
    sk_put_u16(plain + 2, 4089); /* one byte too long */
    expect_records_refused(x, plain);
    sk_put_u16(plain + 2, UINT16_MAX);
    expect_records_refused(x, plain);
    sk_put_u16(plain + 2, 4088);
    keyring_case_seal(x, plain);
    assert_error(keyring_case_read(x, NULL), SK_OK);
    sk_keyring_free(x->ring);
}

static void test_record_without_room_for_its_head_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096] = {0};

    plain[keyring_put_head(plain, 0, 200, 4081, 1)] = 3; /* seven bytes are left */
    expect_records_refused(x, plain);
}

static void test_duplicate_record_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096] = {0};
    size_t at = keyring_put_head(plain, 0, SK_KEY_WEEK, 32, 2968);

    keyring_put_head(plain, keyring_put_head(plain, at, SK_KEY_MONTH, 32, 2968), SK_KEY_WEEK, 32,
                     2968);
    expect_records_refused(x, plain);
}

static void test_zero_byte_of_a_record_is_checked(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096];

    keyring_case_unseal(x, plain);
    plain[1] = 1;
    expect_records_refused(x, plain);
}

static void test_record_of_a_wrong_length_for_its_type_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096] = {0};

    keyring_put_head(plain, 0, SK_KEY_WEEK, 31, 2968);
    expect_records_refused(x, plain);
}

static void test_padding_that_is_not_zero_is_refused(void **state)
{
    struct keyring_case *x = *state;
    uint8_t plain[4096];

    keyring_case_unseal(x, plain);
    plain[4095] = 1;
    expect_records_refused(x, plain);
    memset(plain, 0, sizeof plain);
    plain[4] = 1; /* type 0 with an id */
    expect_records_refused(x, plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYRING_TEST(test_truncated_file_is_refused),
        KEYRING_TEST(test_length_that_is_no_multiple_of_4096_is_refused),
        KEYRING_TEST(test_wrong_magic_is_refused),
        KEYRING_TEST(test_each_reserved_byte_is_checked),
        KEYRING_TEST(test_needless_token_is_refused),
        KEYRING_TEST(test_missing_token_is_refused),
        KEYRING_TEST(test_bomb_of_2_operations_is_refused),
        KEYRING_TEST(test_bomb_of_11_operations_is_refused),
        KEYRING_TEST(test_bomb_below_64_mib_is_refused),
        KEYRING_TEST(test_bomb_above_4_gib_is_refused),
        KEYRING_TEST(test_accepted_cost_without_memory_is_told_apart),
        KEYRING_TEST(test_wrong_passphrase_is_refused),
        KEYRING_TEST(test_flipped_commitment_or_salt_is_refused),
        KEYRING_TEST(test_other_cost_than_was_sealed_is_refused),
        KEYRING_TEST(test_flipped_ciphertext_is_refused),
        KEYRING_TEST(test_flipped_nonce_is_refused),
        KEYRING_TEST(test_record_that_runs_over_the_end_is_refused),
        KEYRING_TEST(test_record_without_room_for_its_head_is_refused),
        KEYRING_TEST(test_duplicate_record_is_refused),
        KEYRING_TEST(test_zero_byte_of_a_record_is_checked),
        KEYRING_TEST(test_record_of_a_wrong_length_for_its_type_is_refused),
        KEYRING_TEST(test_padding_that_is_not_zero_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
