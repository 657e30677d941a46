#include "keys/base/hash.h"

#include <sodium.h>
#include <string.h>

void sk_derive(uint8_t out[32], const uint8_t *key, const char *label, const void *data, size_t len)
{
    crypto_generichash_state state;
    size_t label_len = strlen(label);
    uint8_t prefix = (uint8_t)label_len;

    crypto_generichash_init(&state, key, key != NULL ? 32 : 0, 32);
    crypto_generichash_update(&state, &prefix, 1);
    crypto_generichash_update(&state, (const uint8_t *)label, label_len);
    if (len > 0) {
        crypto_generichash_update(&state, data, len);
    }
    crypto_generichash_final(&state, out, 32);
    sodium_memzero(&state, sizeof state);
}

void sk_blake2b(struct sk_digest *out, const void *data, size_t len)
{
    crypto_generichash(out->b, sizeof out->b, data, len, NULL, 0);
}
