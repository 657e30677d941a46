#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/passphrase.h"
#include "keys/desk/commands.h"
#include "keys/desk/identity.h"
#include "keys/desk/json.h"

static enum sk_error make_folder(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? SK_OK : SK_ERR_IO;
}

static enum sk_error make_folders(const struct sk_desk *desk)
{
    static const char *const names[] = {"index",  "reports", "quarantine", "peers",
                                        "boards", "sheets",  "offered",    "destroyed"};
    char path[SK_PATH_MAX];
    enum sk_error e = SK_OK;

    for (size_t i = 0; e == SK_OK && i < sizeof names / sizeof names[0]; i++) {
        e = sk_home_path(desk, path, "%s", names[i]);
        if (e == SK_OK) {
            e = make_folder(path);
        }
    }
    return e;
}

static enum sk_error put_signing_key(struct sk_keyring *ring, enum sk_keyring_type type,
                                     uint32_t id)
{
    struct sk_ed25519_sk *sk = sk_secret_new(sizeof *sk);
    struct sk_ed25519_pk pk;
    enum sk_error e;

    if (sk == NULL) {
        return SK_ERR_MEMORY;
    }
    crypto_sign_keypair(pk.b, sk->b);
    e = sk_keyring_put(ring, type, id, sk->b, sizeof sk->b);
    sk_secret_free(sk);
    return e;
}

static enum sk_error put_key(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id)
{
    uint8_t key[32];
    enum sk_error e;

    randombytes_buf(key, sizeof key);
    e = sk_keyring_put(ring, type, id, key, sizeof key);
    sodium_memzero(key, sizeof key);
    return e;
}

static enum sk_error put_keys(struct sk_keyring *ring)
{
    enum sk_error e = put_signing_key(ring, SK_KEY_DESK, 0);

    if (e != SK_OK) {
        return e;
    }
    e = put_key(ring, SK_KEY_INDEX, 0);
    return e == SK_OK ? put_key(ring, SK_KEY_THREADS, 1) : e;
}

/* A token file that does not exist yet is made. */
static enum sk_error make_token(const struct sk_desk *desk)
{
    uint8_t token[32];
    enum sk_error e;

    if (desk->token_file == NULL || access(desk->token_file, F_OK) == 0) {
        return SK_OK;
    }
    randombytes_buf(token, sizeof token);
    e = sk_file_replace(desk->token_file, token, sizeof token);
    sodium_memzero(token, sizeof token);
    return e;
}

/* Removes the keyring of an unfinished desk, so that `init` can be run again. */
static void remove_keyring(const struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    int saved = errno;

    if (sk_home_path(desk, path, "keyring") == SK_OK) {
        (void)unlink(path);
    }
    errno = saved;
}

/* The keyring is written last: with it the desk exists. */
static int make_desk(struct sk_desk *desk, struct sk_keyring_cost cost)
{
    struct sk_ed25519_pk identity;
    char hex[65];
    enum sk_error e = put_keys(desk->ring);
    int code;

    if (e != SK_OK) {
        goto failed;
    }
    e = make_folders(desk);
    if (e != SK_OK) {
        goto failed;
    }
    code = sk_identity_make(desk, cost);
    if (code != SK_EXIT_OK) {
        return code;
    }
    e = sk_home_save_state(desk);
    if (e != SK_OK) {
        goto failed;
    }
    e = sk_home_save_keyring(desk);
    if (e != SK_OK) {
        goto failed;
    }
    e = sk_home_identity(desk, 0, &identity);
    if (e != SK_OK) {
        goto failed;
    }
    sk_hex(hex, identity.b, sizeof identity.b);
    printf("The desk is ready. Give this fingerprint to the gateway's operator, by a way that "
           "nobody can alter:\n%s\n",
           hex);
    return SK_EXIT_OK;
failed:
    remove_keyring(desk);
    return sk_refuse_error(desk->home, e);
}

static int make_ring(struct sk_desk *desk, struct sk_keyring_cost cost)
{
    uint8_t *passphrase = NULL, *token = NULL;
    size_t len = 0;
    enum sk_error e = make_token(desk);

    if (e != SK_OK) {
        return sk_refuse_error(desk->token_file, e);
    }
    e = sk_home_token(desk, &token);
    if (e != SK_OK) {
        return sk_refuse_error(desk->token_file, e);
    }
    int code = sk_passphrase_get("Passphrase: ", desk->passphrase_file, 1, &passphrase, &len);

    if (code == SK_EXIT_OK) {
        e = sk_keyring_new(&desk->ring, passphrase, len, token, cost);
        code = e == SK_OK ? SK_EXIT_OK : sk_refuse_error("keyring", e);
    }
    sk_secret_free(passphrase);
    sk_secret_free(token);
    return code;
}

int sk_cmd_init(void *program, const struct sk_args *args)
{
    struct sk_desk *desk = program;
    struct sk_keyring_cost cost = SK_KEYRING_COST_DEFAULT;
    char path[SK_PATH_MAX];
    int code;
    enum sk_error e = make_folder(desk->home);

    cost.memory_kib = (uint32_t)sk_args_number(args, "kdf-memory", cost.memory_kib / 1024) * 1024;
    cost.operations = (uint32_t)sk_args_number(args, "kdf-operations", cost.operations);
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    e = sk_home_lock(desk);
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    e = sk_home_path(desk, path, "keyring");
    if (e != SK_OK) {
        return sk_refuse_error(desk->home, e);
    }
    if (access(path, F_OK) == 0) {
        return sk_refuse("%s: there is a desk here already; nothing was changed", desk->home);
    }
    code = make_ring(desk, cost);
    return code == SK_EXIT_OK ? make_desk(desk, cost) : code;
}
