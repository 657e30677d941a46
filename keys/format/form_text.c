#include "keys/format/form_text.h"

#include <string.h>

bool sk_form_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void sk_form_keep(struct sk_form_text *text, uint8_t *bytes, size_t room)
{
    memset(text, 0, sizeof *text);
    text->bytes = bytes;
    text->room = room;
}

void sk_form_text_reset(struct sk_form_text *text)
{
    text->len = text->full = text->fill = 0;
}

void sk_form_text_put(struct sk_form_text *text, uint8_t c, bool solid)
{
    if (text->fill < text->room) {
        text->bytes[text->fill] = c;
    }
    text->fill++;
    if (solid || !sk_form_blank(c)) {
        text->full = text->fill;
    }
}

void sk_form_text_close(struct sk_form_text *text)
{
    text->len = text->full < text->room ? text->full : text->room;
}
