/* One carry bundle: its header, its place in the chain, its envelopes. */
#ifndef SK_KEYS_DESK_IMPORT_BUNDLE_H
#define SK_KEYS_DESK_IMPORT_BUNDLE_H

#include "keys/desk/import.h"

/* Imports one bundle file; prints what happened. Returns an exit code. */
int sk_import_bundle(struct sk_import *im, const char *path);

/* Opens the file and checks header and sheets; reading continues with the first envelope.
 * CARRY_..., SHEET_..., KEY_..., NOT_FOUND, IO, MEMORY. Release it, also on failure. */
enum sk_error sk_bundle_open(struct sk_bundle_file *bundle, const char *path);
void sk_bundle_release(struct sk_bundle_file *bundle);

/* Reads exactly len bytes of the bundle. CARRY_LENGTH at its end, IO. */
enum sk_error sk_bundle_bytes(struct sk_bundle_file *bundle, uint8_t *out, size_t len);

/* Prints a message on a line of its own, clear of the progress bar. */
void sk_import_say(struct sk_bundle_file *bundle, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
