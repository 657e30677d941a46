#include "tests/unit/formats.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct unit_bytes formats_hex(const char *hex)
{
    size_t len = strlen(hex) / 2;
    struct unit_bytes bytes = {calloc(1, len + 64), len};

    assert_non_null(bytes.p);
    unit_hex(bytes.p, len, hex);
    return bytes;
}

void formats_open(struct formats *f, const char *section)
{
    assert_true(sodium_init() >= 0);
    f->json = unit_vectors("own-formats.json");
    const json_t *keys = json_object_get(f->json, "keys");

    unit_hex_field(f->identity.b, 64, keys, "identity_sk");
    unit_hex_field(f->desk.b, 64, keys, "desk_sk");
    unit_hex_field(f->gateway.b, 64, keys, "gateway_sk");
    f->file = formats_hex(unit_text(json_object_get(f->json, section), "bytes"));
}

void formats_close(struct formats *f)
{
    free(f->file.p);
    json_decref(f->json);
}

void formats_sign(uint8_t *bytes, size_t len, const char *label, const struct sk_ed25519_sk *sk)
{
    size_t label_len = strlen(label) + 1;
    uint8_t *message = malloc(label_len + len);

    assert_non_null(message);
    memcpy(message, label, label_len);
    memcpy(message + label_len, bytes, len);
    crypto_sign_detached(bytes + len, NULL, message, label_len + len, sk->b);
    free(message);
}

void formats_paint(void *p, size_t len)
{
    memset(p, 0x5C, len);
}

void formats_assert_painted(const void *p, size_t len)
{
    const uint8_t *bytes = p;

    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0x5C) {
            fail_msg("byte %zu of an output was touched by a refusal", i);
        }
    }
}
