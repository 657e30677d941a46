/* The header lines of one part, read by GMime: field name, file name, content type. */
#ifndef SK_KEYS_PARSE_HEAD_H
#define SK_KEYS_PARSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_head {
    bool is_file;              /* a file name is given, be it empty */
    char *field, *file, *type; /* never NULL after success; owned */
};

/* Once, before hostile bytes are read: GMime, GLib and the C library set up what they set up at
 * first use, so that nothing is opened later. */
void sk_head_setup(void);

/* lines: header lines, each with its CRLF; may be empty. MEMORY (else GLib ends the process). */
enum sk_error sk_head_read(struct sk_head *out, const uint8_t *lines, size_t len);

void sk_head_free(struct sk_head *head);

#endif
