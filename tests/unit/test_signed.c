/* Signatures with a label, and keys on which implementations disagree. */
#include <sodium.h>
#include <string.h>

#include "keys/format/signed.h"
#include "tests/unit/formats.h"

static const uint8_t message[] = "all before";

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

static enum sk_error check(const uint8_t *signature, const char *label, size_t len,
                           const struct sk_ed25519_pk *pk)
{
    uint8_t file[sizeof message + 64];

    memcpy(file, message, len);
    memcpy(file + len, signature, 64);
    return sk_signed_check(file, len + 64, label, pk, SK_ERR_CARRY_SIGNATURE);
}

static void sign(struct sk_signature *out, const char *label, const struct sk_ed25519_sk *sk)
{
    uint8_t file[10 + 64];

    memcpy(file, message, 10);
    assert_error(sk_signed_make(file, sizeof file, label, sk), SK_OK);
    assert_memory_equal(file, message, 10);
    memcpy(out->b, file + 10, 64);
}

static void test_signature_verifies_for_its_label_message_and_key_only(void **state)
{
    struct sk_ed25519_pk pk, other;
    struct sk_ed25519_sk sk;
    struct sk_signature s;

    (void)state;
    crypto_sign_keypair(other.b, sk.b);
    crypto_sign_keypair(pk.b, sk.b);
    sign(&s, "skrynka/1 test", &sk);
    assert_error(check(s.b, "skrynka/1 test", 10, &pk), SK_OK);
    assert_error(check(s.b, "skrynka/1 tes", 10, &pk), SK_ERR_CARRY_SIGNATURE);
    assert_error(check(s.b, "skrynka/1 test", 9, &pk), SK_ERR_CARRY_SIGNATURE);
    assert_error(check(s.b, "skrynka/1 test", 10, &other), SK_ERR_CARRY_SIGNATURE);
    for (size_t i = 0; i < 64; i++) {
        s.b[i] ^= 1;
        assert_error(check(s.b, "skrynka/1 test", 10, &pk), SK_ERR_CARRY_SIGNATURE);
        s.b[i] ^= 1;
    }
}

static void test_made_signature_is_over_label_zero_bytes(void **state)
{
    uint8_t whole[] = "label\0all before";
    struct sk_ed25519_pk pk;
    struct sk_ed25519_sk sk;
    struct sk_signature s;

    (void)state;
    crypto_sign_keypair(pk.b, sk.b);
    sign(&s, "label", &sk);
    assert_int_equal(crypto_sign_verify_detached(s.b, whole, 16, pk.b), 0);
}

static void test_what_has_no_room_for_a_signature_is_refused(void **state)
{
    uint8_t file[64] = {0};
    struct sk_ed25519_pk pk;
    struct sk_ed25519_sk sk;

    (void)state;
    crypto_sign_keypair(pk.b, sk.b);
    assert_error(sk_signed_make(file, 63, "label", &sk), SK_ERR_USAGE);
    assert_error(sk_signed_check(file, 63, "label", &pk, SK_ERR_CARRY_SIGNATURE),
                 SK_ERR_CARRY_SIGNATURE);
    assert_error(sk_signed_make(file, 64, "label", &sk), SK_OK);
    assert_error(sk_signed_check(file, 64, "label", &pk, SK_ERR_CARRY_SIGNATURE), SK_OK);
}

/* h = SHA-512(R || A || label || 00 || bytes), reduced. */
static void challenge(uint8_t h[32], const uint8_t r[32], const uint8_t a[32])
{
    crypto_hash_sha512_state state;
    uint8_t hash[64];

    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, r, 32);
    crypto_hash_sha512_update(&state, a, 32);
    crypto_hash_sha512_update(&state, (const uint8_t *)"label", 6);
    crypto_hash_sha512_update(&state, message, 10);
    crypto_hash_sha512_final(&state, hash);
    crypto_core_ed25519_scalar_reduce(h, hash);
}

/* A + (the point of order two), which signs with the secret of A whenever h is even. */
static void test_key_of_mixed_order_is_refused(void **state)
{
    uint8_t a[32], r[32], h[32] = {1}, signature[64], whole[] = "label\0all before", two[32];
    struct sk_ed25519_pk pk;

    (void)state;
    unit_hex(two, 32, "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    crypto_core_ed25519_scalar_random(a);
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(pk.b, a), 0);
    assert_int_equal(crypto_core_ed25519_add(pk.b, pk.b, two), 0);
    while ((h[0] & 1) != 0) {
        crypto_core_ed25519_scalar_random(r);
        assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature, r), 0);
        challenge(h, signature, pk.b);
    }
    crypto_core_ed25519_scalar_mul(h, h, a);
    crypto_core_ed25519_scalar_add(signature + 32, r, h);
    /* libsodium alone takes it. */
    assert_int_equal(crypto_sign_verify_detached(signature, whole, 16, pk.b), 0);
    assert_error(check(signature, "label", 10, &pk), SK_ERR_CARRY_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature_verifies_for_its_label_message_and_key_only),
        cmocka_unit_test(test_made_signature_is_over_label_zero_bytes),
        cmocka_unit_test(test_what_has_no_room_for_a_signature_is_refused),
        cmocka_unit_test(test_key_of_mixed_order_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
