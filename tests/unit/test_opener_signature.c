/* The writer's signature: what a co-recipient or a careless verifier could get away with. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/format/slots.h"
#include "tests/unit/unit_open.h"

/* The order of the prime-order group of Ed25519, little-endian (RFC 8032). */
static const uint8_t group_order[32] = {
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

/* The content of the fixture as a recipient has it. */
static struct unit_bytes content_of(struct unit_fixture *f)
{
    struct unit_bytes content;

    assert_error(unit_open(f->envelope, 0x41, NULL, 0, NULL, &content), SK_OK);
    return content;
}

static uint8_t *signature_of(struct unit_bytes content)
{
    return content.p + content.len - SK_CONTENT_SIGNATURE_BYTES;
}

/* Opens content under the fixture's header, in the class it needs, and releases it. */
static void expect_content(struct unit_fixture *f, struct unit_bytes content, enum sk_error error)
{
    struct unit_bytes forged =
        unit_envelope(&f->file_key, f->envelope.p, content, sk_class_for(content.len));

    assert_error(unit_open(forged, 0x40, NULL, 0, NULL, NULL), error);
    free(forged.p);
    free(content.p);
}

/* What the signature is over, up to its type. */
static void message_of(uint8_t message[SK_REPORT_SIGNED_BYTES], struct unit_fixture *f,
                       struct unit_bytes content)
{
    uint8_t hash[4 * 32], d[32];
    size_t len = content.len - SK_CONTENT_SIGNATURE_BYTES, n = 0;

    for (size_t at = 0; at < len; at += SK_CHUNK_CONTENT, n += 32) {
        crypto_hash_sha256(hash + n, content.p + at,
                           len - at < SK_CHUNK_CONTENT ? len - at : SK_CHUNK_CONTENT);
    }
    crypto_hash_sha256(d, hash, n);
    sk_report_signed_message(message, f->envelope.p, d);
}

/* Writes the header anew for the keys in content, as the writer himself could. */
static void bind_to_content(struct unit_fixture *f, struct unit_bytes content)
{
    f->file_key = unit_file_key_of(content.p);
    assert_error(sk_header_make(f->envelope.p, 2900, &f->file_key, f->address.recipients, 2),
                 SK_OK);
}

static void test_unaltered_content_sealed_again_opens(void **state)
{
    expect_content(*state, content_of(*state), SK_OK);
}

static void test_body_rewritten_by_a_co_recipient(void **state)
{
    static const size_t places[] = {256, 16381, 16382, 30000, 256 + UNIT_BODY - 1};

    for (size_t i = 0; i < 5; i++) {
        struct unit_bytes content = content_of(*state);

        content.p[places[i]] ^= 1;
        expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
    }
}

static void test_prelude_rewritten_by_a_co_recipient(void **state)
{
    static const size_t places[] = {2, 104, 137}; /* flags, sheets, boundary */

    for (size_t i = 0; i < 3; i++) {
        struct unit_bytes content = content_of(*state);

        content.p[places[i]] ^= 1;
        expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
    }
}

/* Any bit of what the file key follows from, the content signed by the code's own key or not. */
static void test_keys_in_the_prelude_changed(void **state)
{
    static const size_t places[] = {8, 39, 40, 71, 72, 103, 207, 238};
    struct unit_fixture *f = *state;

    for (size_t i = 0; i < 8; i++) {
        for (int sign = 0; sign < 2; sign++) {
            struct unit_bytes content = content_of(f);

            content.p[places[i]] ^= 0x10;
            if (sign) {
                unit_sign(content, &f->address, f->envelope.p);
            }
            expect_content(f, content, SK_ERR_CONTENT_KEYS);
        }
    }
}

/* A co-recipient holds the file key, and writes other words under the same header with a code of
 * his own: all of it, or only one of its keys, or another seed. */
static void test_other_words_under_the_same_header_with_own_keys(void **state)
{
    static const unsigned combinations = 16; /* which of the four are his own */
    struct unit_fixture *f = *state;
    struct sk_seed seed;

    randombytes_buf(seed.b, sizeof seed.b);
    for (unsigned own = 1; own < combinations; own++) {
        struct sk_receipt receipt, mixed = *f->address.receipt;
        struct sk_address his = f->address;

        sk_receipt_random(&receipt);
        if (own & 1) {
            mixed.sign_pk = receipt.sign_pk;
            mixed.sign_sk = receipt.sign_sk;
        }
        mixed.reply_pk = own & 2 ? receipt.reply_pk : mixed.reply_pk;
        mixed.mailbox_seed = own & 4 ? receipt.mailbox_seed : mixed.mailbox_seed;
        his.receipt = &mixed;
        his.seed = own & 8 ? &seed : his.seed;
        expect_content(f, unit_content(&his, f->envelope.p, 500), SK_ERR_CONTENT_KEYS);
    }
}

/* With the writer's keys in the prelude the words pass that check, and lack the signature. */
static void test_other_words_under_the_same_header_with_the_writers_keys(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_receipt his = *f->address.receipt, random;
    struct sk_address address = f->address;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 500);

    sk_receipt_random(&random);
    his.sign_sk = random.sign_sk;
    address.receipt = &his;
    unit_sign(content, &address, f->envelope.p);
    expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
}

/* A new envelope that names the seed of a foreign mailbox opens, and has a mailbox of its own. */
static void test_a_foreign_mailbox_seed_gives_another_mailbox(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_receipt his;
    struct sk_address address = f->address;
    struct sk_opened opened;
    struct sk_mailbox mailbox;

    sk_receipt_random(&his);
    his.mailbox_seed = f->address.receipt->mailbox_seed;
    address.receipt = &his;
    address.seed = NULL;
    struct unit_bytes envelope = unit_seal(&address, f->body.p, 500, 0);

    assert_error(unit_open(envelope, 0x40, NULL, 0, &opened, NULL), SK_OK);
    sk_mailbox_derive(&mailbox, &opened.prelude.mailbox_seed, &opened.prelude.reply_pk,
                      &opened.prelude.sign_pk);
    assert_memory_not_equal(&mailbox, &f->address.receipt->mailbox, sizeof mailbox);
    free(envelope.p);
}

static void test_body_shortened_by_a_co_recipient(void **state)
{
    struct unit_bytes content = content_of(*state);

    memmove(signature_of(content) - 1, signature_of(content), 64);
    content.len--;
    expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_body_lengthened_by_a_co_recipient(void **state)
{
    struct unit_bytes content = content_of(*state);
    uint8_t *p = realloc(content.p, content.len + 1);

    assert_non_null(p);
    content.p = p;
    content.len++;
    memmove(signature_of(content), signature_of(content) - 1, 64);
    signature_of(content)[-1] = 0;
    expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_blocks_swapped_by_a_co_recipient(void **state)
{
    struct unit_bytes content = content_of(*state);
    uint8_t block[SK_CHUNK_CONTENT];

    memcpy(block, content.p + SK_CHUNK_CONTENT, sizeof block);
    memmove(content.p + SK_CHUNK_CONTENT, content.p + 2 * SK_CHUNK_CONTENT, 16000);
    memcpy(content.p + 2 * SK_CHUNK_CONTENT, block, 16000);
    expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_signature_flipped(void **state)
{
    for (size_t i = 0; i < 64; i++) {
        struct unit_bytes content = content_of(*state);

        signature_of(content)[i] ^= 4;
        expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
    }
}

static void test_signature_of_zeros(void **state)
{
    struct unit_bytes content = content_of(*state);

    memset(signature_of(content), 0, 64);
    expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_signature_of_another_type(void **state)
{
    static const char *const types[] = {"skrynka/1 sheet\0", "skrynka/1 board\0",
                                        "skrynka/1 carry\0", "skrynka/2 report",
                                        "skrynka/1 REPORT"};
    struct unit_fixture *f = *state;

    for (size_t i = 0; i < 5; i++) {
        struct unit_bytes content = content_of(f);
        uint8_t message[SK_REPORT_SIGNED_BYTES];

        message_of(message, f, content);
        memcpy(message, types[i], 16);
        crypto_sign_detached(signature_of(content), NULL, message, sizeof message,
                             f->address.receipt->sign_sk.b);
        expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
    }
}

static void test_signature_over_another_header(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = content_of(f);
    uint8_t other[SK_HEADER_BYTES];

    memcpy(other, f->envelope.p, sizeof other);
    other[4] ^= 1;
    unit_sign(content, &f->address, other);
    expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_signature_by_another_code(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = content_of(f);
    struct sk_address other = f->address;
    struct sk_receipt receipt;

    sk_receipt_random(&receipt);
    other.receipt = &receipt;
    unit_sign(content, &other, f->envelope.p);
    expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_signature_of_the_signature_too(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = content_of(f);
    struct unit_bytes longer = {malloc(content.len + 64), content.len + 64};

    /* two signatures: the last one must cover all before it, also the first one */
    assert_non_null(longer.p);
    memcpy(longer.p, content.p, content.len);
    memcpy(longer.p + content.len, signature_of(content), 64);
    free(content.p);
    expect_content(f, longer, SK_ERR_CONTENT_SIGNATURE);
}

static void test_signature_with_unreduced_s(void **state)
{
    struct unit_bytes content = content_of(*state);

    sodium_add(signature_of(content) + 32, group_order, 32);
    expect_content(*state, content, SK_ERR_CONTENT_SIGNATURE);
}

static void test_small_order_signing_key(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = content_of(f);

    /* key and R both the neutral element, S = 0: good for any message, if nobody looks */
    memset(content.p + 72, 0, 32);
    content.p[72] = 1;
    bind_to_content(f, content);
    memset(signature_of(content), 0, 64);
    signature_of(content)[0] = 1;
    expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
}

/* A signing key of mixed order, A + T with T of order 2 = (0, -1), and signatures by hand until
 * one is such that T falls out: libsodium's verification accepts it, others do not. */
static void test_mixed_order_signing_key(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = content_of(f);
    uint8_t seed_hash[64], a[32], r[32], k[32], wide[64], message[SK_REPORT_SIGNED_BYTES];
    uint8_t torsion[32], *sign_pk = content.p + 72, *signature = signature_of(content);
    crypto_hash_sha512_state state512;

    memset(torsion, 0xFF, sizeof torsion);
    torsion[0] = 0xEC;
    torsion[31] = 0x7F;
    crypto_hash_sha512(seed_hash, f->address.receipt->sign_sk.b, 32);
    seed_hash[0] &= 248;
    seed_hash[31] = (uint8_t)((seed_hash[31] & 63) | 64);
    memset(seed_hash + 32, 0, 32);
    crypto_core_ed25519_scalar_reduce(a, seed_hash);
    assert_int_equal(crypto_core_ed25519_add(sign_pk, sign_pk, torsion), 0);
    bind_to_content(f, content);
    message_of(message, f, content);
    do {
        crypto_core_ed25519_scalar_random(r);
        crypto_scalarmult_ed25519_base_noclamp(signature, r);
        crypto_hash_sha512_init(&state512);
        crypto_hash_sha512_update(&state512, signature, 32);
        crypto_hash_sha512_update(&state512, sign_pk, 32);
        crypto_hash_sha512_update(&state512, message, sizeof message);
        crypto_hash_sha512_final(&state512, wide);
        crypto_core_ed25519_scalar_reduce(k, wide);
    } while (k[0] % 2 != 0);
    crypto_core_ed25519_scalar_mul(signature + 32, k, a);
    crypto_core_ed25519_scalar_add(signature + 32, signature + 32, r);
    assert_int_equal(crypto_sign_verify_detached(signature, message, sizeof message, sign_pk), 0);
    expect_content(f, content, SK_ERR_CONTENT_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_unaltered_content_sealed_again_opens),
        UNIT_TEST(test_body_rewritten_by_a_co_recipient),
        UNIT_TEST(test_prelude_rewritten_by_a_co_recipient),
        UNIT_TEST(test_keys_in_the_prelude_changed),
        UNIT_TEST(test_other_words_under_the_same_header_with_own_keys),
        UNIT_TEST(test_other_words_under_the_same_header_with_the_writers_keys),
        UNIT_TEST(test_a_foreign_mailbox_seed_gives_another_mailbox),
        UNIT_TEST(test_body_shortened_by_a_co_recipient),
        UNIT_TEST(test_body_lengthened_by_a_co_recipient),
        UNIT_TEST(test_blocks_swapped_by_a_co_recipient),
        UNIT_TEST(test_signature_flipped),
        UNIT_TEST(test_signature_of_zeros),
        UNIT_TEST(test_signature_of_another_type),
        UNIT_TEST(test_signature_over_another_header),
        UNIT_TEST(test_signature_by_another_code),
        UNIT_TEST(test_signature_of_the_signature_too),
        UNIT_TEST(test_signature_with_unreduced_s),
        UNIT_TEST(test_small_order_signing_key),
        UNIT_TEST(test_mixed_order_signing_key),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
