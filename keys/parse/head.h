/*
 * The header lines of one part, by the rules by which browsers write them (HTML standard,
 * multipart/form-data encoding algorithm; RFC 7578 section 4.2): in a quoted name `"`, CR and LF
 * stand as %22, %0D and %0A, and nothing else is escaped. A backslash is a backslash, a per cent
 * sign a per cent sign, and nothing is decoded by the rules of mail (RFC 2047, RFC 2231).
 */
#ifndef SK_KEYS_PARSE_HEAD_H
#define SK_KEYS_PARSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/parse/protocol.h"

struct sk_name {
    size_t len;
    uint8_t bytes[SK_PARSE_NAME_MAX]; /* what does not fit is cut */
};

struct sk_part_head {
    bool is_file; /* a file name is given, be it empty; also when there is no disposition at all:
                     then the bytes are kept as those of a file */
    struct sk_name field, file, type; /* type without its parameters */
};

/* lines: header lines, each with its CRLF; may be empty. Takes anything. */
void sk_part_head_read(struct sk_part_head *out, const uint8_t *lines, size_t len);

#endif
