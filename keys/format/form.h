/*
 * The body of a form, read as a stream: multipart/form-data (RFC 7578, RFC 2046 5.1.1) and
 * application/x-www-form-urlencoded (WHATWG URL 5.1). Gateway and desk share this reader, so that
 * they read the same parts, fields and names.
 *
 *     sk_form_multipart or sk_form_pairs
 *     for each piece of the body:  sk_form_next until the event is SK_FORM_MORE
 *     sk_form_end
 *
 * The reader allocates nothing and copies no byte of a value: an event points into the piece, or,
 * for bytes that looked like a boundary across two pieces, into the reader. The size of the pieces
 * changes the size of DATA events and nothing else.
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
#include "keys/format/form_text.h"
#include "keys/format/limits.h"

enum sk_form_kind {
    SK_FORM_MORE,     /* the piece is used up */
    SK_FORM_HEAD,     /* raw bytes of a part's head, the empty line behind it included */
    SK_FORM_PART,     /* a part begins: its names are known */
    SK_FORM_DATA,     /* bytes of its content */
    SK_FORM_PART_END, /* the part ends */
    SK_FORM_CLOSE     /* the closing boundary ended; the epilogue is dropped */
};

struct sk_form_event {
    enum sk_form_kind kind;
    const uint8_t *bytes; /* of HEAD and DATA: valid until the next call */
    size_t len;
};

/* Who reads. The desk cuts long names and takes any head within SK_BODY_HEAD_MAX, since it also
 * opens reports that no gateway checked. The gateway refuses a name that the desk would cut. */
enum sk_form_reader { SK_FORM_DESK, SK_FORM_GATEWAY };

/* Internal. */
enum sk_form_state {
    SK_FORM_AT_CONTENT,
    SK_FORM_AT_LINE, /* behind the boundary, on its line */
    SK_FORM_AT_HEAD,
    SK_FORM_AT_PART,  /* a head ended: the PART event is due */
    SK_FORM_AT_CLOSE, /* the closing boundary ended: the CLOSE event is due */
    SK_FORM_AT_CLOSED,
    SK_FORM_AT_NAME, /* of pairs, from here on */
    SK_FORM_AT_VALUE
};

/* Must not move once sk_form_keep() was called. Holds bytes of the body: keep it in the same kind
 * of memory. */
struct sk_form {
    /* Of the current part. */
    struct sk_form_text field, file, type; /* type without its parameters */
    bool is_file;   /* a file name is given, be it empty, or there is no Content-Disposition */
    unsigned count; /* parts so far */

    /* Internal. */
    enum sk_form_reader reader;
    enum sk_error fault;
    uint8_t state;        /* enum sk_form_state */
    uint8_t escape, high; /* of an escape: progress, and its first digit */
    bool cr;
    /* The delimiter (CRLF "--" boundary), then what was read behind it: "--", padding, CR. */
    uint8_t line[4 + SK_BOUNDARY_MAX + 2 + SK_BODY_PADDING_MAX + 1];
    uint8_t delimiter_len, matched, line_len, dashes, padding;
    /* Of the head (form_head.c). */
    size_t head_len, head_line;
    uint8_t in_header;
    bool fresh, has_disposition, has_type, has_field, has_file, has_star;
    struct sk_form_text word, *value; /* the name of a header or parameter; where its value goes */
    uint8_t word_bytes[20];
};

/* boundary: 1 to SK_BOUNDARY_MAX bytes. Names have no room until sk_form_keep(). */
void sk_form_multipart(struct sk_form *form, const char *boundary, enum sk_form_reader reader);
/* Only form->field is used. A name without `=` is ignored. */
void sk_form_pairs(struct sk_form *form);

/* Whether the current part is the field of that name; false when its name was cut. */
bool sk_form_named(const struct sk_form *form, const char *name);

/*
 * The next event in a piece of len bytes, of which *used are read already: advances *used.
 * FORM_PARTS: more than SK_BODY_PARTS_MAX parts. FORM_HEAD: a head does not end within
 * SK_BODY_HEAD_MAX bytes. For the gateway FORM_NAME: a name longer than SK_BODY_NAME_MAX, a header
 * line longer than SK_BODY_LINE_MAX. Errors are sticky.
 */
enum sk_error sk_form_next(struct sk_form *form, const uint8_t *piece, size_t len, size_t *used,
                           struct sk_form_event *event);

/*
 * At the end of the body. OK when it was a whole form; otherwise the error of sk_form_next(), or
 * FORM_NONE: no part; FORM_HEAD: it ended in a head; FORM_CUT: the closing boundary is missing. Of
 * pairs FORM_ESCAPE: a % without two digits, reported only here so that the body is read to its
 * end. *rest is the last event: PART_END, where the closing boundary has no line ending; DATA with
 * FORM_CUT, where the current part ended with bytes that looked like a boundary; else MORE.
 */
enum sk_error sk_form_end(const struct sk_form *form, struct sk_form_event *rest);

#endif
