/* Envelopes of epochs whose key this desk does not hold: they are kept as
 * quarantine/EPOCH-DAY-DIGEST.keyless, since the key may be on another stick, and tried again by
 * every import. */
#ifndef SK_KEYS_DESK_IMPORT_KEYLESS_H
#define SK_KEYS_DESK_IMPORT_KEYLESS_H

#include "keys/desk/import.h"

#define SK_KEYLESS_NAME (8 + 1 + 10 + 1 + 64 + 9)

void sk_keyless_name(char out[SK_KEYLESS_NAME], uint32_t epoch, uint32_t day,
                     const struct sk_digest *digest);
/* Counts an envelope of this epoch. */
void sk_keyless_count(struct sk_import_counts *counts, uint32_t epoch);
/* Prints the counted epochs, one line each. */
void sk_keyless_tell(struct sk_bundle_file *bundle);
/* Imports those whose key this desk holds now. */
enum sk_error sk_keyless_retry(struct sk_import *im);

#endif
