/*
 * Reads a multipart body as the desk will (keys/parse/split.h), as it streams past, and keeps nothing of
 * it: whether every part has its head within bounds, how many there are, and whether the closing
 * boundary is met. What passes here a desk reads whole.
 */
#ifndef SK_GATEWAY_INTAKE_PARTS_H
#define SK_GATEWAY_INTAKE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/format/content.h"
#include "keys/format/limits.h"

enum sk_parts_fault {
    SK_PARTS_FINE,
    SK_PARTS_MANY, /* more than SK_BODY_PARTS_MAX */
    SK_PARTS_NAME, /* a header line longer than SK_BODY_LINE_MAX: the name of a file */
    SK_PARTS_HEAD  /* a head longer than SK_BODY_HEAD_MAX */
};

enum sk_parts_at {
    SK_PARTS_CONTENT, /* looking for a boundary line */
    SK_PARTS_LINE,    /* behind a boundary */
    SK_PARTS_HEADERS, /* of a part */
    SK_PARTS_CLOSED   /* behind the closing boundary: what follows is not read */
};

struct sk_parts {
    enum sk_parts_fault fault;
    unsigned count;
    /* Inside. */
    enum sk_parts_at at;
    uint8_t mark[4 + SK_BOUNDARY_MAX]; /* CRLF "--" boundary */
    size_t mark_len, matched;
    unsigned dashes, padding;
    bool cr;
    size_t head, line; /* bytes of the head, and of its line, so far */
};

/* boundary: 1 to SK_BOUNDARY_MAX bytes. */
void sk_parts_start(struct sk_parts *parts, const char *boundary);

/* The next bytes. false: `fault` says what a desk could not read. */
bool sk_parts_take(struct sk_parts *parts, const uint8_t *bytes, size_t len);

/* The body is at its end: whether there was a part, and the closing boundary. */
bool sk_parts_whole(const struct sk_parts *parts);

#endif
