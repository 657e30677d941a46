/*
 * The head of a request. libmicrohttpd 0.9.75 lets pass repeated Content-Length and Host,
 * Content-Length beside Transfer-Encoding, NUL, folded lines and bare LF: each is refused here,
 * before anything is allocated for the request.
 */
#ifndef SK_GATEWAY_HTTP_HEAD_H
#define SK_GATEWAY_HTTP_HEAD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SK_HEAD_FIELDS_MAX 64
#define SK_HEAD_BYTES_MAX 16384u

/* Fields that may come once. */
enum sk_head_field {
    SK_HEAD_HOST,
    SK_HEAD_CONTENT_LENGTH,
    SK_HEAD_TRANSFER_ENCODING,
    SK_HEAD_CONTENT_TYPE,
    SK_HEAD_RANGE,
    SK_HEAD_TUS_RESUMABLE,
    SK_HEAD_UPLOAD_LENGTH,
    SK_HEAD_UPLOAD_OFFSET,
    SK_HEAD_UPLOAD_METADATA,
    SK_HEAD_UPLOAD_DEFER_LENGTH,
    SK_HEAD_METHOD_OVERRIDE,
    SK_HEAD_ONCE
};

struct sk_head {
    size_t fields;
    size_t bytes;                /* of all fields as "name: value" lines with CRLF */
    unsigned once[SK_HEAD_ONCE]; /* how often each of them came */
    bool malformed;              /* a name that is no token, a NUL, a length that is no number */
    bool has_length;
    uint64_t length; /* 0 without Content-Length */
};

void sk_head_read(struct sk_head *head, struct MHD_Connection *connection);

enum sk_head_verdict { SK_HEAD_GOOD, SK_HEAD_BAD, SK_HEAD_LARGE };

/*
 * target_len: of the request target as it came; total: bytes of the whole head. The head must be
 * exactly as long as the parts that libmicrohttpd shows: a difference is something that it does not
 * show (text behind a NUL, a folded line, bare LF).
 */
enum sk_head_verdict sk_head_check(const struct sk_head *head, size_t method_len, size_t target_len,
                                   size_t version_len, size_t total);

#endif
