/* The texts of a report, from files, in guarded memory. */
#ifndef SK_KEYS_REPORT_TEXTS_H
#define SK_KEYS_REPORT_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/cli/option.h"

struct sk_text {
    uint8_t *bytes; /* UTF-8, lines ended by LF; NULL when no file was given */
    size_t len;
};

struct sk_texts {
    struct sk_text text, where, when, contact;
};

/* Reads --text-file, --where-file, --when-file and --contact-file. Prints which file is not plain
 * UTF-8 text, or too long; returns an exit code. */
int sk_texts_read(struct sk_texts *out, const struct sk_args *args);
void sk_texts_free(struct sk_texts *texts);

#endif
