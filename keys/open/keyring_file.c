#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/open/keyring.h"
#include "keys/open/keyring_ring.h"

/* Below the lower bounds a passphrase is guessed too easily; above the upper ones a file could
 * hold the machine up. */
enum {
    OPERATIONS_MIN = 3,
    OPERATIONS_MAX = 10,
    MEMORY_MIN = 64 << 10,
    MEMORY_MAX = 4 << 20,
    HASHED = SK_KEYRING_AT_COMMITMENT /* bytes 0..39 are bound to the key */
};

static bool cost_accepted(struct sk_keyring_cost cost)
{
    return cost.operations >= OPERATIONS_MIN && cost.operations <= OPERATIONS_MAX &&
           cost.memory_kib >= MEMORY_MIN && cost.memory_kib <= MEMORY_MAX;
}

static struct sk_keyring_cost cost_of(const uint8_t *header)
{
    return (struct sk_keyring_cost){sk_get_u32(header + SK_KEYRING_AT_OPERATIONS),
                                    sk_get_u32(header + SK_KEYRING_AT_MEMORY)};
}

struct sk_keyring_cost sk_keyring_cost(const struct sk_keyring *ring)
{
    return cost_of(ring->header);
}

/* ---- keys ------------------------------------------------------------------- */

/* What passphrase and token give for a header: its commitment and its key. */
struct derived {
    uint8_t k[32];
    uint8_t commitment[32];
    uint8_t enc[32];
};

/* *d is guarded memory. The only place where Argon2 runs. */
static enum sk_error derive(struct derived *d, const uint8_t *header, const uint8_t *passphrase,
                            size_t len, const uint8_t *token)
{
    struct sk_keyring_cost cost = cost_of(header);
    uint64_t memory = (uint64_t)cost.memory_kib << 10;

    if (memory > SIZE_MAX ||
        crypto_pwhash(d->k, sizeof d->k, (const char *)passphrase, len, header + SK_KEYRING_AT_SALT,
                      cost.operations, (size_t)memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return SK_ERR_MEMORY;
    }
    if (token != NULL) {
        sk_derive(d->enc, d->k, "keyring-token", token, 32);
        memcpy(d->k, d->enc, sizeof d->k);
    }
    sk_derive(d->commitment, d->k, "keyring-commit", header, HASHED);
    sk_derive(d->enc, d->k, "keyring-enc", header, HASHED);
    return SK_OK;
}

static enum sk_error half_built(struct sk_keyring **ring_out, struct derived **d_out)
{
    struct sk_keyring *ring = calloc(1, sizeof *ring);
    struct derived *d = sk_secret_new(sizeof *d);

    if (ring != NULL) {
        ring->key = sk_secret_new(32);
    }
    if (ring == NULL || d == NULL || ring->key == NULL) {
        sk_secret_free(d);
        sk_keyring_free(ring);
        return SK_ERR_MEMORY;
    }
    *ring_out = ring;
    *d_out = d;
    return SK_OK;
}

enum sk_error sk_keyring_new(struct sk_keyring **out, const uint8_t *passphrase, size_t len,
                             const uint8_t *token, struct sk_keyring_cost cost)
{
    struct sk_keyring *ring;
    struct derived *d;
    enum sk_error e;

    if (!cost_accepted(cost)) {
        return SK_ERR_KEYRING_COST;
    }
    e = half_built(&ring, &d);
    if (e != SK_OK) {
        return e;
    }
    memcpy(ring->header, "SKKEYS_1", 8);
    sk_put_u32(ring->header + SK_KEYRING_AT_OPERATIONS, cost.operations);
    sk_put_u32(ring->header + SK_KEYRING_AT_MEMORY, cost.memory_kib);
    randombytes_buf(ring->header + SK_KEYRING_AT_SALT, crypto_pwhash_SALTBYTES);
    ring->header[SK_KEYRING_AT_TOKEN] = token != NULL;
    e = derive(d, ring->header, passphrase, len, token);
    if (e == SK_OK) {
        memcpy(ring->header + SK_KEYRING_AT_COMMITMENT, d->commitment, 32);
        memcpy(ring->key, d->enc, 32);
        *out = ring;
        ring = NULL;
    }
    sk_secret_free(d);
    sk_keyring_free(ring);
    return e;
}

/* ---- reading ---------------------------------------------------------------- */

static enum sk_error check_structure(const uint8_t *bytes, size_t len, const uint8_t *token)
{
    const size_t frame = SK_KEYRING_AT_RECORDS + SK_KEYRING_TAG;

    if (len < frame + SK_KEYRING_BLOCK || len > SK_KEYRING_MAX ||
        (len - frame) % SK_KEYRING_BLOCK != 0) {
        return SK_ERR_KEYRING_LENGTH;
    }
    if (memcmp(bytes, "SKKEYS_1", 8) != 0) {
        return SK_ERR_KEYRING_MAGIC;
    }
    if (!cost_accepted(cost_of(bytes))) {
        return SK_ERR_KEYRING_COST;
    }
    if (bytes[SK_KEYRING_AT_TOKEN] > 1 || !sk_all_zero(bytes + SK_KEYRING_AT_ZERO, 7)) {
        return SK_ERR_KEYRING_RESERVED;
    }
    if (bytes[SK_KEYRING_AT_TOKEN] != (token != NULL)) {
        return SK_ERR_KEYRING_TOKEN;
    }
    return SK_OK;
}

/* One record at p, or padding. *used: its bytes, all that is left for padding. */
static enum sk_error take_record(struct sk_keyring *ring, const uint8_t *p, size_t left,
                                 size_t *used)
{
    size_t len;
    enum sk_error e;

    if (p[0] == 0 || left < SK_KEYRING_RECORD_HEAD) {
        *used = left;
        return sk_all_zero(p, left) ? SK_OK : SK_ERR_KEYRING_RECORD;
    }
    len = sk_get_u16(p + 2);
    if (p[1] != 0 || len > left - SK_KEYRING_RECORD_HEAD || !sk_keyring_length_fits(p[0], len)) {
        return SK_ERR_KEYRING_RECORD;
    }
    e = sk_keyring_add(ring, p[0], sk_get_u32(p + 4), p + SK_KEYRING_RECORD_HEAD, len);
    if (e != SK_OK) {
        return e == SK_ERR_MEMORY ? e : SK_ERR_KEYRING_RECORD;
    }
    *used = SK_KEYRING_RECORD_HEAD + len;
    return SK_OK;
}

static enum sk_error take_records(struct sk_keyring *ring, const uint8_t *plain, size_t len)
{
    for (size_t i = 0, used; i < len; i += used) {
        enum sk_error e = take_record(ring, plain + i, len - i, &used);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

static enum sk_error decrypt(struct sk_keyring *ring, const uint8_t *bytes, size_t bytes_len)
{
    size_t sealed = bytes_len - SK_KEYRING_AT_RECORDS;
    uint8_t *plain = sk_secret_new(sealed - SK_KEYRING_TAG);
    enum sk_error e = SK_OK;

    if (plain == NULL) {
        return SK_ERR_MEMORY;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, bytes + SK_KEYRING_AT_RECORDS,
                                                   sealed, bytes, SK_KEYRING_AT_NONCE,
                                                   bytes + SK_KEYRING_AT_NONCE, ring->key) != 0) {
        e = SK_ERR_KEYRING_FORGED;
    }
    if (e == SK_OK) {
        e = take_records(ring, plain, sealed - SK_KEYRING_TAG);
    }
    sk_secret_free(plain);
    return e;
}

enum sk_error sk_keyring_read(struct sk_keyring **out, const uint8_t *bytes, size_t bytes_len,
                              const uint8_t *passphrase, size_t len, const uint8_t *token)
{
    struct sk_keyring *ring;
    struct derived *d;
    enum sk_error e = check_structure(bytes, bytes_len, token);

    if (e == SK_OK) {
        e = half_built(&ring, &d);
    }
    if (e != SK_OK) {
        return e;
    }
    memcpy(ring->header, bytes, sizeof ring->header);
    e = derive(d, bytes, passphrase, len, token);
    if (e == SK_OK &&
        sodium_memcmp(d->commitment, bytes + SK_KEYRING_AT_COMMITMENT, sizeof d->commitment) != 0) {
        e = SK_ERR_KEYRING_PASSPHRASE;
    }
    if (e == SK_OK) {
        memcpy(ring->key, d->enc, 32);
        e = decrypt(ring, bytes, bytes_len);
    }
    if (e == SK_OK) {
        *out = ring;
        ring = NULL;
    }
    sk_secret_free(d);
    sk_keyring_free(ring);
    return e;
}

/* ---- writing ---------------------------------------------------------------- */

static void encode(uint8_t *plain, const struct sk_keyring *ring)
{
    for (size_t i = 0; i < ring->count; i++) {
        const struct sk_keyring_record *r = &ring->records[i];

        plain[0] = r->type;
        plain[1] = 0;
        sk_put_u16(plain + 2, r->len);
        sk_put_u32(plain + 4, r->id);
        memcpy(plain + SK_KEYRING_RECORD_HEAD, r->data, r->len);
        plain += SK_KEYRING_RECORD_HEAD + r->len;
    }
}

/* The key was derived once and stays; a nonce of 24 random bytes never comes twice. */
enum sk_error sk_keyring_write(struct sk_keyring *ring, uint8_t **bytes, size_t *len)
{
    size_t blocks = (ring->plain_len + SK_KEYRING_BLOCK - 1) / SK_KEYRING_BLOCK;
    size_t plain_len = (blocks > 0 ? blocks : 1) * SK_KEYRING_BLOCK;
    size_t total = SK_KEYRING_AT_RECORDS + plain_len + SK_KEYRING_TAG;
    uint8_t *plain = sk_secret_new(plain_len);
    uint8_t *out = malloc(total);

    if (plain == NULL || out == NULL) {
        free(out);
        sk_secret_free(plain);
        return SK_ERR_MEMORY;
    }
    encode(plain, ring);
    memcpy(out, ring->header, sizeof ring->header);
    randombytes_buf(out + SK_KEYRING_AT_NONCE, 24);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + SK_KEYRING_AT_RECORDS, NULL, plain, plain_len,
                                               out, SK_KEYRING_AT_NONCE, NULL,
                                               out + SK_KEYRING_AT_NONCE, ring->key);
    sk_secret_free(plain);
    *bytes = out;
    *len = total;
    return SK_OK;
}
