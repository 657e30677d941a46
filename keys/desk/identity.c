#include "keys/desk/identity.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/passphrase.h"

#define PROMPT "Passphrase of the identity keyring (may be the same): "

enum { CURRENT = 0, NEXT = 1 };

static enum sk_error file_of(const struct sk_desk *desk, char path[SK_PATH_MAX])
{
    if (desk->identity_file == NULL) {
        return sk_home_path(desk, path, "identity.keyring");
    }
    int n = snprintf(path, SK_PATH_MAX, "%s", desk->identity_file);

    return n < 0 || n >= SK_PATH_MAX ? SK_ERR_TOO_LARGE : SK_OK;
}

enum sk_error sk_identity_pk(const struct sk_keyring *identity, uint32_t id,
                             struct sk_ed25519_pk *out)
{
    size_t len = 0;
    const uint8_t *sk = sk_keyring_get(identity, SK_KEY_IDENTITY, id, &len);

    if (sk == NULL || len != crypto_sign_SECRETKEYBYTES) {
        return SK_ERR_KEYRING_RECORD;
    }
    crypto_sign_ed25519_sk_to_pk(out->b, sk);
    return SK_OK;
}

/* ---- passphrase and token --------------------------------------------------- */

struct keys_of {
    uint8_t *passphrase, *token;
    size_t len;
};

static void forget(struct keys_of *k)
{
    sk_secret_free(k->passphrase);
    sk_secret_free(k->token);
    *k = (struct keys_of){NULL, NULL, 0};
}

static int ask(const struct sk_desk *desk, int confirm, struct keys_of *k)
{
    const char *file = desk->identity_passphrase_file != NULL ? desk->identity_passphrase_file
                                                              : desk->passphrase_file;
    enum sk_error e = sk_home_token(desk, &k->token);

    if (e != SK_OK) {
        return sk_refuse_error(desk->token_file, e);
    }
    return sk_passphrase_get(PROMPT, file, confirm, &k->passphrase, &k->len);
}

/* ---- the file ---------------------------------------------------------------- */

static int load(const struct sk_desk *desk, const char *path, struct sk_keyring **out)
{
    struct keys_of k = {NULL, NULL, 0};
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_file_read(path, SK_KEYRING_MAX, &bytes, &len);

    if (e == SK_ERR_NOT_FOUND) {
        return sk_refuse("%s: the identity keyring is not here; bring the medium that holds it and "
                         "give --identity-file FILE",
                         path);
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    int code = ask(desk, 0, &k);

    if (code == SK_EXIT_OK) {
        e = sk_keyring_read(out, bytes, len, k.passphrase, k.len, k.token);
        errno = 0;
        code = e != SK_OK ? sk_refuse_error(path, e) : SK_EXIT_OK;
    }
    forget(&k);
    free(bytes);
    return code;
}

static enum sk_error save(struct sk_keyring *ring, const char *path)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_keyring_write(ring, &bytes, &len);

    if (e == SK_OK) {
        e = sk_file_replace(path, bytes, len);
    }
    free(bytes);
    return e;
}

static enum sk_error draw(struct sk_keyring *ring, uint32_t id)
{
    struct sk_ed25519_sk *sk = sk_secret_new(sizeof *sk);
    struct sk_ed25519_pk pk;
    enum sk_error e;

    if (sk == NULL) {
        return SK_ERR_MEMORY;
    }
    crypto_sign_keypair(pk.b, sk->b);
    e = sk_keyring_put(ring, SK_KEY_IDENTITY, id, sk->b, sizeof sk->b);
    sk_secret_free(sk);
    return e;
}

/* The key from the desk's keyring in a home of an earlier version; otherwise a new one. */
static enum sk_error fill(struct sk_keyring *ring, const struct sk_keyring *from, uint32_t id)
{
    size_t len = 0;
    const uint8_t *held = from != NULL ? sk_keyring_get(from, SK_KEY_IDENTITY, id, &len) : NULL;

    return held != NULL ? sk_keyring_put(ring, SK_KEY_IDENTITY, id, held, len) : draw(ring, id);
}

static int make(const struct sk_desk *desk, const char *path, struct sk_keyring_cost cost,
                const struct sk_keyring *from, struct sk_keyring **out)
{
    struct keys_of k = {NULL, NULL, 0};
    struct sk_keyring *ring = NULL;
    int code = ask(desk, 1, &k);
    enum sk_error e;

    if (code != SK_EXIT_OK) {
        forget(&k);
        return code;
    }
    e = sk_keyring_new(&ring, k.passphrase, k.len, k.token, cost);
    forget(&k);
    if (e != SK_OK) {
        goto failed;
    }
    e = fill(ring, from, CURRENT);
    if (e != SK_OK) {
        goto failed;
    }
    e = fill(ring, from, NEXT);
    if (e != SK_OK) {
        goto failed;
    }
    e = save(ring, path);
    if (e != SK_OK) {
        goto failed;
    }
    *out = ring;
    return SK_EXIT_OK;
failed:
    sk_keyring_free(ring);
    return sk_refuse_error(path, e);
}

/* ---- the desk's keyring -------------------------------------------------------- */

static enum sk_error put_public(struct sk_desk *desk, const struct sk_keyring *identity)
{
    struct sk_ed25519_pk pk;
    enum sk_error e = sk_identity_pk(identity, CURRENT, &pk);

    return e == SK_OK ? sk_keyring_put(desk->ring, SK_KEY_IDENTITY_PK, CURRENT, pk.b, sizeof pk.b)
                      : e;
}

static int compare(const struct sk_desk *desk, const struct sk_keyring *identity, const char *path)
{
    struct sk_ed25519_pk held, want;
    enum sk_error e = sk_identity_pk(identity, CURRENT, &held);

    if (e == SK_OK) {
        e = sk_home_identity(desk, CURRENT, &want);
    }
    if (e != SK_OK) {
        return sk_refuse_error(path, e);
    }
    return memcmp(&held, &want, sizeof held) == 0
               ? SK_EXIT_OK
               : sk_refuse("%s: it holds the identity of another desk; give this desk's own with "
                           "--identity-file FILE",
                           path);
}

static bool is_old_home(const struct sk_desk *desk)
{
    return sk_keyring_get(desk->ring, SK_KEY_IDENTITY, CURRENT, NULL) != NULL;
}

/* The new file is complete before the key is removed from the old place. After a crash in between
 * both have it, and the next try finds the same identity in the file and continues. */
static int take_over(struct sk_desk *desk, const char *path, const struct sk_keyring *identity)
{
    enum sk_error e = put_public(desk, identity);

    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    e = sk_keyring_remove(desk->ring, SK_KEY_IDENTITY, CURRENT);
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    if (sk_keyring_get(desk->ring, SK_KEY_IDENTITY, NEXT, NULL) != NULL) {
        e = sk_keyring_remove(desk->ring, SK_KEY_IDENTITY, NEXT);
    }
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    e = sk_home_save_keyring(desk);
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    printf("The identity now has a keyring of its own, %s: only `sheet` needs it. Keep it on a "
           "medium apart from the desk, and a copy in another place; a backup of the desk's old "
           "keyring still holds it.\n",
           path);
    return SK_EXIT_OK;
}

/* ---- outside ------------------------------------------------------------------ */

int sk_identity_make(struct sk_desk *desk, struct sk_keyring_cost cost)
{
    struct sk_keyring *identity = NULL;
    char path[SK_PATH_MAX];
    enum sk_error e = file_of(desk, path);
    int code;

    if (e != SK_OK) {
        return sk_refuse_error(desk->identity_file, e);
    }
    if (access(path, F_OK) == 0) {
        code = load(desk, path, &identity);
        if (code == SK_EXIT_OK) {
            printf("%s: there was an identity already; this desk has it.\n", path);
        }
    } else {
        code = make(desk, path, cost, NULL, &identity);
    }
    if (code == SK_EXIT_OK) {
        e = put_public(desk, identity);
        code = e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
    }
    sk_keyring_free(identity);
    return code;
}

int sk_identity_open(struct sk_desk *desk, struct sk_keyring **out)
{
    struct sk_keyring *identity = NULL;
    char path[SK_PATH_MAX];
    enum sk_error e = file_of(desk, path);
    bool old = is_old_home(desk);
    int code;

    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    if (old && access(path, F_OK) != 0) {
        code = make(desk, path, sk_keyring_cost(desk->ring), desk->ring, &identity);
    } else {
        code = load(desk, path, &identity);
    }
    if (code == SK_EXIT_OK) {
        code = compare(desk, identity, path);
    }
    if (code == SK_EXIT_OK && old) {
        code = take_over(desk, path, identity);
    }
    if (code != SK_EXIT_OK) {
        sk_keyring_free(identity);
        return code;
    }
    *out = identity;
    return SK_EXIT_OK;
}
