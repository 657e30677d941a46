/*
 * The identity keyring: the identity and the next one, in a keyring file of their own (FORMAT
 * section 7) that only `init` and `sheet` open. It stands in the home as identity.keyring, or
 * anywhere else (--identity-file), may have a passphrase of its own, and has the same token file as
 * the desk's keyring. That keyring holds the public half of the identity.
 */
#ifndef SK_KEYS_DESK_IDENTITY_H
#define SK_KEYS_DESK_IDENTITY_H

#include "keys/desk/home.h"

/* Makes the identity keyring for a desk that is being made (an earlier `init` that was cut off may
 * have made it: then it is opened) and puts its public half into the desk's keyring, which the
 * caller saves. Prints why it failed; returns an exit code. */
int sk_identity_make(struct sk_desk *desk, struct sk_keyring_cost cost);

/* Opens it; *out is the caller's (sk_keyring_free). A home whose identity still lies in the desk's
 * keyring is taken over first, and told so. Prints why it failed; returns an exit code. */
int sk_identity_open(struct sk_desk *desk, struct sk_keyring **out);

/* The public half of one of its keys: id 0 the identity, 1 the next. KEYRING_RECORD. */
enum sk_error sk_identity_pk(const struct sk_keyring *identity, uint32_t id,
                             struct sk_ed25519_pk *out);

#endif
