#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/owner.h"
#include "storage/store/store.h"
#include "storage/store/unfinished.h"

#define DEFAULT_SIZE (UINT64_C(2) << 30)

static const char *const parts[] = {"inbox", "outbox", "gateway.key"};
enum { PARTS = sizeof parts / sizeof *parts };

static void next_steps(const struct sk_store *store, const struct sk_ed25519_pk *pk, uint64_t size)
{
    char hex[SK_HEX_TEXT], text[SK_SIZE_TEXT];

    sk_fingerprint_text(hex, pk);
    printf("The store is ready: %s, with room for %s of sealed reports.\n", store->dir,
           sk_size_text(text, size));
    printf("The gateway's fingerprint, which signs carry bundles:\n%s\n", hex);
    printf("Next:\n"
           "  1. Take in the key sheet of every organisation, with the fingerprint that its desk\n"
           "     told you by another way:\n"
           "     skrynka-store --store %s import-sheet --name NAME --fingerprint HEX SHEET\n"
           "  2. Start the gateway: skrynka-gateway --store %s --listen 127.0.0.1:8080\n"
           "  3. Keep a copy elsewhere: skrynka-store --store %s backup --out DIR\n",
           store->dir, store->dir, store->dir);
}

static enum sk_error make_parts(const struct sk_store *store, uint64_t size,
                                struct sk_ed25519_pk *pk)
{
    struct sk_ed25519_sk *sk = sk_secret_new(sizeof *sk);

    if (sk == NULL) {
        return SK_ERR_MEMORY;
    }
    crypto_sign_keypair(pk->b, sk->b);
    enum sk_error e = sk_unfinished_begin(store->dir, sk);

    sk_secret_free(sk);
    if (e != SK_OK) {
        return e;
    }
    e = sk_inbox_create(store->dir, size);
    if (e != SK_OK) {
        return e;
    }
    e = sk_outbox_create(store->dir);
    return e == SK_OK ? sk_unfinished_end(store->dir) : e;
}

static bool part_exists(const struct sk_store *store, const char **which)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (sk_store_has(store->dir, parts[i])) {
            *which = parts[i];
            return true;
        }
    }
    return false;
}

/* Removes what was made, as far as the disk lets us; the next init removes the rest. */
static void undo(const struct sk_store *store, bool made_dir)
{
    char path[PATH_MAX];
    int why = errno;

    if (sk_unfinished_remove(store->dir) == SK_OK &&
        sk_store_path(path, store->dir, "store.lock") == SK_OK) {
        unlink(path);
    }
    if (made_dir) {
        rmdir(store->dir);
    }
    errno = why;
}

static int make_in_folder(struct sk_store *store, uint64_t size, bool made_dir)
{
    struct sk_ed25519_pk pk;
    const char *which = NULL;
    enum sk_error e = SK_OK;

    if (sk_unfinished(store->dir)) {
        e = sk_unfinished_remove(store->dir);
    }
    if (e == SK_OK && part_exists(store, &which)) {
        return sk_refuse("%s/%s exists already; nothing was overwritten", store->dir, which);
    }
    if (e == SK_OK) {
        errno = 0;
        e = make_parts(store, size, &pk);
    }
    if (e != SK_OK) {
        undo(store, made_dir);
        return sk_refuse_error(store->dir, e);
    }
    next_steps(store, &pk, size);
    return SK_EXIT_OK;
}

int sk_store_init(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    int code = sk_refuse_unless_owner(store->dir, "skrynka-store");

    if (code != SK_EXIT_OK) {
        return code;
    }
    bool made_dir = mkdir(store->dir, 0700) == 0;

    if (!made_dir && errno != EEXIST) {
        return sk_refuse_error(store->dir, errno == ENOENT ? SK_ERR_IO : sk_error_of_errno(errno));
    }
    enum sk_error e = sk_store_lock(store);

    if (e != SK_OK) {
        int why = errno;

        if (made_dir) {
            rmdir(store->dir);
        }
        errno = why;
        return sk_refuse_error(store->dir, e);
    }
    return make_in_folder(store, sk_args_number(args, "size", DEFAULT_SIZE), made_dir);
}
