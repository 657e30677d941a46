/* A second reading of a multipart body (keys/format/form.h), of all of it at once: searched, not
 * scanned. Judges the reader that has to do it byte by byte. */
#ifndef SK_TESTS_FUZZ_FORM_SLOW_H
#define SK_TESTS_FUZZ_FORM_SLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/limits.h"

struct slow_name {
    size_t full; /* its length, also of what does not fit */
    uint8_t bytes[SK_BODY_NAME_MAX];
};

struct slow_head {
    bool is_file;
    struct slow_name field, file, type;
    size_t longest; /* of all names that were taken, also where another took its place */
};

struct slow_part {
    const uint8_t *lines, *content; /* in the body */
    size_t lines_len, content_len;  /* lines with their last CRLF */
};

struct slow_form {
    enum sk_error outcome;
    size_t count; /* whole parts, and with FORM_CUT the one that was cut */
    struct slow_part parts[SK_BODY_PARTS_MAX];
};

/* body may be read two bytes before its beginning: CRLF stands there. */
void slow_form_read(struct slow_form *out, const char *boundary, const uint8_t *body, size_t len,
                    bool gateway);

/* Header lines. `open`: the body ended within them. */
void slow_head_read(struct slow_head *out, const uint8_t *lines, size_t len, bool open);

size_t slow_name_len(const struct slow_name *name); /* of its bytes */

#endif
