/*
 * What of a request's head has to be judged by ourselves. libmicrohttpd 0.9.75 lets pass
 * repeated Content-Length and Host, Content-Length beside Transfer-Encoding, NUL, folded lines and
 * bare LF: each is refused here, before anything is allocated for the request.
 */
#ifndef SK_GATEWAY_HTTP_HEAD_H
#define SK_GATEWAY_HTTP_HEAD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/format/content.h"

#define SK_HEAD_FIELDS_MAX 64
#define SK_HEAD_BYTES_MAX 16384u
#define SK_HEAD_ONCE 6

struct sk_head {
    size_t fields;
    size_t bytes; /* of all fields as "name: value" lines with CRLF */
    unsigned hosts, lengths, encodings, types, ranges;
    unsigned once[SK_HEAD_ONCE]; /* headers of uploads, each of which says one thing */
    bool odd;                    /* a name that is no token, a NUL, a length that is no number */
    bool has_length;
    uint64_t length; /* 0 without Content-Length */
};

void sk_head_read(struct sk_head *head, struct MHD_Connection *connection);

enum sk_head_verdict { SK_HEAD_GOOD, SK_HEAD_BAD, SK_HEAD_LARGE };

/*
 * target_len: of the request target as it came; total: bytes of the whole head. The head must be
 * exactly as long as the parts that were seen add up to: a difference is something that was not
 * seen (text behind a NUL, a folded line, bare LF).
 */
enum sk_head_verdict sk_head_judge(const struct sk_head *head, size_t method_len, size_t target_len,
                                   size_t version_len, size_t total);

/* ---- values; pure -------------------------------------------------------------------------- */

/* RFC 9110 token. */
bool sk_token_valid(const char *text, size_t len);

/* 1*19 digits and nothing else. */
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
 * units and nonsense get the whole; NONE (416) is a range that begins behind the end. */
enum sk_range_kind sk_range_parse(const char *value, uint64_t size, struct sk_range *out);

#endif
