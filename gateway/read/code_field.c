#include "gateway/read/code_field.h"

#include <string.h>

static const char name[] = "code";

#define NAME_LEN (sizeof name - 1)
#define OTHER UINT8_MAX

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A byte of a name or a value, with escapes undone. */
static void take_plain(struct sk_code_field *field, uint8_t c)
{
    if (!field->in_value) {
        bool fits = field->matched < NAME_LEN && c == (uint8_t)name[field->matched];

        field->matched = fits ? (uint8_t)(field->matched + 1) : OTHER;
    } else if (field->matched == NAME_LEN) {
        if (field->len < SK_CODE_FIELD_MAX) {
            field->code[field->len++] = (char)c;
        } else {
            field->malformed = true;
        }
    }
}

static void take_digit(struct sk_code_field *field, uint8_t c)
{
    int digit = hex(c);

    if (digit < 0) {
        field->malformed = true;
        field->escape = 0;
    } else if (--field->escape > 0) {
        field->high = (uint8_t)(digit << 4);
    } else {
        take_plain(field, (uint8_t)(field->high | digit));
        field->high = 0;
    }
}

static void begin_value(struct sk_code_field *field)
{
    field->in_value = true;
    if (field->matched == NAME_LEN) {
        field->malformed = field->malformed || field->seen;
        field->seen = true;
    }
}

static void take(struct sk_code_field *field, uint8_t c)
{
    if (field->escape > 0 && c != '&') {
        take_digit(field, c);
    } else if (c == '&') {
        field->malformed = field->malformed || field->escape > 0;
        field->escape = 0;
        field->in_value = false;
        field->matched = 0;
    } else if (c == '=' && !field->in_value) {
        begin_value(field);
    } else if (c == '%') {
        field->escape = 2;
    } else {
        take_plain(field, c == '+' ? ' ' : c);
    }
}

void sk_code_field_take(struct sk_code_field *field, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        take(field, bytes[i]);
    }
}

bool sk_code_field_end(struct sk_code_field *field)
{
    field->malformed = field->malformed || field->escape > 0;
    return field->seen && !field->malformed;
}
