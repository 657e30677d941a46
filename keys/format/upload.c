#include "keys/format/upload.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/hash.h"

void sk_upload_key(uint8_t key[SK_UPLOAD_KEY], const struct sk_upload_token *token)
{
    uint8_t hash[32];

    sk_derive(hash, NULL, "upload-id", token->b, sizeof token->b);
    memcpy(key, hash, SK_UPLOAD_KEY);
}

/* Each key encrypts one row, since every upload has a random envelope id: the nonce may be zero. */
static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static void row_key(uint8_t key[32], const struct sk_upload_token *token,
                    const struct sk_envelope_id *id)
{
    uint8_t padded[32] = {0};

    memcpy(padded, token->b, sizeof token->b);
    sk_derive(key, padded, "upload-row", id->b, sizeof id->b);
    sodium_memzero(padded, sizeof padded);
}

void sk_upload_row_seal(uint8_t out[SK_SEALED_ROW], const struct sk_upload_token *token,
                        const struct sk_envelope_id *id, const struct sk_row *row)
{
    uint8_t key[32];

    row_key(key, token, id);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, row->b, sizeof row->b, NULL, 0, NULL,
                                              nonce, key);
    sodium_memzero(key, sizeof key);
}

bool sk_upload_row_open(struct sk_row *out, const struct sk_upload_token *token,
                        const struct sk_envelope_id *id, const uint8_t sealed[SK_SEALED_ROW])
{
    uint8_t key[32];

    row_key(key, token, id);
    int r = crypto_aead_chacha20poly1305_ietf_decrypt(out->b, NULL, NULL, sealed, SK_SEALED_ROW,
                                                      NULL, 0, nonce, key);

    sodium_memzero(key, sizeof key);
    return r == 0;
}
