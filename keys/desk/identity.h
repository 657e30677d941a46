/*
 * The identity keyring: the identity and the next one, in a keyring file of their own (FORMAT
 * section 7) that only `init` and `sheet` open: identity.keyring in the home, or --identity-file.
 * It may have a passphrase of its own and shares the token file with the desk's keyring, which
 * holds the public half of the identity.
 */
#ifndef SK_KEYS_DESK_IDENTITY_H
#define SK_KEYS_DESK_IDENTITY_H

#include "keys/desk/home.h"

/* For `init`: makes the identity keyring, or opens the one that an interrupted `init` left, and
 * puts its public half into the desk's keyring, which the caller saves. Prints why it failed;
 * returns an exit code. */
int sk_identity_make(struct sk_desk *desk, struct sk_keyring_cost cost);

/* Opens it; the caller frees *out (sk_keyring_free). In a home of an earlier version the identity
 * is first moved out of the desk's keyring, with a message. Prints why it failed; returns an exit
 * code. */
int sk_identity_open(struct sk_desk *desk, struct sk_keyring **out);

/* The public half of one of its keys: id 0 the identity, 1 the next. KEYRING_RECORD. */
enum sk_error sk_identity_pk(const struct sk_keyring *identity, uint32_t id,
                             struct sk_ed25519_pk *out);

#endif
