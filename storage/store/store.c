#include "storage/store/store.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/owner.h"
#include "storage/store/unfinished.h"

/* ---- opening ------------------------------------------------------------------ */

enum sk_error sk_store_lock(struct sk_store *store)
{
    return sk_kv_lock(store->dir, "store", &store->lock);
}

/* EACCES: files in it that another user made once. */
static int refuse_open(const struct sk_store *store, const char *what, enum sk_error e)
{
    if (e == SK_ERR_IO && errno == EACCES) {
        return sk_refuse("%s: %s: permission denied; what is in it must belong to the owner of the "
                         "folder: see ls -lR, then chown -R --reference=%s %s as root",
                         store->dir, what, store->dir, store->dir);
    }
    return sk_refuse_error(what, e);
}

int sk_store_open(struct sk_store *store, enum sk_store_use use)
{
    bool has_key = sk_store_has(store->dir, "gateway.key");
    enum sk_error e;

    /* All but its key: that can be drawn anew. */
    if (!has_key && sk_store_has(store->dir, "outbox") && !sk_unfinished(store->dir)) {
        return sk_store_refuse_key(SK_ERR_NOT_FOUND);
    }
    /* A mistyped --store must not leave files in a folder that is something else. */
    if (!has_key) {
        return sk_refuse("%s: no store can be read here; check the path and whose it is, or make "
                         "one with 'skrynka-store --store DIR init'",
                         store->dir);
    }
    if (use == SK_STORE_WRITES) {
        int code = sk_refuse_unless_owner(store->dir, "skrynka-store");

        if (code != SK_EXIT_OK) {
            return code;
        }
        e = sk_store_lock(store);
        if (e != SK_OK) {
            return refuse_open(store, "store.lock", e);
        }
    }
    errno = 0;
    e = sk_outbox_open(&store->outbox, store->dir, use == SK_STORE_WRITES);
    if (e != SK_OK) {
        return refuse_open(store, "outbox", e);
    }
    e = sk_inbox_open(&store->inbox, store->dir);
    return e == SK_OK ? SK_EXIT_OK : refuse_open(store, "inbox", e);
}

void sk_store_close(struct sk_store *store)
{
    sk_inbox_close(store->inbox);
    sk_outbox_close(store->outbox);
    store->inbox = NULL;
    store->outbox = NULL;
    sk_kv_unlock(store->lock);
    store->lock = NULL;
}

/* ---- the gateway's key ---------------------------------------------------------- */

/* libsodium keeps the public half inside the secret key: a file in which the two do not belong
 * together is damaged, and would sign bundles that no desk accepts. */
static enum sk_error check_key(const uint8_t *bytes, size_t len)
{
    uint8_t seed[crypto_sign_SEEDBYTES], pk[32], *sk;
    enum sk_error e;

    if (len != crypto_sign_SECRETKEYBYTES) {
        return SK_ERR_CORRUPT;
    }
    sk = sk_secret_new(crypto_sign_SECRETKEYBYTES);
    if (sk == NULL) {
        return SK_ERR_MEMORY;
    }
    crypto_sign_ed25519_sk_to_seed(seed, bytes);
    crypto_sign_seed_keypair(pk, sk, seed);
    e = sodium_memcmp(sk, bytes, crypto_sign_SECRETKEYBYTES) == 0 ? SK_OK : SK_ERR_CORRUPT;
    sodium_memzero(seed, sizeof seed);
    sk_secret_free(sk);
    return e;
}

enum sk_error sk_store_key_read(const struct sk_store *store, struct sk_ed25519_sk **key)
{
    char path[PATH_MAX];
    struct sk_ed25519_sk *copy = NULL;
    uint8_t *bytes = NULL;
    size_t len;
    enum sk_error e = sk_store_path(path, store->dir, "gateway.key");

    if (e == SK_OK) {
        e = sk_file_read_secret(path, crypto_sign_SECRETKEYBYTES, &bytes, &len);
    }
    if (e != SK_OK) {
        return e == SK_ERR_TOO_LARGE ? SK_ERR_CORRUPT : e;
    }
    e = check_key(bytes, len);
    if (e != SK_OK) {
        goto out;
    }
    copy = sk_secret_new(sizeof *copy);
    if (copy == NULL) {
        e = SK_ERR_MEMORY;
        goto out;
    }
    memcpy(copy->b, bytes, sizeof copy->b);
    *key = copy;
out:
    sk_secret_free(bytes);
    return e;
}

int sk_store_refuse_key(enum sk_error error)
{
    if (error == SK_ERR_NOT_FOUND || error == SK_ERR_CORRUPT) {
        return sk_refuse(
            "gateway.key: the gateway's key is %s; put it back from a backup, or draw a new "
            "one with 'new-key', which every desk must hear of",
            error == SK_ERR_CORRUPT ? "damaged" : "not there");
    }
    return sk_refuse_error("gateway.key", error);
}

enum sk_error sk_store_key_public(const struct sk_store *store, struct sk_ed25519_pk *pk)
{
    struct sk_ed25519_sk *key;
    enum sk_error e = sk_store_key_read(store, &key);

    if (e != SK_OK) {
        return e;
    }
    crypto_sign_ed25519_sk_to_pk(pk->b, key->b);
    sk_secret_free(key);
    return SK_OK;
}
