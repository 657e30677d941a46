/*
 * The key sheets that this desk knows: its own, those of organisations named with `peer`, and those
 * that the gateway offered to writers (carry bundles hold them). They tell who can read a report,
 * and with which sheets it was sealed.
 */
#ifndef SK_KEYS_DESK_SHEETS_H
#define SK_KEYS_DESK_SHEETS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/desk/home.h"
#include "keys/format/sheet.h"

struct sk_known_sheet {
    struct sk_sheet sheet;
    const char *name; /* borrowed from the state; NULL: only offered by the gateway */
};

struct sk_known_sheets { /* all zero: none */
    struct sk_known_sheet *list;
    size_t count;
};

/* The name under which a desk lists itself. */
extern const char sk_this_desk[];

/* Reads and verifies all of them, each once: own, then named, then offered ones. CORRUPT: a file is
 * damaged. Sheets of organisations that the state does not list are left out. */
enum sk_error sk_known_sheets_load(struct sk_known_sheets *out, const struct sk_desk *desk);
void sk_known_sheets_free(struct sk_known_sheets *sheets);

/* BLAKE2b of all digests and names: when it changes, readers are named again (readers_again.h). */
enum sk_error sk_known_sheets_digest(const struct sk_known_sheets *sheets, struct sk_digest *out);

/* Keeps a sheet that the gateway offered; the caller saves the state. IO, FULL, MEMORY. */
enum sk_error sk_sheets_keep_offered(struct sk_desk *desk, const struct sk_digest *digest,
                                     const uint8_t *bytes, size_t len);

#endif
