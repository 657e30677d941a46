#include "keys/open/keyring_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/cursor.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/open/keyring_ring.h"

/* The lower bounds make guessing passphrases expensive; the upper ones keep a hostile file from
 * using up the machine. */
enum { OPERATIONS_MIN = 3, OPERATIONS_MAX = 10, MEMORY_MIN = 64 << 10, MEMORY_MAX = 4 << 20 };

static bool cost_accepted(struct sk_keyring_cost cost)
{
    return cost.operations >= OPERATIONS_MIN && cost.operations <= OPERATIONS_MAX &&
           cost.memory_kib >= MEMORY_MIN && cost.memory_kib <= MEMORY_MAX;
}

struct sk_keyring_cost sk_keyring_cost(const struct sk_keyring *ring)
{
    return ring->cost;
}

/* ---- layout ----------------------------------------------------------------- */

static const char magic[] = "SKKEYS_1";

struct header {
    struct sk_keyring_cost cost;
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint8_t token; /* 1: there is a token file */
    uint8_t commitment[32];
};

enum { HASHED = SK_KEYRING_HEADER - 32 }; /* the bytes that commitment and key cover */

static void write_header(uint8_t out[SK_KEYRING_HEADER], const struct header *header)
{
    struct sk_field_writer w = sk_write_to(out, SK_KEYRING_HEADER);

    sk_write_magic(&w, magic);
    sk_write_u32(&w, header->cost.operations);
    sk_write_u32(&w, header->cost.memory_kib);
    sk_write_bytes(&w, header->salt, sizeof header->salt);
    sk_write_u8(&w, header->token);
    sk_write_zeros(&w, 7);
    sk_write_bytes(&w, header->commitment, sizeof header->commitment);
}

static enum sk_error read_header(struct header *out, const uint8_t in[SK_KEYRING_HEADER])
{
    struct sk_field_reader r = sk_read_from(in, SK_KEYRING_HEADER);

    if (!sk_read_magic(&r, magic)) {
        return SK_ERR_KEYRING_MAGIC;
    }
    out->cost.operations = sk_read_u32(&r);
    out->cost.memory_kib = sk_read_u32(&r);
    sk_read_bytes(&r, out->salt, sizeof out->salt);
    out->token = sk_read_u8(&r);
    sk_read_zeros(&r, 7);
    sk_read_bytes(&r, out->commitment, sizeof out->commitment);
    if (!cost_accepted(out->cost)) {
        return SK_ERR_KEYRING_COST;
    }
    return out->token > 1 || r.reserved ? SK_ERR_KEYRING_RESERVED : SK_OK;
}

static void write_record(struct sk_field_writer *w, const struct sk_keyring_record *record)
{
    sk_write_u8(w, record->type);
    sk_write_zeros(w, 1);
    sk_write_u16(w, record->len);
    sk_write_u32(w, record->id);
    sk_write_bytes(w, record->data, record->len);
}

/* Adds the next record to the ring. A type of zero begins the padding, which must be zeros. */
static enum sk_error read_record(struct sk_keyring *ring, struct sk_field_reader *r)
{
    uint8_t type = r->left < SK_KEYRING_RECORD_HEAD ? 0 : r->p[0];

    if (type == 0) {
        sk_read_zeros(r, r->left);
        return r->reserved ? SK_ERR_KEYRING_RECORD : SK_OK;
    }
    type = sk_read_u8(r);
    sk_read_zeros(r, 1);
    size_t len = sk_read_u16(r);
    uint32_t id = sk_read_u32(r);
    const uint8_t *data = sk_read_span(r, len);

    if (data == NULL || r->reserved || !sk_keyring_length_fits(type, len)) {
        return SK_ERR_KEYRING_RECORD;
    }
    enum sk_error e = sk_keyring_add(ring, type, id, data, len);

    return e == SK_OK || e == SK_ERR_MEMORY ? e : SK_ERR_KEYRING_RECORD;
}

/* ---- keys ------------------------------------------------------------------- */

/* Commitment and key, derived from passphrase, token and header. */
struct derived {
    uint8_t k[32];
    uint8_t commitment[32];
    uint8_t enc[32];
};

/* *d is guarded memory; bytes is the serialised header. The only place where Argon2 runs. */
static enum sk_error derive(struct derived *d, const struct header *header, const uint8_t *bytes,
                            const uint8_t *passphrase, size_t len, const uint8_t *token)
{
    uint64_t memory = (uint64_t)header->cost.memory_kib << 10;

    if (memory > SIZE_MAX ||
        crypto_pwhash(d->k, sizeof d->k, (const char *)passphrase, len, header->salt,
                      header->cost.operations, (size_t)memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return SK_ERR_MEMORY;
    }
    if (token != NULL) {
        sk_derive(d->enc, d->k, "keyring-token", token, 32);
        memcpy(d->k, d->enc, sizeof d->k);
    }
    sk_derive(d->commitment, d->k, "keyring-commit", bytes, HASHED);
    sk_derive(d->enc, d->k, "keyring-enc", bytes, HASHED);
    return SK_OK;
}

/* An empty ring, and guarded memory for what is derived. */
static enum sk_error allocate(struct sk_keyring **ring_out, struct derived **d_out)
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
    struct header header = {.cost = cost, .token = token != NULL};
    struct sk_keyring *ring;
    struct derived *d;
    enum sk_error e;

    if (!cost_accepted(cost)) {
        return SK_ERR_KEYRING_COST;
    }
    e = allocate(&ring, &d);
    if (e != SK_OK) {
        return e;
    }
    randombytes_buf(header.salt, sizeof header.salt);
    write_header(ring->header, &header); /* derive() hashes all before the commitment */
    e = derive(d, &header, ring->header, passphrase, len, token);
    if (e != SK_OK) {
        goto out;
    }
    memcpy(header.commitment, d->commitment, sizeof header.commitment);
    write_header(ring->header, &header);
    memcpy(ring->key, d->enc, 32);
    ring->cost = cost;
    *out = ring;
    ring = NULL;
out:
    sk_secret_free(d);
    sk_keyring_free(ring);
    return e;
}

/* ---- reading ---------------------------------------------------------------- */

/* The checks that need no Argon2. */
static enum sk_error check_header(struct header *header, const uint8_t *bytes, size_t len,
                                  const uint8_t *token)
{
    enum sk_error e;

    if (len < SK_KEYRING_FRAME + SK_KEYRING_BLOCK || len > SK_KEYRING_MAX ||
        (len - SK_KEYRING_FRAME) % SK_KEYRING_BLOCK != 0) {
        return SK_ERR_KEYRING_LENGTH;
    }
    e = read_header(header, bytes);
    if (e != SK_OK) {
        return e;
    }
    return header->token == (token != NULL) ? SK_OK : SK_ERR_KEYRING_TOKEN;
}

static enum sk_error decrypt(struct sk_keyring *ring, const uint8_t *bytes, size_t bytes_len)
{
    size_t plain_len = bytes_len - SK_KEYRING_FRAME;
    const uint8_t *nonce = bytes + SK_KEYRING_HEADER, *sealed = nonce + SK_KEYRING_NONCE;
    uint8_t *plain = sk_secret_new(plain_len);
    struct sk_field_reader r = sk_read_from(plain, plain_len);
    enum sk_error e = SK_OK;

    if (plain == NULL) {
        return SK_ERR_MEMORY;
    }
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed,
                                                   plain_len + SK_KEYRING_TAG, bytes,
                                                   SK_KEYRING_HEADER, nonce, ring->key) != 0) {
        e = SK_ERR_KEYRING_FORGED;
    }
    while (e == SK_OK && r.left > 0) {
        e = read_record(ring, &r);
    }
    sk_secret_free(plain);
    return e;
}

enum sk_error sk_keyring_read(struct sk_keyring **out, const uint8_t *bytes, size_t bytes_len,
                              const uint8_t *passphrase, size_t len, const uint8_t *token)
{
    struct header header;
    struct sk_keyring *ring;
    struct derived *d;
    enum sk_error e = check_header(&header, bytes, bytes_len, token);

    if (e != SK_OK) {
        return e;
    }
    e = allocate(&ring, &d);
    if (e != SK_OK) {
        return e;
    }
    memcpy(ring->header, bytes, sizeof ring->header);
    ring->cost = header.cost;
    e = derive(d, &header, bytes, passphrase, len, token);
    if (e != SK_OK) {
        goto out;
    }
    if (sodium_memcmp(d->commitment, header.commitment, sizeof d->commitment) != 0) {
        e = SK_ERR_KEYRING_PASSPHRASE;
        goto out;
    }
    memcpy(ring->key, d->enc, 32);
    e = decrypt(ring, bytes, bytes_len);
    if (e != SK_OK) {
        goto out;
    }
    *out = ring;
    ring = NULL;
out:
    sk_secret_free(d);
    sk_keyring_free(ring);
    return e;
}

/* ---- writing ---------------------------------------------------------------- */

/* The key stays the same; 24 random bytes are a nonce that does not repeat. */
enum sk_error sk_keyring_write(struct sk_keyring *ring, uint8_t **bytes, size_t *len)
{
    size_t blocks = (ring->plain_len + SK_KEYRING_BLOCK - 1) / SK_KEYRING_BLOCK;
    size_t plain_len = (blocks > 0 ? blocks : 1) * SK_KEYRING_BLOCK;
    uint8_t *plain = sk_secret_new(plain_len);
    uint8_t *out = malloc(SK_KEYRING_FRAME + plain_len);

    if (plain == NULL || out == NULL) {
        free(out);
        sk_secret_free(plain);
        return SK_ERR_MEMORY;
    }
    struct sk_field_writer w = sk_write_to(plain, plain_len);
    uint8_t *nonce = out + SK_KEYRING_HEADER, *sealed = nonce + SK_KEYRING_NONCE;

    for (size_t i = 0; i < ring->count; i++) {
        write_record(&w, &ring->records[i]);
    }
    sk_write_zeros(&w, w.left);
    memcpy(out, ring->header, sizeof ring->header);
    randombytes_buf(nonce, SK_KEYRING_NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain, plain_len, out,
                                               SK_KEYRING_HEADER, NULL, nonce, ring->key);
    sk_secret_free(plain);
    *bytes = out;
    *len = SK_KEYRING_FRAME + plain_len;
    return SK_OK;
}
