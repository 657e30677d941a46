/*
 * The key sheets that this desk knows: its own, those of organisations that it was given by name
 * (`peer`), and those that the gateway offered to the people who wrote (bundles carry them). From
 * them follows who can read a report, and with which sheets it may have been sealed.
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

/* Reads and verifies all of them, each once: own, then named, then offered ones. A file that is no
 * key sheet any more is CORRUPT; one of an organisation that is not listed is left out. */
enum sk_error sk_known_sheets_load(struct sk_known_sheets *out, const struct sk_desk *desk);
void sk_known_sheets_free(struct sk_known_sheets *sheets);

/* BLAKE2b of all digests and names: another one means that readers are to be named anew. */
enum sk_error sk_known_sheets_digest(const struct sk_known_sheets *sheets, struct sk_digest *out);

/* Keeps a sheet that the gateway offered; the caller saves the state. IO, FULL, MEMORY. */
enum sk_error sk_sheets_keep_offered(struct sk_desk *desk, const struct sk_digest *digest,
                                     const uint8_t *bytes, size_t len);

/* Makes a folder of the home that homes of before do not have. IO, FULL. */
enum sk_error sk_home_folder(const struct sk_desk *desk, const char *name);

#endif
