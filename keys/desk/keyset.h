/* Which key opens an epoch's reports here, and whose keys of that epoch this desk knows. */
#ifndef SK_KEYS_DESK_KEYSET_H
#define SK_KEYS_DESK_KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "keys/desk/home.h"
#include "keys/seal/sheet.h"

#define SK_KEYSET_MAX 32u

/* The sheets of other organisations that this desk was given. */
struct sk_peer_sheets { /* all zero: none */
    struct sk_sheet *sheets;
    size_t count;
};

/* Reads and verifies all of them; those of no listed peer are left out. */
enum sk_error sk_peer_sheets_load(struct sk_peer_sheets *out, const struct sk_desk *desk);
void sk_peer_sheets_free(struct sk_peer_sheets *sheets);

/* Secret: in memory from sk_secret_new(). */
struct sk_keyset {
    struct sk_x25519_sk own;
    struct sk_x25519_pk known[SK_KEYSET_MAX]; /* [0] is this desk's */
    const char *names[SK_KEYSET_MAX];         /* borrowed from the state */
    size_t known_count;
};

/* ENVELOPE_EPOCH when this desk has no key for the epoch. */
enum sk_error sk_keyset_get(struct sk_keyset *out, const struct sk_desk *desk,
                            const struct sk_peer_sheets *peers, uint32_t epoch);

#endif
