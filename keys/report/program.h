/*
 * What the two commands of skrynka-report share. People who are afraid run it, offline: what it
 * says is short, calm and translated; codes and texts come from files and stay
 * in guarded memory.
 */
#ifndef SK_KEYS_REPORT_PROGRAM_H
#define SK_KEYS_REPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/base/number.h"
#include "keys/cli/option.h"
#include "keys/format/receipt.h"
#include "keys/format/sheet.h"

#define _(text) sk_translated(text)
#define N_(text) text

/* ---- key sheets ------------------------------------------------------------------- */

struct sk_sheet_entry {
    struct sk_sheet sheet;
    const char *path;
    bool alone; /* in its file: the person chose this very organisation */
};

struct sk_sheets {
    struct sk_sheet_entry *list;
    size_t count;
};

/* Adds all key sheets of a file, which may hold several one after the other; the same sheet twice
 * is kept once. Each is read and its signature verified. SHEET_..., KEY_..., NOT_FOUND, IO. */
enum sk_error sk_sheets_load(struct sk_sheets *sheets, const char *path);
void sk_sheets_free(struct sk_sheets *sheets);

/* Whether one of the fingerprints that were given is this; also when none was. */
bool sk_fingerprint_among(const struct sk_args *args, const struct sk_ed25519_pk *pk);

/* ---- codes -------------------------------------------------------------------------- */

/* Reads the code in a file (plain text, keys/cli/text_file.h) into guarded memory
 * (sk_secret_free). Says why it failed; returns an exit code. */
int sk_code_file_take(const char *path, struct sk_receipt **out);

/* ---- the commands -------------------------------------------------------------------- */

#define COMMAND SK_COMMAND_PROTOTYPE
#include "keys/report/commands.def"
#undef COMMAND

#endif
