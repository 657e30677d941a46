#include "gateway/read/code_field.h"

#include <string.h>

void sk_code_field_start(struct sk_code_field *field)
{
    memset(field, 0, sizeof *field);
    sk_form_pairs(&field->form);
    sk_form_keep(&field->form.field, field->name, sizeof field->name);
}

static void begin(struct sk_code_field *field)
{
    field->here = sk_form_named(&field->form, "code");
    if (field->here) {
        field->malformed = field->malformed || field->seen;
        field->seen = true;
    }
}

static void append(struct sk_code_field *field, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (field->len < SK_CODE_FIELD_MAX) {
            field->code[field->len++] = (char)bytes[i];
        } else {
            field->malformed = true;
        }
    }
}

void sk_code_field_take(struct sk_code_field *field, const uint8_t *bytes, size_t len)
{
    struct sk_form_event event;
    size_t used = 0;

    /* A form of pairs is refused at its end only. */
    while (sk_form_next(&field->form, bytes, len, &used, &event) == SK_OK &&
           event.kind != SK_FORM_MORE) {
        if (event.kind == SK_FORM_PART) {
            begin(field);
        } else if (event.kind == SK_FORM_DATA && field->here) {
            append(field, event.bytes, event.len);
        }
    }
}

bool sk_code_field_end(struct sk_code_field *field)
{
    struct sk_form_event rest;

    field->malformed = field->malformed || sk_form_end(&field->form, &rest) != SK_OK;
    return field->seen && !field->malformed;
}
