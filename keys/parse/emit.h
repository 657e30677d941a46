/* Frames to the desk (protocol.h). */
#ifndef SK_KEYS_PARSE_EMIT_H
#define SK_KEYS_PARSE_EMIT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/form.h"
#include "keys/parse/protocol.h"

/* The buffer holds plaintext. */
struct sk_emit {
    int fd;
    uint8_t buffer[SK_FRAME_HEAD + SK_PARSE_PIECE];
};

/* Before the first frame: SK_PARSE_STARTED. IO. */
enum sk_error sk_emit_start(struct sk_emit *emit);

/* One frame with payload a || b (either may be empty). USAGE when longer than SK_PARSE_PIECE; IO.
 */
enum sk_error sk_emit_frame(struct sk_emit *emit, enum sk_frame_type type, const uint8_t *a,
                            size_t a_len, const uint8_t *b, size_t b_len);

/* Any number of bytes, in as many frames of that type as they need; a frame with an integer. */
enum sk_error sk_emit_bytes(struct sk_emit *emit, enum sk_frame_type type, const uint8_t *bytes,
                            size_t len);
enum sk_error sk_emit_u64(struct sk_emit *emit, enum sk_frame_type type, uint64_t value);

/* Field name, file name, content type. */
enum sk_error sk_emit_file(struct sk_emit *emit, const struct sk_form_text *field,
                           const struct sk_form_text *file, const struct sk_form_text *type);

#endif
