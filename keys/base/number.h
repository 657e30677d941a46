/* Numbers, sizes and fingerprints in text: one reader for all programs. Outputs are untouched when
 * the text does not match. */
#ifndef SK_KEYS_BASE_NUMBER_H
#define SK_KEYS_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/key_types.h"

/* len decimal digits and nothing else (no sign, no blank, no 0x), from least to most. */
bool sk_number_read(const char *text, size_t len, uint64_t least, uint64_t most, uint64_t *out);

/* A count of bytes: decimal digits, optionally followed by K, M, G or T for the powers of 1,024.
 * From least to most, and at most INT64_MAX, the largest file. */
bool sk_size_read(const char *text, uint64_t least, uint64_t most, uint64_t *out);

#define SK_SIZE_TEXT 24
const char *sk_size_text(char out[SK_SIZE_TEXT], uint64_t bytes); /* "3.4 MiB"; returns out */

/* Exactly eight hexadecimal digits, as in names of files; text goes on behind them. */
bool sk_hex_u32_read(const char *text, uint32_t *out);

/* A key of 32 bytes: 64 hexadecimal digits in capital or small letters; blanks, colons and hyphens
 * between them are passed over. */
bool sk_fingerprint_read(const char *text, struct sk_ed25519_pk *out);

#define SK_HEX_TEXT 65
void sk_fingerprint_text(char out[SK_HEX_TEXT], const struct sk_ed25519_pk *pk);

#endif
