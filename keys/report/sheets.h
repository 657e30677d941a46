/* The key sheets that a command line names. */
#ifndef SK_KEYS_REPORT_SHEETS_H
#define SK_KEYS_REPORT_SHEETS_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/cli/option.h"
#include "keys/format/sheet.h"

struct sk_sheet_entry {
    struct sk_sheet sheet;
    const char *path;
    bool alone; /* the only sheet in its file: the person chose this organisation */
};

struct sk_sheets {
    struct sk_sheet_entry *list;
    size_t count;
};

/* Adds the key sheets in the files of --sheet, which may hold several each; a repeated sheet is
 * kept once. Each is read and its signature verified; trust is not checked. Prints what is wrong;
 * returns an exit code. */
int sk_sheets_load(struct sk_sheets *sheets, const struct sk_args *args);
void sk_sheets_free(struct sk_sheets *sheets);

/* Whether pk is one of --fingerprint; true when none was given. */
bool sk_fingerprint_among(const struct sk_args *args, const struct sk_ed25519_pk *pk);

#endif
