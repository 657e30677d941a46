/*
 * The field `code` of an application/x-www-form-urlencoded body, into memory of the caller; no
 * other copy of it is made. Other fields are skipped.
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
    bool malformed; /* two codes, a code that is too long, or a malformed escape */
    /* Private. */
    bool seen, here; /* the field came; it is being read */
    struct sk_form form;
    uint8_t name[8];
};

void sk_code_field_start(struct sk_code_field *field);
void sk_code_field_take(struct sk_code_field *field, const uint8_t *bytes, size_t len);

/* At the end of the body: whether a code, which may be empty, came and nothing was malformed. */
bool sk_code_field_end(struct sk_code_field *field);

#endif
