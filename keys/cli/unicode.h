/* Unicode for programs that people run, from utf8proc's tables. The gateway does not link it: the
 * check for valid text (keys/base/plain.h) is all that it needs. */
#ifndef SK_KEYS_CLI_UNICODE_H
#define SK_KEYS_CLI_UNICODE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* The character at p in *c, and its length in bytes; 0 when none begins there within left bytes.
 * Reads nothing after a NUL. */
size_t sk_character(const uint8_t *p, size_t left, uint32_t *c);

/* Columns on a terminal: of a character 0, 1 or 2; of a valid text their sum. */
unsigned sk_character_columns(uint32_t c);
size_t sk_columns(const char *text);

/* Normal form C (NFC) of a text in guarded memory (sk_secret_free). *text may become another block,
 * ended by a NUL. TEXT: it is not UTF-8, and is untouched. MEMORY. */
enum sk_error sk_text_compose(uint8_t **text, size_t *len);

/* The case-folded text in normal form C, from malloc, for comparing. Dotted and dotless i, which
 * Crimean Tatar tells apart and other alphabets do not, fold to one. NULL: out of memory, or not
 * UTF-8. */
char *sk_fold(const char *text);

#endif
