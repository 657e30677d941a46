/* Small functions around jansson: byte strings as hexadecimal, encrypted values on disk. */
#ifndef SK_KEYS_DESK_JSON_H
#define SK_KEYS_DESK_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

/* Strings are repaired text (text.h) without NUL; numbers have 63 bits. */
json_t *sk_json_hex(const void *bytes, size_t len); /* NULL: out of memory */

/* Exactly len bytes from a string of hexadecimal digits. CORRUPT. */
enum sk_error sk_json_hex_value(const json_t *value, void *out, size_t len);
enum sk_error sk_json_get_hex(const json_t *object, const char *name, void *out, size_t len);
enum sk_error sk_json_get_u32(const json_t *object, const char *name, uint32_t *out);
enum sk_error sk_json_get_u64(const json_t *object, const char *name, uint64_t *out);

/* Parses text that this program wrote. CORRUPT, MEMORY. */
enum sk_error sk_json_read(json_t **out, const uint8_t *bytes, size_t len);

/* *text is from malloc, NUL-terminated; release it with sk_json_text_free, which wipes. */
enum sk_error sk_json_write(const json_t *value, char **text, size_t *len);
void sk_json_text_free(char *text);

/* The same for people and scripts: harmful characters (text.h) in strings are written as \uXXXX, so
 * that showing the file on a terminal is safe. */
enum sk_error sk_json_write_harmless(const json_t *value, size_t flags, char **text, size_t *len);

/* The value on stdout, for scripts. */
enum sk_error sk_json_print(const json_t *value);

/* Printable hexadecimal of n bytes; out holds 2 n + 1. */
void sk_hex(char *out, const void *bytes, size_t n);

#endif
