/* Authenticated encryption of what the desk keeps: nonce 24 || XChaCha20-Poly1305-IETF. */
#ifndef SK_KEYS_DESK_VAULT_H
#define SK_KEYS_DESK_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_VAULT_EXTRA (24u + 16u)

/* out: room for len + SK_VAULT_EXTRA; a new random nonce each time. */
void sk_vault_seal(uint8_t *out, const uint8_t key[32], const uint8_t *ad, size_t ad_len,
                   const uint8_t *plain, size_t len);

/* plain: room for len - SK_VAULT_EXTRA. CORRUPT when it does not authenticate. */
enum sk_error sk_vault_open(uint8_t *plain, const uint8_t key[32], const uint8_t *ad, size_t ad_len,
                            const uint8_t *sealed, size_t len);

#endif
