#include "storage/day_key.h"

#include <keyutils.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "keys/base/secret.h"

#define TYPE "user"
#define NONE (-1)
#define NAME_TEXT 64

/* ---- the kernel's keyring ------------------------------------------------------------ */

/* Linked to the calling thread's own keyring: a link to the process's does not reach the threads
 * that run already. */
static key_serial_t keyring(void)
{
    return (key_serial_t)keyctl_get_persistent((uid_t)-1, KEY_SPEC_THREAD_KEYRING);
}

static void name_text(char out[NAME_TEXT], const struct sk_key_name *name)
{
    char hex[2 * sizeof name->inbox + 1];

    sodium_bin2hex(hex, sizeof hex, name->inbox, sizeof name->inbox);
    snprintf(out, NAME_TEXT, "skrynka:%s:%u", hex, name->number);
}

static key_serial_t find(key_serial_t ring, const struct sk_key_name *name)
{
    char text[NAME_TEXT];

    name_text(text, name);
    return ring == NONE ? NONE : (key_serial_t)keyctl_search(ring, TYPE, text, 0);
}

void sk_day_key_revoke(const struct sk_key_name *name)
{
    key_serial_t ring = keyring(), id = find(ring, name);

    if (id != NONE) {
        keyctl_revoke(id); /* the kernel wipes it at once; the link goes after it */
        keyctl_unlink(id, ring);
    }
}

/* ---- keys ------------------------------------------------------------------------------ */

enum sk_error sk_day_key_new(struct sk_day_key **out, const struct sk_key_name *name, bool *kept)
{
    struct sk_day_key *key = sk_secret_new(sizeof *key);
    key_serial_t ring = keyring();
    char text[NAME_TEXT];

    if (key == NULL) {
        return SK_ERR_MEMORY;
    }
    randombytes_buf(key->b, sizeof key->b);
    name_text(text, name);
    *kept = ring != NONE && add_key(TYPE, text, key->b, sizeof key->b, ring) != NONE;
    *out = key;
    return SK_OK;
}

enum sk_error sk_day_key_load(struct sk_day_key **out, const struct sk_key_name *name, bool *kept)
{
    struct sk_day_key *key = sk_secret_new(sizeof *key);
    key_serial_t id = find(keyring(), name);

    if (key == NULL) {
        return SK_ERR_MEMORY;
    }
    if (id == NONE || keyctl_read(id, (char *)key->b, sizeof key->b) != (long)sizeof key->b) {
        sk_secret_free(key);
        return sk_day_key_new(out, name, kept);
    }
    *kept = true;
    *out = key;
    return SK_OK;
}

/* ---- rows ------------------------------------------------------------------------------- */

void sk_pending_seal(uint8_t out[SK_PENDING_BYTES], const struct sk_day_key *key,
                     const uint8_t name[SK_PENDING_NAME], const struct sk_row *row)
{
    uint8_t *nonce = out;

    randombytes_buf(nonce, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                                               NULL, row->b, sizeof row->b, name, SK_PENDING_NAME,
                                               NULL, nonce, key->b);
}

bool sk_pending_open(struct sk_row *row, const struct sk_day_key *key,
                     const uint8_t name[SK_PENDING_NAME], const uint8_t in[SK_PENDING_BYTES])
{
    const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

    return crypto_aead_xchacha20poly1305_ietf_decrypt(row->b, NULL, NULL, in + nonce,
                                                      SK_PENDING_BYTES - nonce, name,
                                                      SK_PENDING_NAME, in, key->b) == 0;
}
