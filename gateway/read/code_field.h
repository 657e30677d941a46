/*
 * The field `code` of an application/x-www-form-urlencoded body (WHATWG URL 5.1), byte by byte, into
 * memory of the caller's: no other copy of it is made. Other fields are passed over.
 */
#ifndef SK_GATEWAY_READ_CODE_FIELD_H
#define SK_GATEWAY_READ_CODE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SK_CODE_FIELD_MAX 128

/* Zeroed before the first byte. Secret: keep it in memory from sk_secret_new(). */
struct sk_code_field {
    char code[SK_CODE_FIELD_MAX];
    size_t len;
    bool malformed; /* two codes, one that is longer than any, or an escape that is none */
    /* Inside. */
    bool in_value, seen;
    uint8_t matched; /* bytes of the name that are those of "code"; 0xFF: it is another */
    uint8_t escape;  /* digits of an escape that are still to come */
    uint8_t high;    /* the first of them */
};

void sk_code_field_take(struct sk_code_field *field, const uint8_t *bytes, size_t len);

/* The body is at its end. Whether a code was in it and nothing was malformed; it may be empty. */
bool sk_code_field_end(struct sk_code_field *field);

#endif
