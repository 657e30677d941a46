/* new-key: replaces a gateway.key that was lost, or that somebody else may have. No report is
 * sealed for it, so none is lost; the desks must hear of the new one. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/owner.h"
#include "keys/cli/place.h"
#include "storage/store/store.h"

/* The chain ends first: interrupted in between, the old key begins a new one, which does no harm.
 */
static int replace_key(struct sk_store *store)
{
    char path[PATH_MAX], hex[SK_HEX_TEXT];
    struct sk_ed25519_pk pk;
    enum sk_error e = sk_outbox_end_chain(store->outbox);

    if (e != SK_OK) {
        return sk_refuse_error("outbox", e);
    }
    errno = 0;
    struct sk_ed25519_sk *sk = sk_secret_new(sizeof *sk);

    e = sk == NULL ? SK_ERR_MEMORY : sk_store_path(path, store->dir, "gateway.key");
    if (e == SK_OK) {
        crypto_sign_keypair(pk.b, sk->b);
        e = sk_file_replace(path, sk->b, sizeof sk->b);
    }
    sk_secret_free(sk);
    if (e != SK_OK) {
        return sk_refuse_out(store->dir, e, "The key is what it was");
    }
    sk_fingerprint_text(hex, &pk);
    printf("The gateway has a new key:\n%s\n", hex);
    printf("The next export signs with it and begins a new chain, with everything that is here.\n"
           "Tell every desk the key, by another way than the bundle. There:\n"
           "  skrynka-desk gateway --replace %s\n",
           hex);
    return SK_EXIT_OK;
}

/* Without sk_store_open(), which wants the key. */
static int open_keyless(struct sk_store *store)
{
    if (!sk_store_has(store->dir, "outbox")) {
        return sk_refuse("%s: no store is here; check the path", store->dir);
    }
    int code = sk_refuse_unless_owner(store->dir, "skrynka-store");

    if (code != SK_EXIT_OK) {
        return code;
    }
    enum sk_error e = sk_store_lock(store);

    if (e != SK_OK) {
        return sk_refuse_error(store->dir, e);
    }
    e = sk_outbox_open(&store->outbox, store->dir, true);
    if (e != SK_OK) {
        return sk_refuse_error(store->dir, e);
    }
    e = sk_inbox_open(&store->inbox, store->dir);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(store->dir, e);
}

int sk_store_new_key(void *program, const struct sk_args *args)
{
    struct sk_store *store = program;
    struct sk_ed25519_pk pk;
    int code = open_keyless(store);

    if (code != SK_EXIT_OK) {
        return code;
    }
    enum sk_error e = sk_store_key_public(store, &pk);

    if (e == SK_OK && !sk_args_has(args, "replace")) {
        return sk_refuse(
            "the gateway has its key, and the desks know it by that; if somebody else may "
            "have it, add --replace");
    }
    if (e != SK_OK && e != SK_ERR_NOT_FOUND && e != SK_ERR_CORRUPT) {
        return sk_refuse_error("gateway.key", e);
    }
    return replace_key(store);
}
