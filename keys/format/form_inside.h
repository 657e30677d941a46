/* What the files of the form reader (form.h) share with each other and with nobody else. */
#ifndef SK_KEYS_FORMAT_FORM_INSIDE_H
#define SK_KEYS_FORMAT_FORM_INSIDE_H

#include "keys/format/form.h"

/* form_head.c: before the first byte of a head; its next byte, whatever it is; behind its last. */
void sk_form_head_start(struct sk_form *form);
void sk_form_head_take(struct sk_form *form, uint8_t c);
void sk_form_head_end(struct sk_form *form);

void sk_form_text_reset(struct sk_form_text *text);
/* A blank counts once something follows it, unless it is `solid`. */
void sk_form_text_put(struct sk_form_text *text, uint8_t c, bool solid);
/* Nothing follows: len is known. */
void sk_form_text_close(struct sk_form_text *text);

/* form_pairs.c: sk_form_next and sk_form_end of application/x-www-form-urlencoded. */
void sk_form_pairs_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                        struct sk_form_event *event);
enum sk_error sk_form_pairs_end(const struct sk_form *form, struct sk_form_event *rest);

/* States, in form->at. */
enum {
    SK_AT_CONTENT,
    SK_AT_LINE,
    SK_AT_HEAD,
    SK_AT_PART,
    SK_AT_CLOSE,
    SK_AT_CLOSED,
    SK_AT_NAME,
    SK_AT_VALUE
};

#endif
