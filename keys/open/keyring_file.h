/* The keyring as a file (FORMAT section 7): created, opened with a passphrase, serialised. */
#ifndef SK_KEYS_OPEN_KEYRING_FILE_H
#define SK_KEYS_OPEN_KEYRING_FILE_H

#include "keys/open/keyring.h"

struct sk_keyring_cost {
    uint32_t operations, memory_kib;
};
#define SK_KEYRING_COST_DEFAULT ((struct sk_keyring_cost){3, 262144})

/* A new, empty keyring in memory. token: 32 bytes or NULL. KEYRING_COST, MEMORY. Argon2 runs here
 * and in sk_keyring_read() only; the ring keeps its key in guarded memory. */
enum sk_error sk_keyring_new(struct sk_keyring **out, const uint8_t *passphrase, size_t len,
                             const uint8_t *token, struct sk_keyring_cost cost);

/* Checks structure, cost (before Argon2 allocates), commitment, authenticator, records.
 * KEYRING_LENGTH, _MAGIC, _COST, _RESERVED, _TOKEN, _PASSPHRASE, _FORGED, _RECORD. */
enum sk_error sk_keyring_read(struct sk_keyring **out, const uint8_t *bytes, size_t bytes_len,
                              const uint8_t *passphrase, size_t len, const uint8_t *token);

/* Serialises under a new nonce. *bytes is from malloc (ciphertext). Salt and key never change; a
 * new passphrase needs a new ring. MEMORY. */
enum sk_error sk_keyring_write(struct sk_keyring *ring, uint8_t **bytes, size_t *len);

/* The Argon2 cost of opening it. */
struct sk_keyring_cost sk_keyring_cost(const struct sk_keyring *ring);

#endif
