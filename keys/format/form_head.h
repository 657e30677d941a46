/* The head of a part, byte by byte: Content-Disposition and Content-Type are read, other headers
 * are ignored. Part of the form reader (form.h). */
#ifndef SK_KEYS_FORMAT_FORM_HEAD_H
#define SK_KEYS_FORMAT_FORM_HEAD_H

#include "keys/format/form.h"

/* Before the first byte of a head; for each byte, the empty line included; behind the last. */
void sk_form_head_start(struct sk_form *form);
void sk_form_head_take(struct sk_form *form, uint8_t c);
void sk_form_head_end(struct sk_form *form);

#endif
