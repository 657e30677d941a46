/* What programs for people must know of characters: utf8proc's tables. Not for the gateway, which
 * links no more than the check for valid text (keys/base/plain.h). */
#ifndef SK_KEYS_CLI_UNICODE_H
#define SK_KEYS_CLI_UNICODE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* The length in bytes of the character at p and the character; 0 when none begins there within left
 * bytes. Never reads behind a NUL. */
size_t sk_character(const uint8_t *p, size_t left, uint32_t *c);

/* How many columns of a terminal it takes: 0, 1 or 2; and those of a valid text. */
unsigned sk_character_columns(uint32_t c);
size_t sk_columns(const char *text);

/* Puts text in guarded memory (sk_secret_free) into normal form C: letters with marks in one
 * character, as most keyboards write them. *text may become another block; a NUL ends it. TEXT: it
 * is no UTF-8, and is untouched. MEMORY. */
enum sk_error sk_text_compose(uint8_t **text, size_t *len);

/* A text to compare by: small letters, in normal form, from malloc. Dotted and dotless i, which
 * Crimean Tatar tells apart and other alphabets do not, are one. NULL: out of memory, or no
 * UTF-8. */
char *sk_fold(const char *text);

#endif
