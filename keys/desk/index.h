/*
 * The index: one encrypted log per epoch, each under a key of its own in the keyring, so that
 * destroying that key destroys what the index says of that week.
 */
#ifndef SK_KEYS_DESK_INDEX_H
#define SK_KEYS_DESK_INDEX_H

#include "keys/base/error.h"
#include "keys/desk/entry.h"
#include "keys/desk/home.h"

struct sk_index;

typedef enum sk_error (*sk_index_fn)(void *ctx, const struct sk_entry *entry);

/* Opens every log whose key is in the keyring and gives every entry to fn (NULL: none), which
 * copies what it wants to keep. CORRUPT, MEMORY, IO. */
enum sk_error sk_index_open(struct sk_index **out, struct sk_desk *desk, sk_index_fn fn, void *ctx);
void sk_index_close(struct sk_index *index); /* NULL is a no-op */

/* Only reads. */
enum sk_error sk_index_each(struct sk_desk *desk, sk_index_fn fn, void *ctx);

/* Appends to the log of its epoch; for a new one the keyring with its key is saved first. */
enum sk_error sk_index_add(struct sk_index *index, const struct sk_entry *entry);

/* On disk; then the state counts the records as committed (the caller saves the state). */
enum sk_error sk_index_sync(struct sk_index *index);

/* The one report whose id begins with prefix. NOT_FOUND; EXISTS when several do. */
enum sk_error sk_index_find(struct sk_desk *desk, const char *prefix, struct sk_entry *out);

#endif
