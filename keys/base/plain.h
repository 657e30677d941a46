/* Plain text as editors leave it in files: UTF-8, with or without a byte order mark, lines ended in
 * three ways. */
#ifndef SK_KEYS_BASE_PLAIN_H
#define SK_KEYS_BASE_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

enum sk_plain_wrong {
    SK_PLAIN_UTF16 = 1, /* two bytes a character: a mark of UTF-16 or UTF-32, or a NUL */
    SK_PLAIN_NOT_UTF8,
    SK_PLAIN_CONTROL /* a control character other than tab and the ends of lines */
};

struct sk_plain_fault { /* where a text stops being one */
    enum sk_plain_wrong wrong;
    size_t line, byte; /* from 1; the byte is counted from the beginning of the file */
    uint8_t value;     /* of that byte; of a C1 control its second */
};

/* The length of the character at p: 1 to 4, or 0 when there is no valid one within left bytes
 * (Unicode 15, table 3-7) or it is a control character (C0 but tab and newline, DEL, C1). */
size_t sk_plain_character(const uint8_t *p, size_t left);

/* In place: takes a byte order mark away and ends every line (CR LF, CR, LF) with LF. What falls
 * free is wiped. TEXT with *fault set, the bytes untouched. */
enum sk_error sk_plain_text(uint8_t *bytes, size_t *len, struct sk_plain_fault *fault);

#endif
