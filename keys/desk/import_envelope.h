/* One envelope of a bundle: read, hashed, verified and written chunk by chunk. */
#ifndef SK_KEYS_DESK_IMPORT_ENVELOPE_H
#define SK_KEYS_DESK_IMPORT_ENVELOPE_H

#include "keys/desk/import.h"

/* The next envelope of the bundle. Damage is counted and printed, and is no error. An error ends
 * the import: CARRY_LENGTH, IO, FULL, MEMORY, NOT_FOUND (no skrynka-parse). */
enum sk_error sk_import_envelope(struct sk_import *im, struct sk_bundle_file *bundle,
                                 const struct sk_carry_entry *entry);

#endif
