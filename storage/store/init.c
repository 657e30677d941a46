#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

#define DEFAULT_SIZE (UINT64_C(2) << 30)
#define SMALLEST_SIZE (UINT64_C(4) << 20)

static const char *const parts[] = {"inbox", "outbox", "gateway.key"};
enum { PARTS = sizeof parts / sizeof *parts };

static void next_steps(const struct sk_store *store, const struct sk_ed25519_pk *pk, uint64_t size)
{
    char hex[SK_HEX_TEXT], text[SK_SIZE_TEXT];

    sk_store_hex(hex, pk);
    printf("The store is ready: %s, with room for %s of sealed reports.\n", store->dir,
           sk_store_size_text(text, size));
    printf("The gateway's fingerprint, which signs carry bundles:\n%s\n", hex);
    printf("Next:\n"
           "  1. Take in the key sheet of every organisation, with the fingerprint that its desk\n"
           "     told you by another way:\n"
           "     skrynka-store --store %s import-sheet --name NAME --fingerprint HEX SHEET\n"
           "  2. Start the gateway: skrynka-gateway --store %s --listen 127.0.0.1:8080\n"
           "  3. Keep a copy elsewhere: skrynka-store --store %s backup --out DIR\n",
           store->dir, store->dir, store->dir);
}

static enum sk_error make_key(const struct sk_store *store, struct sk_ed25519_pk *pk)
{
    char path[PATH_MAX];
    struct sk_ed25519_sk *sk = sk_secret_new(sizeof *sk);
    enum sk_error e = sk == NULL ? SK_ERR_MEMORY : sk_store_path(path, store->dir, "gateway.key");

    if (e == SK_OK) {
        crypto_sign_keypair(pk->b, sk->b);
        e = sk_file_replace(path, sk->b, sizeof sk->b);
    }
    sk_secret_free(sk);
    return e;
}

/* The key comes last: its file is what marks a whole store. */
static enum sk_error make_parts(const struct sk_store *store, uint64_t size,
                                struct sk_ed25519_pk *pk)
{
    enum sk_error e = sk_inbox_create(store->dir, size);

    if (e == SK_OK) {
        e = sk_outbox_create(store->dir);
    }
    return e == SK_OK ? make_key(store, pk) : e;
}

static bool part_exists(const struct sk_store *store, const char **which)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < PARTS; i++) {
        if (sk_store_path(path, store->dir, parts[i]) == SK_OK && sk_store_exists(path)) {
            *which = parts[i];
            return true;
        }
    }
    return false;
}

/* Nothing half-made stays: the next init would stumble over it. */
static void undo(const struct sk_store *store, bool made_dir)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < PARTS; i++) {
        if (sk_store_path(path, store->dir, parts[i]) == SK_OK) {
            sk_store_remove(path);
        }
    }
    if (sk_store_path(path, store->dir, "store.lock") == SK_OK) {
        unlink(path);
    }
    if (made_dir) {
        rmdir(store->dir);
    }
}

static int make_store(struct sk_store *store, uint64_t size)
{
    struct sk_ed25519_pk pk;
    const char *which = NULL;
    bool made_dir = mkdir(store->dir, 0700) == 0;

    if (!made_dir && errno != EEXIST) {
        return sk_refuse_error(store->dir, SK_ERR_IO);
    }
    enum sk_error e = sk_store_lock(store);

    if (e != SK_OK) {
        return sk_refuse_error(store->dir, e);
    }
    if (part_exists(store, &which)) {
        return sk_refuse("%s/%s exists already; nothing was overwritten. If an earlier init was "
                         "cut off, remove the folder and try again",
                         store->dir, which);
    }
    errno = 0;
    e = make_parts(store, size, &pk);
    if (e != SK_OK) {
        undo(store, made_dir);
        errno = 0; /* many calls ago by now: the text of the error says enough */
        return sk_refuse_error(store->dir, e);
    }
    next_steps(store, &pk, size);
    return SK_EXIT_OK;
}

int sk_store_init(void *program, int argc, char **argv)
{
    static const struct option options[] = {{"size", required_argument, NULL, 's'},
                                            {NULL, 0, NULL, 0}};
    uint64_t size = DEFAULT_SIZE;
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (c != 's') {
            return sk_store_bad_option(c, argv);
        }
        if (!sk_store_size(optarg, &size) || size < SMALLEST_SIZE) {
            return sk_usage("--size takes a number with K, M or G, at least 4M");
        }
    }
    if (!sk_store_words(argc, argv, 0, "")) {
        return SK_EXIT_USAGE;
    }
    return make_store(program, size);
}
