/* Reads the frames of skrynka-parse (keys/parse/protocol.h), each of them hostile. */
#ifndef SK_KEYS_DESK_FRAMES_H
#define SK_KEYS_DESK_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/parse/protocol.h"

/* What the desk does with them. Names are valid UTF-8 without NUL; values and data are raw. An
 * error of a handler ends the reading and is returned. */
struct sk_frame_handler {
    enum sk_error (*field)(void *ctx, const char *name);
    enum sk_error (*field_more)(void *ctx, const uint8_t *value, size_t len);
    enum sk_error (*field_end)(void *ctx, uint64_t whole_len);
    enum sk_error (*file)(void *ctx, const char *field, const char *name, const char *type);
    enum sk_error (*data)(void *ctx, const uint8_t *bytes, size_t len);
    enum sk_error (*file_end)(void *ctx, uint64_t whole_len);
    enum sk_error (*head)(void *ctx, const uint8_t *lines, size_t len); /* NULL: not wanted */
};

/* Up to and with the END frame, whose *outcome says whether that was all of the body; the parts
 * before it are whole whatever it says, but for the last one of SK_PARSE_TRUNCATED. body_len bounds
 * how much may come in all. PARSE_FAILED for any breach of the protocol, for SK_PARSE_UNREADABLE,
 * and when nothing comes for SK_FRAMES_PATIENCE_MS; MEMORY, and IO when the pipe cannot be read. */
#define SK_FRAMES_PATIENCE_MS 300000
enum sk_error sk_frames_read(int fd, enum sk_parse_mode mode, uint64_t body_len,
                             const struct sk_frame_handler *handler, void *ctx,
                             enum sk_parse_outcome *outcome);

/* So many bytes and no fewer: PARSE_FAILED at the end or out of patience, IO. */
enum sk_error sk_frames_bytes(int fd, uint8_t *out, size_t len);

#endif
