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

#define SK_WEEKS_WARNING 3 /* an operator hears of a sheet with this many weeks left or fewer */

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

/* Refuses unless the folder belongs to whoever runs the command, or is not there. */
int sk_store_own(const struct sk_store *store);

/* Takes the store's lock. LOCKED, IO. */
enum sk_error sk_store_lock(struct sk_store *store);

/* ---- the gateway's key: signs carry bundles -------------------------------- */

/* Into guarded memory (sk_secret_free). CORRUPT when the file is no Ed25519 key. */
enum sk_error sk_store_key_read(const struct sk_store *store, struct sk_ed25519_sk **key);
/* Says what to do when the key could not be read; returns the exit code. */
int sk_store_refuse_key(enum sk_error error);
enum sk_error sk_store_key_public(const struct sk_store *store, struct sk_ed25519_pk *pk);

/* ---- a store in the making (unfinished.c) ------------------------------------ */

/* Writes the key that the store will have: from here on it is unfinished. */
enum sk_error sk_unfinished_begin(const char *dir, const struct sk_ed25519_sk *key);
/* All else is in its place: makes it a store, in one step. */
enum sk_error sk_unfinished_end(const char *dir);
/* Whether a try that was broken off left this. There is no report in such a one. */
bool sk_unfinished(const char *dir);
enum sk_error sk_unfinished_remove(const char *dir); /* all but the folder */
/* Takes over a folder that is empty or was left by a try that was broken off, and empties it; it is
 * ours until close(*lock). EXISTS: it holds something else, which is untouched. LOCKED, IO. */
enum sk_error sk_unfinished_claim(const char *dir, int *lock);

/* ---- paths ------------------------------------------------------------------ */

/* DIR/name. TOO_LARGE when that is no path any more. */
enum sk_error sk_store_path(char out[PATH_MAX], const char *dir, const char *name);
bool sk_store_exists(const char *path);
/* Removes a file, or a folder and the files in it; absent is no error. */
enum sk_error sk_store_remove(const char *path);

/* ---- numbers for people ------------------------------------------------------- */

#define SK_CHAIN_TEXT 33
const char *sk_store_chain_text(char out[SK_CHAIN_TEXT], const struct sk_chain *chain);

#define SK_DAY_TEXT 11
const char *sk_store_day_text(char out[SK_DAY_TEXT], uint32_t day); /* returns out */

/* A progress callback of storage/; ctx is a started struct sk_progress. */
void sk_store_progress(void *ctx, uint64_t done, uint64_t total);

/* ---- organisations ------------------------------------------------------------ */

bool sk_store_revoked(const struct sk_organisation *organisation);
/* Says so when no organisation has a key for this week, so that intake is closed: SK_EXIT_REFUSED.
 */
int sk_store_refuse_unread(struct sk_outbox *outbox);
/* Prints what its last board's acknowledgement is worth here, as half a sentence. */
void sk_store_print_acknowledged(FILE *out, const struct sk_organisation *organisation,
                                 uint32_t last);
/* "board 5" or "boards 5 to 7": the newest gap. */
#define SK_GAP_TEXT 64
const char *sk_store_gap_text(char out[SK_GAP_TEXT], const struct sk_board_gaps *gaps);
/* Prints which organisations hold back what is up to `last`, and why; how many they are. */
size_t sk_store_print_holding(FILE *out, const struct sk_organisation *organisations, size_t count,
                              uint32_t last);

/* ---- the commands --------------------------------------------------------------- */

#define COMMAND SK_COMMAND_PROTOTYPE
#include "storage/store/commands.def"
#undef COMMAND

#endif
