#include "keys/format/signed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* label || 00 || bytes: libsodium takes the message in one piece. */
static uint8_t *message_of(const char *label, const uint8_t *bytes, size_t len, size_t *total)
{
    size_t label_len = strlen(label) + 1; /* its NUL is the separator */
    uint8_t *message;

    if (label_len > SK_SIGNED_LABEL_MAX + 1 || len > SIZE_MAX - label_len) {
        return NULL;
    }
    message = malloc(label_len + len);
    if (message == NULL) {
        return NULL;
    }
    memcpy(message, label, label_len);
    if (len > 0) {
        memcpy(message + label_len, bytes, len);
    }
    *total = label_len + len;
    return message;
}

enum sk_error sk_signed_make(uint8_t *bytes, size_t len, const char *label,
                             const struct sk_ed25519_sk *sk)
{
    size_t total;
    uint8_t *message;

    if (len < SK_SIGNATURE_BYTES) {
        return SK_ERR_USAGE;
    }
    len -= SK_SIGNATURE_BYTES;
    message = message_of(label, bytes, len, &total);
    if (message == NULL) {
        return SK_ERR_MEMORY;
    }
    crypto_sign_detached(bytes + len, NULL, message, total, sk->b);
    free(message);
    return SK_OK;
}

enum sk_error sk_signed_check(const uint8_t *bytes, size_t len, const char *label,
                              const struct sk_ed25519_pk *pk, enum sk_error bad)
{
    size_t total;
    uint8_t *message;

    /* libsodium refuses keys of small order only. With a key of mixed order, implementations of
     * Ed25519 disagree on a signature. The signature's point R needs no check: it is compared with
     * one computed from the key. */
    if (len < SK_SIGNATURE_BYTES || !crypto_core_ed25519_is_valid_point(pk->b)) {
        return bad;
    }
    len -= SK_SIGNATURE_BYTES;
    message = message_of(label, bytes, len, &total);
    if (message == NULL) {
        return SK_ERR_MEMORY;
    }
    int r = crypto_sign_verify_detached(bytes + len, message, total, pk->b);

    free(message);
    return r == 0 ? SK_OK : bad;
}
