/*
 * What the commands of skrynka-store share. The program handles sealed bytes only: nothing
 * that could open a report is linked into it.
 */
#ifndef SK_STORAGE_STORE_STORE_H
#define SK_STORAGE_STORE_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/base/number.h"
#include "keys/cli/option.h"
#include "keys/cli/progress.h"
#include "storage/inbox.h"
#include "storage/kv.h"
#include "storage/outbox.h"
#include "storage/outbox_bundles.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_organisations.h"
#include "storage/outbox_purge.h"
#include "storage/store/paths.h"

struct sk_store {
    const char *dir;
    struct sk_kv_lock *lock; /* the store's; NULL when it is not held */
    struct sk_inbox *inbox;
    struct sk_outbox *outbox;
};

/* ---- opening: each says on stderr what is wrong and returns an exit code ---- */

enum sk_store_use { SK_STORE_READS, SK_STORE_WRITES };

/* Opens inbox and outbox. SK_STORE_WRITES takes the lock first, so that two commands that change
 * the store never overlap. */
int sk_store_open(struct sk_store *store, enum sk_store_use use);
void sk_store_close(struct sk_store *store);

/* Takes the store's lock. LOCKED, IO. */
enum sk_error sk_store_lock(struct sk_store *store);

/* ---- the gateway's key: signs carry bundles -------------------------------- */

/* Into guarded memory (sk_secret_free). CORRUPT when the file is no Ed25519 key. */
enum sk_error sk_store_key_read(const struct sk_store *store, struct sk_ed25519_sk **key);
/* Says what to do when the key could not be read; returns the exit code. */
int sk_store_refuse_key(enum sk_error error);
enum sk_error sk_store_key_public(const struct sk_store *store, struct sk_ed25519_pk *pk);

/* ---- the commands --------------------------------------------------------------- */

#define COMMAND SK_COMMAND_PROTOTYPE
#include "storage/store/commands.def"
#undef COMMAND

#endif
