/* Whether a bundle is trusted: its gateway, its chain, and what it says of this desk. */
#ifndef SK_KEYS_DESK_IMPORT_TRUST_H
#define SK_KEYS_DESK_IMPORT_TRUST_H

#include "keys/desk/import.h"

/* Whether the bundle comes from the gateway that this desk trusts; a desk that trusts none asks.
 * Prints why not; returns an exit code. */
int sk_import_trust_gateway(struct sk_desk *desk, const struct sk_bundle_file *bundle);

/* Whether this desk trusts the bundle's gateway, or did before the key was replaced. Prints why
 * not; returns an exit code. */
int sk_import_trusted_ever(const struct sk_state *state, const struct sk_bundle_file *bundle);

/* The first chain of a gateway is recorded; a further one only with new_chain, or after a question.
 * Prints why not; returns an exit code. */
int sk_import_trust_chain(struct sk_import *im, const struct sk_bundle_file *bundle);

/* Whether this desk was set back: *seen stays as it is unless the bundle has a newer sheet, or a
 * newer board, of this desk than the desk remembers. */
enum sk_error sk_import_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *bundle,
                                  struct sk_set_back *seen);
/* The serial of this desk's current sheet in the bundle and the last board's counter; NOT_FOUND. */
enum sk_error sk_bundle_own_sheet(const struct sk_desk *desk, const struct sk_bundle_file *bundle,
                                  struct sk_set_back *current, struct sk_digest *digest);

#endif
