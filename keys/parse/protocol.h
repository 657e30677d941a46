/*
 * The protocol between skrynka-desk and its child skrynka-parse. The child reads the sealed
 * original from descriptor 3 and one request from standard input, and writes frames to standard
 * output. The desk treats every frame as hostile: the report may have taken over the child.
 */
#ifndef SK_KEYS_PARSE_PROTOCOL_H
#define SK_KEYS_PARSE_PROTOCOL_H

#include "keys/format/content.h"
#include "keys/format/limits.h"

#define SK_PARSE_ENVELOPE_FD 3

enum sk_parse_mode {
    SK_PARSE_LIST = 1, /* no DATA frames; at most SK_PARSE_PIECE bytes of each field */
    SK_PARSE_FULL = 2
};

/* The request, little-endian: payload key 32 | chunks u32 | mode u32 | body offset u64 |
 * body length u64 | boundary length u8 | boundary 70 | zero 1. */
#define SK_PARSE_REQUEST_BYTES 128

/* Secret. */
struct sk_parse_request {
    struct sk_payload_key key;
    uint32_t chunks;
    enum sk_parse_mode mode;
    uint64_t body_offset, body_len;
    char boundary[SK_BOUNDARY_MAX + 1];
};

void sk_parse_request_write(uint8_t out[SK_PARSE_REQUEST_BYTES],
                            const struct sk_parse_request *request);
/* USAGE, CONTENT_BOUNDARY. *out is in guarded memory and filled also on failure. */
enum sk_error sk_parse_request_read(struct sk_parse_request *out,
                                    const uint8_t in[SK_PARSE_REQUEST_BYTES]);

/* A frame: type u8 | length u32 | payload. The order is
 *     ( FIELD HEAD? FIELD_MORE* FIELD_END | FILE HEAD? DATA* FILE_END )*  END */
enum sk_frame_type {
    SK_FRAME_FIELD = 1,      /* name; the value follows in FIELD_MORE frames */
    SK_FRAME_FIELD_MORE = 2, /* a piece of the value, as the browser sent it */
    SK_FRAME_FIELD_END = 3,  /* u64: the length of the whole value */
    SK_FRAME_FILE = 4,       /* u16 n | field name | u16 n | file name | u16 n | content type */
    SK_FRAME_DATA = 5,       /* a piece of the file */
    SK_FRAME_FILE_END = 6,   /* u64: the length of the whole file */
    SK_FRAME_END = 7,        /* u8: enum sk_parse_outcome; nothing may follow */
    SK_FRAME_HEAD_LINES = 8  /* the part's raw header lines; in mode FULL */
};

enum sk_parse_outcome {
    SK_PARSE_WHOLE = 0,      /* the closing boundary was read */
    SK_PARSE_TRUNCATED = 1,  /* the body ended before it */
    SK_PARSE_MALFORMED = 2,  /* no part, or one whose head has no end */
    SK_PARSE_CROWDED = 3,    /* more than SK_PARSE_PARTS_MAX parts */
    SK_PARSE_UNREADABLE = 4, /* the envelope could not be read or did not authenticate */
    SK_PARSE_STOPPED = 5     /* never sent: the child died or broke the protocol */
};

/* One byte before all frames, sent when the sandbox is closed and nothing of the report was read: a
 * failure before it is not the report's doing. */
#define SK_PARSE_STARTED 0x53

#define SK_FRAME_HEAD 5
#define SK_PARSE_PIECE 32768u /* the most payload of any frame */
#define SK_PARSE_NAME_MAX                                                                          \
    SK_BODY_NAME_MAX /* the most bytes of each name in a FIELD or FILE frame */
#define SK_PARSE_PARTS_MAX SK_BODY_PARTS_MAX
#define SK_PARSE_HEAD_MAX SK_BODY_HEAD_MAX /* the most bytes of a part's header lines */

#endif
