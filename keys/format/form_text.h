/* A name in the head of a part, or in a pair, collected byte by byte. Part of the form reader
 * (form.h).
 */
#ifndef SK_KEYS_FORMAT_FORM_TEXT_H
#define SK_KEYS_FORMAT_FORM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The memory is the caller's. */
struct sk_form_text {
    uint8_t *bytes;
    size_t room;
    size_t len;  /* known with the PART event; bytes beyond room are cut */
    size_t full; /* the length without the cut */
    size_t fill; /* internal: full, and the blanks behind it that may be trailing ones */
};

/* Where the bytes go. Without it a text has no room: only its length is known. */
void sk_form_keep(struct sk_form_text *text, uint8_t *bytes, size_t room);

/* For the form reader only. */
bool sk_form_blank(uint8_t c);
void sk_form_text_reset(struct sk_form_text *text);
/* A blank counts once a byte follows it, unless it is `solid`. */
void sk_form_text_put(struct sk_form_text *text, uint8_t c, bool solid);
/* Sets len at the end of the text. */
void sk_form_text_close(struct sk_form_text *text);

#endif
