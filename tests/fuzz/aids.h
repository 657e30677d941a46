/* What several fuzz targets need: inputs as files and as C strings, and a second reading of
 * UTF-8 to judge the parsers' by. */
#ifndef SK_TESTS_FUZZ_AIDS_H
#define SK_TESTS_FUZZ_AIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file in memory that holds exactly these bytes, at its beginning. The same one every time. */
int fuzz_file(const uint8_t *data, size_t size);

/* The bytes and a NUL; the caller frees. */
char *fuzz_string(const uint8_t *data, size_t size);

/* The character at p, of at most left bytes: its length, or 0 for what is no UTF-8 (RFC 3629). */
size_t fuzz_character(const uint8_t *p, size_t left, uint32_t *c);

/* Whether all of it is UTF-8 without NUL, and, if `plain`, without control characters but
 * newline and tab. */
bool fuzz_text(const char *text, size_t len, bool plain);

#endif
