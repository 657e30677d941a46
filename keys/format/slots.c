#include "keys/format/slots.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"

_Static_assert(SK_SLOT_BYTES == 32 + crypto_box_SEALBYTES, "a slot is a sealed box of a file key");

enum { SUITE_X25519 = 1, AT_EPOCH = 4, AT_SLOTS = 8, AT_COMMITMENT = 648 };

/* A slot on its way to its place; order decides which that is. */
struct entry {
    uint8_t order[32];
    uint8_t slot[SK_SLOT_BYTES];
};

int sk_pk_low_order(const struct sk_x25519_pk *pk)
{
    /* Every X25519 scalar is a multiple of eight, so a point of low order gives zero with any
     * scalar, and libsodium refuses that. No list of points to get wrong. */
    static const uint8_t any[32] = {8};
    uint8_t q[32];

    return crypto_scalarmult(q, any, pk->b) != 0;
}

enum sk_error sk_slot_make(uint8_t slot[SK_SLOT_BYTES], const struct sk_file_key *file_key,
                           const struct sk_x25519_pk *pk)
{
    uint8_t esk[32], nonce[crypto_box_NONCEBYTES], made[SK_SLOT_BYTES];
    crypto_generichash_state state;

    sk_F(esk, file_key->b, "slot-esk", pk->b, sizeof pk->b);
    crypto_scalarmult_base(made, esk);
    crypto_generichash_init(&state, NULL, 0, sizeof nonce);
    crypto_generichash_update(&state, made, 32);
    crypto_generichash_update(&state, pk->b, sizeof pk->b);
    crypto_generichash_final(&state, nonce, sizeof nonce);
    int r = crypto_box_easy(made + 32, file_key->b, sizeof file_key->b, nonce, pk->b, esk);

    sodium_memzero(esk, sizeof esk);
    if (r != 0) {
        return SK_ERR_KEY_LOW_ORDER;
    }
    memcpy(slot, made, sizeof made);
    return SK_OK;
}

void sk_dummy_pk(struct sk_x25519_pk *out, const struct sk_file_key *file_key, unsigned i)
{
    uint8_t sk[32], place = (uint8_t)i;

    sk_F(sk, file_key->b, "dummy-sk", &place, 1);
    crypto_scalarmult_base(out->b, sk);
    sodium_memzero(sk, sizeof sk);
}

void sk_slot_order(uint8_t order[32], const struct sk_file_key *file_key,
                   const struct sk_x25519_pk *pk)
{
    sk_F(order, file_key->b, "slot-order", pk->b, sizeof pk->b);
}

void sk_header_commitment(uint8_t out[32], const struct sk_file_key *file_key,
                          const uint8_t header[648])
{
    sk_F(out, file_key->b, "commit", header, AT_COMMITMENT);
}

void sk_payload_key_derive(struct sk_payload_key *out, const struct sk_file_key *file_key,
                           const uint8_t header[SK_HEADER_BYTES])
{
    sk_F(out->b, file_key->b, "payload", header, SK_HEADER_BYTES);
}

void sk_chunk_nonce(uint8_t nonce[12], uint64_t i, int last)
{
    memset(nonce, 0, 12);
    sk_put_u64(nonce, i);
    nonce[11] = last != 0;
}

static enum sk_error recipients_check(const struct sk_x25519_pk *recipients, size_t count)
{
    if (count < 1 || count > SK_SLOTS) {
        return SK_ERR_RECIPIENTS_COUNT;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (memcmp(recipients[i].b, recipients[j].b, sizeof recipients[i].b) == 0) {
                return SK_ERR_RECIPIENTS_REPEATED;
            }
        }
    }
    return SK_OK;
}

/* Puts the entry at index i where it belongs among the sorted ones before it. */
static void insert(struct entry *entries, size_t i)
{
    struct entry moving = entries[i];

    while (i > 0 && memcmp(moving.order, entries[i - 1].order, sizeof moving.order) < 0) {
        entries[i] = entries[i - 1];
        i--;
    }
    entries[i] = moving;
}

static enum sk_error entries_make(struct entry entries[SK_SLOTS],
                                  const struct sk_file_key *file_key,
                                  const struct sk_x25519_pk *recipients, size_t count)
{
    for (size_t i = 0; i < SK_SLOTS; i++) {
        struct sk_x25519_pk pk;

        if (i < count) {
            pk = recipients[i];
        } else {
            sk_dummy_pk(&pk, file_key, (unsigned)i);
        }
        enum sk_error e = sk_slot_make(entries[i].slot, file_key, &pk);

        if (e != SK_OK) {
            return e;
        }
        sk_slot_order(entries[i].order, file_key, &pk);
        insert(entries, i);
    }
    return SK_OK;
}

enum sk_error sk_header_make(uint8_t header[SK_HEADER_BYTES], uint32_t epoch,
                             const struct sk_file_key *file_key,
                             const struct sk_x25519_pk *recipients, size_t count)
{
    struct entry entries[SK_SLOTS];
    enum sk_error e = recipients_check(recipients, count);

    if (e == SK_OK) {
        e = entries_make(entries, file_key, recipients, count);
    }
    if (e != SK_OK) {
        return e;
    }
    memset(header, 0, AT_SLOTS);
    header[0] = SUITE_X25519;
    sk_put_u32(header + AT_EPOCH, epoch);
    for (size_t i = 0; i < SK_SLOTS; i++) {
        memcpy(header + AT_SLOTS + i * SK_SLOT_BYTES, entries[i].slot, SK_SLOT_BYTES);
    }
    sk_header_commitment(header + AT_COMMITMENT, file_key, header);
    return SK_OK;
}
