/* Text as answers, names and files' names hold it. */
#ifndef SK_KEYS_FORMAT_TEXT_H
#define SK_KEYS_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether len bytes are valid UTF-8 without NUL or control characters but tab and newline. */
bool sk_text_valid(const char *text, size_t len);

#endif
