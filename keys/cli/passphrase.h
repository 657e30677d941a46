/* Passphrases: from a prompt without echo on the terminal, or from a file for scripts. */
#ifndef SK_KEYS_CLI_PASSPHRASE_H
#define SK_KEYS_CLI_PASSPHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/cli/text_file.h"

/* Into guarded memory (sk_secret_free), in normal form C, 1 to 1,024 bytes. file NULL: prompts on
 * /dev/tty with `prompt`; confirm asks twice. A file is plain text (text_file.h: TEXT with *fault
 * set), of which one line ending is cut off. KEYRING_PASSPHRASE: it is empty, or the two differ. */
enum sk_error sk_passphrase_read(const char *prompt, const char *file, int confirm, uint8_t **out,
                                 size_t *len, struct sk_plain_fault *fault);

/* The same for a program: prints why it failed; returns an exit code. */
int sk_passphrase_get(const char *prompt, const char *file, int confirm, uint8_t **out,
                      size_t *len);

#endif
