#include "keys/format/slots.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/cursor.h"
#include "keys/base/hash.h"

_Static_assert(SK_SLOT_BYTES == 32 + crypto_box_SEALBYTES, "a slot is a sealed box of a file key");

/* The bytes that the commitment covers: all before it. */
enum { COMMITTED = SK_VISIBLE_BYTES + SK_SLOTS * SK_SLOT_BYTES };

_Static_assert(COMMITTED + 32 == SK_HEADER_BYTES, "the commitment ends the header");

/* A slot and its sort key. */
struct entry {
    uint8_t order[32];
    uint8_t slot[SK_SLOT_BYTES];
};

int sk_pk_low_order(const struct sk_x25519_pk *pk)
{
    /* X25519 clears the low bits of a scalar, so it is a multiple of eight and a point of low order
     * gives zero, which crypto_scalarmult() refuses. */
    static const uint8_t any[32] = {8};
    uint8_t q[32];

    return crypto_scalarmult(q, any, pk->b) != 0;
}

enum sk_error sk_slot_make(uint8_t slot[SK_SLOT_BYTES], const struct sk_file_key *file_key,
                           const struct sk_x25519_pk *pk)
{
    uint8_t esk[32], nonce[crypto_box_NONCEBYTES], made[SK_SLOT_BYTES];
    crypto_generichash_state state;

    sk_derive(esk, file_key->b, "slot-esk", pk->b, sizeof pk->b);
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

    sk_derive(sk, file_key->b, "dummy-sk", &place, 1);
    crypto_scalarmult_base(out->b, sk);
    sodium_memzero(sk, sizeof sk);
}

void sk_slot_order(uint8_t order[32], const struct sk_file_key *file_key,
                   const struct sk_x25519_pk *pk)
{
    sk_derive(order, file_key->b, "slot-order", pk->b, sizeof pk->b);
}

void sk_header_commitment(uint8_t out[32], const struct sk_file_key *file_key,
                          const uint8_t header[SK_HEADER_BYTES])
{
    sk_derive(out, file_key->b, "commit", header, COMMITTED);
}

bool sk_header_commits(const uint8_t header[SK_HEADER_BYTES], const struct sk_file_key *file_key)
{
    uint8_t commitment[32];

    sk_header_commitment(commitment, file_key, header);
    int differs = sodium_memcmp(commitment, header + COMMITTED, sizeof commitment);

    sodium_memzero(commitment, sizeof commitment);
    return differs == 0;
}

void sk_payload_key_derive(struct sk_payload_key *out, const struct sk_file_key *file_key,
                           const uint8_t header[SK_HEADER_BYTES])
{
    sk_derive(out->b, file_key->b, "payload", header, SK_HEADER_BYTES);
}

/* ---- the header's layout ---------------------------------------------------- */

static void write_visible(struct sk_field_writer *w, uint32_t epoch)
{
    sk_write_u8(w, SK_SUITE_X25519);
    sk_write_zeros(w, 3);
    sk_write_u32(w, epoch);
}

static enum sk_error read_visible(struct sk_field_reader *r, uint32_t *epoch)
{
    uint8_t suite = sk_read_u8(r);

    sk_read_zeros(r, 3);
    *epoch = sk_read_u32(r);
    if (suite != SK_SUITE_X25519) {
        return SK_ERR_ENVELOPE_SUITE;
    }
    return r->reserved ? SK_ERR_ENVELOPE_RESERVED : SK_OK;
}

enum sk_error sk_envelope_visible_read(const uint8_t header[SK_VISIBLE_BYTES], uint32_t *epoch)
{
    struct sk_field_reader r = sk_read_from(header, SK_VISIBLE_BYTES);
    uint32_t read;
    enum sk_error e = read_visible(&r, &read);

    if (e == SK_OK) {
        *epoch = read;
    }
    return e;
}

uint32_t sk_envelope_claimed_epoch(const uint8_t header[SK_VISIBLE_BYTES])
{
    struct sk_field_reader r = sk_read_from(header, SK_VISIBLE_BYTES);
    uint32_t epoch;

    (void)read_visible(&r, &epoch);
    return epoch;
}

enum sk_error sk_envelope_visible_check(const uint8_t header[SK_VISIBLE_BYTES], time_t now)
{
    uint32_t epoch;
    enum sk_error e = sk_envelope_visible_read(header, &epoch);

    if (e != SK_OK) {
        return e;
    }
    return sk_epoch_accepted(epoch, now) ? SK_OK : SK_ERR_ENVELOPE_EPOCH;
}

const uint8_t *sk_header_slot(const uint8_t header[SK_HEADER_BYTES], size_t place)
{
    return header + SK_VISIBLE_BYTES + place * SK_SLOT_BYTES;
}

/* ---- making one ------------------------------------------------------------- */

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

/* One step of an insertion sort: moves entry i among the sorted ones before it. */
static void insert(struct entry *entries, size_t i)
{
    struct entry moving = entries[i];

    while (i > 0 && memcmp(moving.order, entries[i - 1].order, sizeof moving.order) < 0) {
        entries[i] = entries[i - 1];
        i--;
    }
    entries[i] = moving;
}

enum sk_error sk_header_make(uint8_t header[SK_HEADER_BYTES], uint32_t epoch,
                             const struct sk_file_key *file_key,
                             const struct sk_x25519_pk *recipients, size_t count)
{
    struct sk_field_writer w = sk_write_to(header, SK_HEADER_BYTES);
    struct entry entries[SK_SLOTS];
    uint8_t commitment[32];
    enum sk_error e = recipients_check(recipients, count);

    if (e != SK_OK) {
        return e;
    }
    for (size_t i = 0; i < SK_SLOTS; i++) {
        struct sk_x25519_pk pk;

        if (i < count) {
            pk = recipients[i];
        } else {
            sk_dummy_pk(&pk, file_key, (unsigned)i);
        }
        e = sk_slot_make(entries[i].slot, file_key, &pk);
        if (e != SK_OK) {
            return e;
        }
        sk_slot_order(entries[i].order, file_key, &pk);
        insert(entries, i);
    }
    write_visible(&w, epoch);
    for (size_t i = 0; i < SK_SLOTS; i++) {
        sk_write_bytes(&w, entries[i].slot, sizeof entries[i].slot);
    }
    sk_header_commitment(commitment, file_key, header);
    sk_write_bytes(&w, commitment, sizeof commitment);
    return SK_OK;
}
