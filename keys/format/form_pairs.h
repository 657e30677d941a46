/* application/x-www-form-urlencoded (WHATWG URL 5.1), name=value&name=value: sk_form_next() and
 * sk_form_end() for a form that sk_form_pairs() began. Part of the form reader (form.h). */
#ifndef SK_KEYS_FORMAT_FORM_PAIRS_H
#define SK_KEYS_FORMAT_FORM_PAIRS_H

#include "keys/format/form.h"

void sk_form_pairs_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                        struct sk_form_event *event);
enum sk_error sk_form_pairs_end(const struct sk_form *form, struct sk_form_event *rest);

#endif
