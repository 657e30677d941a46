/* The key sheets of the pinned organisations: importing one, retiring an organisation. */
#ifndef SK_STORAGE_OUTBOX_SHEETS_H
#define SK_STORAGE_OUTBOX_SHEETS_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "storage/outbox.h"

/* Verifies (sk_sheet_read, sk_sheet_trust against what is stored) and stores in one transaction.
 * A revoking sheet is stored too, and any newer serial is taken. The sheet that was current is kept
 * for the next bundle, see sk_outbox_offered(). name NULL keeps the present one. STORE_NAME, EXISTS
 * (the name belongs to another pin), SHEET_..., KEY_... */
enum sk_error sk_outbox_import_sheet(struct sk_outbox *outbox, const char *name,
                                     const struct sk_ed25519_pk *pin, const uint8_t *bytes,
                                     size_t len, time_t now);

/* Deletes an organisation that will never come again: its sheet (the next bundle still carries it),
 * its boards, and that anything waits for it. NOT_FOUND. */
enum sk_error sk_outbox_retire(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin);

/* All current sheets, one after the other exactly as imported (a sheet announces its own length):
 * the body of GET /sheets. *out is from malloc. */
enum sk_error sk_outbox_sheets(struct sk_outbox *outbox, uint8_t **out, size_t *len);

#endif
