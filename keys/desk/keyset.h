/* The keys of one epoch: this desk's secret key, and the public keys of organisations it knows. */
#ifndef SK_KEYS_DESK_KEYSET_H
#define SK_KEYS_DESK_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/desk/home.h"
#include "keys/desk/sheets.h"

struct sk_known_key { /* an organisation's public key of that epoch */
    struct sk_x25519_pk pk;
    struct sk_ed25519_pk identity;
    const char *name; /* borrowed; NULL: only offered by the gateway */
};

/* Secret: in memory from sk_secret_new(), all zero at first. */
struct sk_keyset {
    uint32_t epoch;
    struct sk_x25519_sk own;
    struct sk_known_key *known; /* public; [0] is this desk's. Each key once. */
    size_t known_count;
    bool reissued; /* a sheet of this desk has another key for the epoch, which is lost */
};

/* The desk's secret key for an epoch. ENVELOPE_EPOCH when it has none. */
enum sk_error sk_keyset_own(struct sk_x25519_sk *out, const struct sk_desk *desk, uint32_t epoch);

/* ENVELOPE_EPOCH when this desk has no key for the epoch; MEMORY. */
enum sk_error sk_keyset_get(struct sk_keyset *out, const struct sk_desk *desk,
                            const struct sk_known_sheets *sheets, uint32_t epoch);
void sk_keyset_free(struct sk_keyset *set); /* NULL is a no-op; wipes and releases */

#endif
