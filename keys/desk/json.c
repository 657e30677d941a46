#include "keys/desk/json.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/desk/text.h"

#define HEX_MAX 64u

void sk_hex(char *out, const void *bytes, size_t n)
{
    sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

json_t *sk_json_hex(const void *bytes, size_t len)
{
    char text[2 * HEX_MAX + 1];
    json_t *value;

    if (len > HEX_MAX) {
        return NULL;
    }
    sk_hex(text, bytes, len);
    value = json_string(text);
    sodium_memzero(text, sizeof text);
    return value;
}

enum sk_error sk_json_hex_value(const json_t *value, void *out, size_t len)
{
    const char *text = json_string_value(value);
    uint8_t bytes[HEX_MAX];
    size_t got = 0;
    enum sk_error e = SK_ERR_CORRUPT;

    if (text != NULL && len <= HEX_MAX && json_string_length(value) == 2 * len &&
        sodium_hex2bin(bytes, sizeof bytes, text, 2 * len, NULL, &got, NULL) == 0 && got == len) {
        memcpy(out, bytes, len);
        e = SK_OK;
    }
    sodium_memzero(bytes, sizeof bytes);
    return e;
}

enum sk_error sk_json_get_hex(const json_t *object, const char *name, void *out, size_t len)
{
    return sk_json_hex_value(json_object_get(object, name), out, len);
}

enum sk_error sk_json_get_u64(const json_t *object, const char *name, uint64_t *out)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return SK_ERR_CORRUPT;
    }
    *out = (uint64_t)json_integer_value(value);
    return SK_OK;
}

enum sk_error sk_json_get_u32(const json_t *object, const char *name, uint32_t *out)
{
    uint64_t wide = 0;
    enum sk_error e = sk_json_get_u64(object, name, &wide);

    if (e != SK_OK || wide > UINT32_MAX) {
        return SK_ERR_CORRUPT;
    }
    *out = (uint32_t)wide;
    return SK_OK;
}

/* Jansson reports a failed allocation as malformed text: noted here, so that lack of memory is not
 * taken for damage. */
static _Thread_local bool starved;

static void *allocate(size_t len)
{
    void *p = malloc(len);

    starved |= p == NULL;
    return p;
}

enum sk_error sk_json_read(json_t **out, const uint8_t *bytes, size_t len)
{
    json_error_t error;

    json_set_alloc_funcs(allocate, free);
    starved = false;
    json_t *value = json_loadb((const char *)bytes, len, JSON_REJECT_DUPLICATES, &error);

    if (starved) { /* a string may also have lost characters without an error */
        json_decref(value);
        return SK_ERR_MEMORY;
    }
    if (value == NULL) {
        return SK_ERR_CORRUPT;
    }
    *out = value;
    return SK_OK;
}

/* NULL: no memory. Where it ended in between, jansson may leave out a byte and say nothing. */
static char *dump(const json_t *value, size_t flags)
{
    json_set_alloc_funcs(allocate, free);
    starved = false;
    char *text = json_dumps(value, flags);

    if (starved) {
        sk_json_text_free(text);
        return NULL;
    }
    return text;
}

enum sk_error sk_json_write(const json_t *value, char **text, size_t *len)
{
    char *t = dump(value, JSON_COMPACT);

    if (t == NULL) {
        return SK_ERR_MEMORY;
    }
    *text = t;
    *len = strlen(t);
    return SK_OK;
}

void sk_json_text_free(char *text)
{
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
        free(text);
    }
}

#define ESCAPED 12u /* a surrogate pair of two \uXXXX */

/* Harmful characters that jansson does not escape; they occur in strings only. */
static bool to_escape(uint32_t c)
{
    return c >= 0x7F && sk_harmful(c);
}

static size_t escape(char *out, uint32_t c)
{
    if (c < 0x10000) {
        return (size_t)snprintf(out, ESCAPED + 1, "\\u%04X", (unsigned)c);
    }
    c -= 0x10000;
    return (size_t)snprintf(out, ESCAPED + 1, "\\u%04X\\u%04X", (unsigned)(0xD800 + (c >> 10)),
                            (unsigned)(0xDC00 + (c & 0x3FF)));
}

/* out NULL: only counts. */
static size_t copy_harmless(char *out, const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t to = 0, n = 0;

    for (; *p != '\0'; p += n) {
        char escaped[ESCAPED + 1];
        uint32_t c = sk_decode(p, &n);
        bool bad = to_escape(c);
        size_t len = bad ? escape(escaped, c) : n;

        if (out != NULL) {
            memcpy(out + to, bad ? (const void *)escaped : p, len);
        }
        to += len;
    }
    return to;
}

enum sk_error sk_json_write_harmless(const json_t *value, size_t flags, char **text, size_t *len)
{
    char *plain = dump(value, flags);
    size_t n = plain != NULL ? copy_harmless(NULL, plain) : 0;
    char *out = plain != NULL ? malloc(n + 1) : NULL;

    if (out != NULL) {
        copy_harmless(out, plain);
        out[n] = '\0';
        *text = out;
        *len = n;
    }
    sk_json_text_free(plain);
    return out != NULL ? SK_OK : SK_ERR_MEMORY;
}

enum sk_error sk_json_print(const json_t *value)
{
    /* A terminal may not know UTF-8; in a pipe it is UTF-8. */
    size_t flags = JSON_INDENT(1) | (isatty(STDOUT_FILENO) ? (size_t)JSON_ENSURE_ASCII : 0);
    char *text = NULL;
    size_t len = 0;
    enum sk_error e = sk_json_write_harmless(value, flags, &text, &len);

    if (e == SK_OK && (fwrite(text, 1, len, stdout) != len || putchar('\n') == EOF)) {
        e = SK_ERR_IO;
    }
    sk_json_text_free(text);
    return e;
}
