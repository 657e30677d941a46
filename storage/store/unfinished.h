/* A store, or a copy of one, while it is being made: its key is there under another name, and takes
 * its own as the last step. So what an interrupted attempt left is told from a store that lost its
 * key.
 */
#ifndef SK_STORAGE_STORE_UNFINISHED_H
#define SK_STORAGE_STORE_UNFINISHED_H

#include <stdbool.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

/* Writes the key that the store will have: from here on it is unfinished. */
enum sk_error sk_unfinished_begin(const char *dir, const struct sk_ed25519_sk *key);
/* All else is in its place: makes it a store, in one step. */
enum sk_error sk_unfinished_end(const char *dir);
/* Whether an interrupted attempt left this. There is no report in such a one. */
bool sk_unfinished(const char *dir);
enum sk_error sk_unfinished_remove(const char *dir); /* all but the folder */
/* Takes over a folder that is empty or was left by an interrupted attempt, and empties it;
 * close(*lock) releases it. EXISTS: it holds something else, which is untouched. LOCKED, IO. */
enum sk_error sk_unfinished_claim(const char *dir, int *lock);

#endif
