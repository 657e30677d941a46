/*
 * The field `code` of an application/x-www-form-urlencoded body, into memory of the caller's: no
 * other copy of it is made. Other fields are passed over.
 */
#ifndef SK_GATEWAY_READ_CODE_FIELD_H
#define SK_GATEWAY_READ_CODE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/format/form.h"

#define SK_CODE_FIELD_MAX 128

/* Secret: keep it in memory from sk_secret_new(). */
struct sk_code_field {
    char code[SK_CODE_FIELD_MAX];
    size_t len;
    bool malformed; /* two codes, one that is longer than any, or an escape that is none */
    /* Inside. */
    bool seen, here; /* the field was met; it is the one in hand */
    struct sk_form form;
    uint8_t name[8];
};

void sk_code_field_start(struct sk_code_field *field);
void sk_code_field_take(struct sk_code_field *field, const uint8_t *bytes, size_t len);

/* The body is at its end. Whether a code was in it and nothing was malformed; it may be empty. */
bool sk_code_field_end(struct sk_code_field *field);

#endif
