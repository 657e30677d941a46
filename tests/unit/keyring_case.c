#include "tests/unit/keyring_case.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"

int keyring_set_up(void **state)
{
    struct keyring_case *x = calloc(1, sizeof *x);

    assert_true(sodium_init() >= 0);
    assert_non_null(x);
    x->json = unit_vectors("own-formats.json");
    const json_t *rings = json_object_get(x->json, "keyrings");

    x->known[0] = json_array_get(rings, 0);
    x->known[1] = json_array_get(rings, 1);
    x->file = formats_hex(unit_text(x->known[0], "bytes"));
    x->passphrase = formats_hex(unit_text(x->known[0], "passphrase"));
    unit_hex_field(x->token, 32, x->known[1], "token");
    unit_hex_field(x->enc, 32, x->known[0], "enc");
    *state = x;
    return 0;
}

int keyring_tear_down(void **state)
{
    struct keyring_case *x = *state;

    free(x->file.p);
    free(x->passphrase.p);
    json_decref(x->json);
    free(x);
    return 0;
}

enum sk_error keyring_case_read(struct keyring_case *x, const uint8_t *token)
{
    return sk_keyring_read(&x->ring, x->file.p, x->file.len, x->passphrase.p, x->passphrase.len,
                           token);
}

void keyring_expect_refused(struct keyring_case *x, const uint8_t *token, enum sk_error error)
{
    x->ring = (struct sk_keyring *)(void *)x;
    assert_error(keyring_case_read(x, token), error);
    assert_ptr_equal(x->ring, x);
}

void keyring_case_seal(struct keyring_case *x, const uint8_t plain[4096])
{
    crypto_aead_xchacha20poly1305_ietf_encrypt(x->file.p + 96, NULL, plain, 4096, x->file.p, 72,
                                               NULL, x->file.p + 72, x->enc);
}

void keyring_case_unseal(const struct keyring_case *x, uint8_t plain[4096])
{
    assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, x->file.p + 96,
                                                                4096 + 16, x->file.p, 72,
                                                                x->file.p + 72, x->enc),
                     0);
}

size_t keyring_put_head(uint8_t *plain, size_t at, uint8_t type, uint16_t len, uint32_t id)
{
    plain[at] = type;
    sk_put_u16(plain + at + 2, len);
    sk_put_u32(plain + at + 4, id);
    return at + 8 + len;
}
