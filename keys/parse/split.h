/*
 * Cuts a multipart/form-data body (RFC 7578, RFC 2046 5.1.1) at its boundary lines, as a stream.
 * A part's content is exactly the bytes between its empty line and the CRLF of the next boundary
 * line, whatever type the part claims: a mail or a saved web page inside is a file like any other
 * and is never taken apart.
 */
#ifndef SK_KEYS_PARSE_SPLIT_H
#define SK_KEYS_PARSE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/parse/protocol.h"

#define SK_SPLIT_WINDOW 65536u

/* Up to len bytes; *got 0 only at the end. */
typedef enum sk_error (*sk_split_source)(void *ctx, uint8_t *out, size_t len, size_t *got);
typedef enum sk_error (*sk_split_sink)(void *ctx, const uint8_t *bytes, size_t len);

/* Holds plaintext: keep it in memory from sk_secret_new(). */
struct sk_split {
    sk_split_source source;
    void *source_ctx;
    bool at_end;
    size_t start, end; /* the unused bytes of the window */
    size_t mark_len;
    uint8_t mark[4 + SK_BOUNDARY_MAX]; /* CRLF "--" boundary */
    uint8_t window[SK_SPLIT_WINDOW];
};

enum sk_split_next {
    SK_SPLIT_PART,  /* a boundary line: a part follows */
    SK_SPLIT_CLOSE, /* the closing one */
    SK_SPLIT_CUT    /* the body ended without it */
};

/* boundary: 1 to SK_BOUNDARY_MAX bytes. */
void sk_split_start(struct sk_split *split, const char *boundary, sk_split_source source,
                    void *source_ctx);

/* Gives all bytes up to the next boundary line to sink (NULL: drops them) and passes the line.
 * Errors of source and sink are returned. */
enum sk_error sk_split_content(struct sk_split *split, sk_split_sink sink, void *ctx,
                               enum sk_split_next *next);

/* The header lines of a part with their last CRLF; *len 0 when it has none. *head points into
 * the window, valid until the next call. PARSE_FAILED when they do not end within
 * SK_PARSE_HEAD_MAX bytes. */
enum sk_error sk_split_head(struct sk_split *split, const uint8_t **head, size_t *len);

#endif
