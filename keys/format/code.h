/* The receipt code as text (FORMAT section 3). The table of accepted characters is in code.c. */
#ifndef SK_KEYS_FORMAT_CODE_H
#define SK_KEYS_FORMAT_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_CODE_RANDOM 15
#define SK_CODE_TEXT 30 /* 25 symbols, four hyphens, NUL */

/* Writes the code of r, hyphenated, into out. The caller wipes out. */
void sk_code_format(char out[SK_CODE_TEXT], const uint8_t r[SK_CODE_RANDOM]);

/* Reads what a person typed: ignores case and what other programs leave in a text
 * (signs.h), maps O, I, L and Cyrillic look-alikes (UTF-8). text need not end with NUL.
 * CODE_SYMBOL, CODE_LENGTH, CODE_CHECK, tested in this order. */
enum sk_error sk_code_parse(uint8_t r[SK_CODE_RANDOM], const char *text, size_t len);

#endif
