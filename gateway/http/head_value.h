/* Values of header fields (RFC 9110). Pure; outputs are untouched when a value is malformed. */
#ifndef SK_GATEWAY_HTTP_HEAD_VALUE_H
#define SK_GATEWAY_HTTP_HEAD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/format/content.h"

/* A token (5.6.2). */
bool sk_token_valid(const char *text, size_t len);

/* A length: 1 to 19 digits and nothing else. */
bool sk_length_parse(const char *text, uint64_t *length);

enum sk_media { SK_MEDIA_OTHER, SK_MEDIA_MULTIPART, SK_MEDIA_URLENCODED };

/* A Content-Type (NULL: none). For multipart/form-data `boundary` is filled; it must be the only
 * parameter, so that no two parsers can disagree about it. Malformed is SK_MEDIA_OTHER. */
enum sk_media sk_media_parse(const char *value, char boundary[SK_BOUNDARY_MAX + 1]);

/* Whether an Accept header (NULL: none) names application/json. */
bool sk_accept_json(const char *value);

struct sk_range {
    uint64_t first, length;
};
enum sk_range_kind { SK_RANGE_WHOLE, SK_RANGE_PART, SK_RANGE_NONE };

/* A Range header (NULL: none) for a file of `size` bytes: bytes=a-b, a-, -n. Several ranges, other
 * units and malformed ones get the whole; NONE (416) is a range that begins behind the end. */
enum sk_range_kind sk_range_parse(const char *value, uint64_t size, struct sk_range *out);

#endif
