/* Reads the frames of skrynka-parse (keys/parse/protocol.h), each of them hostile. */
#ifndef SK_KEYS_DESK_FRAMES_H
#define SK_KEYS_DESK_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/parse/protocol.h"

/* Callbacks. Names are valid UTF-8 without NUL; values and data are raw. An error of a handler ends
 * the reading and is returned. */
struct sk_frame_handler {
    enum sk_error (*field)(void *ctx, const char *name);
    enum sk_error (*field_more)(void *ctx, const uint8_t *value, size_t len);
    enum sk_error (*field_end)(void *ctx, uint64_t whole_len);
    enum sk_error (*file)(void *ctx, const char *field, const char *name, const char *type);
    enum sk_error (*data)(void *ctx, const uint8_t *bytes, size_t len);
    enum sk_error (*file_end)(void *ctx, uint64_t whole_len);
    enum sk_error (*head)(void *ctx, const uint8_t *lines, size_t len); /* NULL: not wanted */
};

/* Reads up to the END frame, whose *outcome says whether the body was read whole; all parts before
 * it are whole, except the last one with SK_PARSE_TRUNCATED. body_len bounds all data together.
 * PARSE_FAILED for a breach of the protocol, for SK_PARSE_UNREADABLE, and when no byte comes for
 * SK_FRAMES_TIMEOUT_MS; MEMORY; IO when the pipe cannot be read. */
#define SK_FRAMES_TIMEOUT_MS 300000
enum sk_error sk_frames_read(int fd, enum sk_parse_mode mode, uint64_t body_len,
                             const struct sk_frame_handler *handler, void *ctx,
                             enum sk_parse_outcome *outcome);

/* Exactly len bytes. PARSE_FAILED at the end of the pipe or after the timeout, IO. */
enum sk_error sk_frames_bytes(int fd, uint8_t *out, size_t len);

#endif
