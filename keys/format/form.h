/*
 * The body of a form, read as it streams past: multipart/form-data (RFC 7578, RFC 2046 5.1.1) and
 * application/x-www-form-urlencoded (WHATWG URL 5.1). One reader for both ends: what the gateway
 * takes of a body the desk reads of it too.
 *
 *     sk_form_multipart or sk_form_pairs
 *     for each piece of the body:  sk_form_next until the event is SK_FORM_MORE
 *     sk_form_end
 *
 * The reader allocates nothing and copies no byte of a value: an event points into the piece, or,
 * for bytes that looked like a boundary across two pieces, into the reader. How the body is cut
 * into pieces changes nothing but how its DATA is cut.
 *
 * A part's content is exactly the bytes between its empty line and the CRLF of the next boundary
 * line, whatever type the part claims: a multipart/mixed, a mail or a saved web page inside is a
 * file like any other and is never taken apart. Lines end with CRLF and nothing else.
 *
 * Heads are read by the rules by which browsers write them (HTML standard, multipart/form-data
 * encoding algorithm): in a quoted name `"`, CR and LF stand as %22, %0D and %0A, and nothing else
 * is escaped. A backslash is a backslash, a per cent sign a per cent sign, and nothing is decoded
 * by the rules of mail (RFC 2047, RFC 2231).
 */
#ifndef SK_KEYS_FORMAT_FORM_H
#define SK_KEYS_FORMAT_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/content.h"
#include "keys/format/limits.h"

/* A name out of the head of a part. The memory is the caller's. */
struct sk_form_text {
    uint8_t *bytes;
    size_t room;
    size_t len;  /* known with the PART event; what does not fit is cut */
    size_t full; /* what len would be if there were room */
    size_t fill; /* inside: blanks at the end that may turn out to be trailing ones too */
};

enum sk_form_kind {
    SK_FORM_MORE,     /* all of the piece was taken */
    SK_FORM_HEAD,     /* bytes of a part's head as they came, with the empty line behind it */
    SK_FORM_PART,     /* a part begins: its names are known */
    SK_FORM_DATA,     /* bytes of its content */
    SK_FORM_PART_END, /* it has ended */
    SK_FORM_CLOSE     /* the closing boundary was passed: what follows is dropped */
};

struct sk_form_event {
    enum sk_form_kind kind;
    const uint8_t *bytes; /* of HEAD and DATA: valid until the next call */
    size_t len;
};

/* Who reads. The desk opens what a courier brought too: it cuts names, and heads may be of any form
 * within SK_BODY_HEAD_MAX. At the gateway a name that the desk would cut is refused. */
enum sk_form_reader { SK_FORM_DESK, SK_FORM_GATEWAY };

/* Fixed in place once names are kept in it. Holds what the body holds: keep it where the caller
 * keeps that. */
struct sk_form {
    /* Of the part in hand. */
    struct sk_form_text field, file, type; /* type without its parameters */
    bool is_file; /* a file name is given, be it empty; also where there is no disposition at all */
    unsigned count; /* parts so far */

    /* Inside. */
    enum sk_form_reader reader;
    enum sk_error fault;
    uint8_t at, escape, high; /* state; of an escape: how far it got, and its first digit */
    bool cr;
    /* The boundary line: CRLF "--" boundary stands; "--", blanks and CR follow as they come. */
    uint8_t line[4 + SK_BOUNDARY_MAX + 2 + SK_BODY_PADDING_MAX + 1];
    uint8_t mark_len, matched, line_len, dashes, padding;
    /* The head: form_head.c. */
    size_t head_len, head_line;
    uint8_t in_header;
    bool fresh, has_disposition, has_type, has_field, has_file, has_star;
    struct sk_form_text word, *value; /* the name of a header or parameter; where its value goes */
    uint8_t word_bytes[20];
};

/* boundary: 1 to SK_BOUNDARY_MAX bytes. No names are kept until sk_form_keep says where. */
void sk_form_multipart(struct sk_form *form, const char *boundary, enum sk_form_reader reader);
/* Of the names only form->field is used. A name without `=` has no value: it is passed over. */
void sk_form_pairs(struct sk_form *form);
void sk_form_keep(struct sk_form_text *text, uint8_t *bytes, size_t room);

/* Whether the part in hand is the field of that name, for which there is room. */
bool sk_form_named(const struct sk_form *form, const char *name);

/*
 * The next event in a piece of len bytes, of which *used are taken already: moves *used.
 * FORM_PARTS: more than SK_BODY_PARTS_MAX parts. FORM_HEAD: a head does not end within
 * SK_BODY_HEAD_MAX bytes. For the gateway FORM_NAME: a name longer than SK_BODY_NAME_MAX, a header
 * line longer than SK_BODY_LINE_MAX. An error stays.
 */
enum sk_error sk_form_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                           struct sk_form_event *event);

/*
 * The body is at its end. OK when it was a whole form; else what stays of next's errors, or
 * FORM_NONE: no part; FORM_HEAD: it ended in a head; FORM_CUT: the closing boundary is missing. Of
 * pairs FORM_ESCAPE: a % without two digits, here only, so that the rest of the body is read first.
 * *rest is what was not told yet: PART_END, where the closing boundary has no end of its line; DATA
 * with FORM_CUT, where the part in hand ended with what looked like a boundary; else MORE.
 */
enum sk_error sk_form_end(const struct sk_form *form, struct sk_form_event *rest);

#endif
