#include "keys/desk/vault.h"

#include <sodium.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

void sk_vault_seal(uint8_t *out, const uint8_t key[32], const uint8_t *ad, size_t ad_len,
                   const uint8_t *plain, size_t len)
{
    randombytes_buf(out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, plain, len, ad, ad_len, NULL, out,
                                               key);
}

enum sk_error sk_vault_open(uint8_t *plain, const uint8_t key[32], const uint8_t *ad, size_t ad_len,
                            const uint8_t *sealed, size_t len)
{
    if (len < SK_VAULT_EXTRA ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed + NONCE, len - NONCE,
                                                   ad, ad_len, sealed, key) != 0) {
        return SK_ERR_CORRUPT;
    }
    return SK_OK;
}
