/* Passphrases: from a prompt without echo on the terminal, or from a file for scripts. */
#ifndef SK_KEYS_CLI_PASSPHRASE_H
#define SK_KEYS_CLI_PASSPHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* Into guarded memory (sk_secret_free). file NULL: prompts on /dev/tty; confirm asks twice.
 * One line ending is cut off. An empty one is refused. At most 1,024 bytes. */
enum sk_error sk_passphrase_read(const char *file, int confirm, uint8_t **out, size_t *len);

#endif
