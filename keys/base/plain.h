/* Plain text as editors save it: UTF-8 with or without a byte order mark, lines ended by LF, CR LF
 * or CR. */
#ifndef SK_KEYS_BASE_PLAIN_H
#define SK_KEYS_BASE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

enum sk_plain_wrong {
    SK_PLAIN_UTF16 = 1, /* a byte order mark of UTF-16 or UTF-32, or a NUL */
    SK_PLAIN_NOT_UTF8,
    SK_PLAIN_CONTROL /* a control character other than tab and the ends of lines */
};

struct sk_plain_fault { /* the first byte that is not plain text */
    enum sk_plain_wrong wrong;
    size_t line, byte; /* from 1; the byte is counted from the beginning of the file */
    uint8_t value;     /* of that byte; of a C1 control, its second byte */
};

/* The length of the character at p: 1 to 4, or 0 when there is no valid one within left bytes
 * (Unicode 15, table 3-7) or it is a control character (C0 but tab and newline, DEL, C1). */
size_t sk_plain_character(const uint8_t *p, size_t left);

/* Whether len bytes are text as answers and names hold it (FORMAT, Rules): valid UTF-8 without NUL
 * or control characters but tab and newline. */
bool sk_text_valid(const char *text, size_t len);

/* In place: removes a byte order mark, ends every line with LF and wipes the bytes that are left
 * over. TEXT: *fault is set, the bytes are untouched. */
enum sk_error sk_plain_text(uint8_t *bytes, size_t *len, struct sk_plain_fault *fault);

#endif
