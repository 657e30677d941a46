#include "storage/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"

/* ---- paths ------------------------------------------------------------------ */

enum sk_error sk_store_path(char out[PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

    return n > 0 && n < PATH_MAX ? SK_OK : SK_ERR_TOO_LARGE;
}

bool sk_store_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* ---- opening ------------------------------------------------------------------ */

enum sk_error sk_store_lock(struct sk_store *store)
{
    char path[PATH_MAX];
    enum sk_error e = sk_store_path(path, store->dir, "store.lock");

    if (e != SK_OK) {
        return e;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        return SK_ERR_IO;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        e = errno == EWOULDBLOCK ? SK_ERR_LOCKED : SK_ERR_IO;
        close(fd);
        return e;
    }
    store->lock = fd;
    return SK_OK;
}

/* A mistyped --store must not leave files in a folder that is something else. */
static bool is_store(const char *dir)
{
    char path[PATH_MAX];

    return sk_store_path(path, dir, "gateway.key") == SK_OK && access(path, F_OK) == 0;
}

/* All but its key: that can be drawn anew. */
static bool has_outbox(const char *dir)
{
    char path[PATH_MAX];
    int saved = errno;
    bool there = sk_store_path(path, dir, "outbox") == SK_OK && access(path, F_OK) == 0;

    errno = saved;
    return there;
}

int sk_store_open(struct sk_store *store, enum sk_store_use use)
{
    enum sk_error e;

    errno = 0;
    if (!is_store(store->dir) && has_outbox(store->dir)) {
        return sk_store_refuse_key(errno == EACCES ? SK_ERR_IO : SK_ERR_NOT_FOUND);
    }
    if (!is_store(store->dir)) {
        return sk_refuse("%s: no store can be read here; check the path and whose it is, or make "
                         "one with 'skrynka-store --store DIR init'",
                         store->dir);
    }
    if (use == SK_STORE_WRITES) {
        e = sk_store_lock(store);
        if (e != SK_OK) {
            return sk_refuse_error(store->dir, e);
        }
    }
    e = sk_outbox_open(&store->outbox, store->dir, use == SK_STORE_WRITES);
    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    e = sk_inbox_open(&store->inbox, store->dir);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("inbox", e);
}

void sk_store_close(struct sk_store *store)
{
    sk_inbox_close(store->inbox);
    sk_outbox_close(store->outbox);
    store->inbox = NULL;
    store->outbox = NULL;
    if (store->lock >= 0) {
        close(store->lock);
        store->lock = -1;
    }
}

/* ---- the gateway's key ---------------------------------------------------------- */

/* libsodium keeps the public half inside the secret key: a file in which the two do not belong
 * together is damaged, and would sign bundles that no desk accepts. */
static bool is_key(const uint8_t *bytes, size_t len)
{
    uint8_t seed[crypto_sign_SEEDBYTES], pk[32], *sk;
    bool good;

    if (len != crypto_sign_SECRETKEYBYTES) {
        return false;
    }
    sk = sk_secret_new(crypto_sign_SECRETKEYBYTES);
    if (sk == NULL) {
        return false;
    }
    crypto_sign_ed25519_sk_to_seed(seed, bytes);
    crypto_sign_seed_keypair(pk, sk, seed);
    good = sodium_memcmp(sk, bytes, crypto_sign_SECRETKEYBYTES) == 0;
    sodium_memzero(seed, sizeof seed);
    sk_secret_free(sk);
    return good;
}

enum sk_error sk_store_key_read(const struct sk_store *store, struct sk_ed25519_sk **key)
{
    char path[PATH_MAX];
    uint8_t *bytes;
    size_t len;
    enum sk_error e = sk_store_path(path, store->dir, "gateway.key");

    if (e == SK_OK) {
        e = sk_file_read_secret(path, crypto_sign_SECRETKEYBYTES, &bytes, &len);
    }
    if (e != SK_OK) {
        return e == SK_ERR_TOO_LARGE ? SK_ERR_CORRUPT : e;
    }
    if (is_key(bytes, len)) {
        *key = sk_secret_new(sizeof **key);
        e = *key == NULL ? SK_ERR_MEMORY : SK_OK;
    } else {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        memcpy((*key)->b, bytes, sizeof(*key)->b);
    }
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

/* ---- organisations ---------------------------------------------------------------- */

bool sk_store_revoked(const struct sk_organisation *organisation)
{
    return organisation->sheet.weeks == 0;
}

void sk_store_print_acknowledged(FILE *out, const struct sk_organisation *o, uint32_t last)
{
    if (!o->has_board) {
        fprintf(out, "has sent no board yet");
        return;
    }
    switch (o->acknowledgement) {
    case SK_ACK_BUNDLE:
        fprintf(out, "acknowledges bundles up to %u of %u", o->acknowledged, last);
        if (o->arrived < o->acknowledged) {
            fprintf(out, ", those after %u by its newest board only: they go after the next one",
                    o->arrived);
        }
        break;
    case SK_ACK_ENDED:
        fprintf(out, "acknowledges a bundle of the chain that ended when this store was put back: "
                     "that counts for nothing here");
        break;
    case SK_ACK_UNKNOWN:
        fprintf(out,
                "acknowledges bundle %u of a chain that this store does not know, from before a "
                "restore or of another gateway: that counts for nothing here",
                o->board.carry_serial);
        break;
    default:
        fprintf(out, "acknowledges no bundle yet");
    }
}

const char *sk_store_gap_text(char out[SK_GAP_TEXT], const struct sk_board_gaps *gaps)
{
    if (gaps->first == gaps->last) {
        snprintf(out, SK_GAP_TEXT, "board %llu", (unsigned long long)gaps->first);
    } else {
        snprintf(out, SK_GAP_TEXT, "boards %llu to %llu", (unsigned long long)gaps->first,
                 (unsigned long long)gaps->last);
    }
    return out;
}

size_t sk_store_print_holding(FILE *out, const struct sk_organisation *organisations, size_t count,
                              uint32_t last)
{
    size_t holding = 0;

    for (size_t i = 0; i < count; i++) {
        const struct sk_organisation *o = &organisations[i];

        if (sk_store_revoked(o) || o->arrived >= last) {
            continue;
        }
        holding++;
        fprintf(out, "  %s ", o->name);
        sk_store_print_acknowledged(out, o, last);
        fprintf(out, "\n");
    }
    return holding;
}
