#include "keys/format/form_pairs.h"

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void give(struct sk_form_event *event, const uint8_t *bytes, size_t len)
{
    event->kind = SK_FORM_DATA;
    event->bytes = bytes;
    event->len = len;
}

/* A byte of a name, or a byte of a value that was escaped. */
static void take_decoded(struct sk_form *form, uint8_t c, struct sk_form_event *event)
{
    if (form->state == SK_FORM_AT_NAME) {
        sk_form_text_put(&form->field, c, true);
    } else {
        form->line[0] = c;
        give(event, form->line, 1);
    }
}

/* form->escape counts the digits still to come. A byte that is no digit is dropped with its escape.
 */
static void take_digit(struct sk_form *form, uint8_t c, struct sk_form_event *event)
{
    int digit = hex(c);

    if (digit < 0) {
        form->fault = SK_ERR_FORM_ESCAPE;
        form->escape = 0;
    } else if (--form->escape > 0) {
        form->high = (uint8_t)(digit << 4);
    } else {
        take_decoded(form, (uint8_t)(form->high | digit), event);
        form->high = 0;
    }
}

static void end_pair(struct sk_form *form, struct sk_form_event *event)
{
    if (form->escape > 0) {
        form->fault = SK_ERR_FORM_ESCAPE;
        form->escape = 0;
    }
    if (form->state == SK_FORM_AT_VALUE) {
        event->kind = SK_FORM_PART_END;
    }
    form->state = SK_FORM_AT_NAME;
    sk_form_text_reset(&form->field);
}

static void end_name(struct sk_form *form, struct sk_form_event *event)
{
    sk_form_text_close(&form->field);
    form->count++;
    form->state = SK_FORM_AT_VALUE;
    event->kind = SK_FORM_PART;
}

/* The unescaped bytes of a value up to the next delimiter. */
static size_t take_plain(const uint8_t *p, size_t n, struct sk_form_event *event)
{
    size_t i = 1;

    while (i < n && p[i] != '&' && p[i] != '%' && p[i] != '+') {
        i++;
    }
    give(event, p, i);
    return i;
}

static size_t take(struct sk_form *form, const uint8_t *p, size_t n, struct sk_form_event *event)
{
    uint8_t c = p[0];

    if (c == '&') {
        end_pair(form, event);
    } else if (form->escape > 0) {
        take_digit(form, c, event);
    } else if (c == '%') {
        form->escape = 2;
    } else if (c == '=' && form->state == SK_FORM_AT_NAME) {
        end_name(form, event);
    } else if (c == '+' || form->state == SK_FORM_AT_NAME) {
        take_decoded(form, c == '+' ? ' ' : c, event);
    } else {
        return take_plain(p, n, event);
    }
    return 1;
}

void sk_form_pairs_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                        struct sk_form_event *event)
{
    while (*used < len && event->kind == SK_FORM_MORE) {
        *used += take(form, piece + *used, len - *used, event);
    }
}

enum sk_error sk_form_pairs_end(const struct sk_form *form, struct sk_form_event *rest)
{
    if (form->state == SK_FORM_AT_VALUE) {
        rest->kind = SK_FORM_PART_END;
    }
    return form->escape > 0 ? SK_ERR_FORM_ESCAPE : form->fault;
}
