/* Issuing key sheets (FORMAT section 4). Signs with the identity key: desk only. */
#ifndef SK_KEYS_OPEN_SHEET_MAKE_H
#define SK_KEYS_OPEN_SHEET_MAKE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/format/sheet.h"

/* Writes and signs the fields of sheet, except digest; *bytes is from malloc. SHEET_COUNTS, MEMORY.
 */
enum sk_error sk_sheet_make(const struct sk_sheet *sheet, const struct sk_ed25519_sk *identity,
                            uint8_t **bytes, size_t *len);

#endif
