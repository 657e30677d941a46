#include "keys/parse/emit.h"

#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"

enum sk_error sk_emit_start(struct sk_emit *emit)
{
    const uint8_t start = SK_PARSE_STARTED;

    return sk_fd_write(emit->fd, &start, sizeof start);
}

enum sk_error sk_emit_frame(struct sk_emit *emit, enum sk_frame_type type, const uint8_t *a,
                            size_t a_len, const uint8_t *b, size_t b_len)
{
    uint8_t *p = emit->buffer;

    if (a_len > SK_PARSE_PIECE || b_len > SK_PARSE_PIECE - a_len) {
        return SK_ERR_USAGE;
    }
    p[0] = (uint8_t)type;
    sk_put_u32(p + 1, (uint32_t)(a_len + b_len));
    if (a_len > 0) {
        memcpy(p + SK_FRAME_HEAD, a, a_len);
    }
    if (b_len > 0) {
        memcpy(p + SK_FRAME_HEAD + a_len, b, b_len);
    }
    return sk_fd_write(emit->fd, p, SK_FRAME_HEAD + a_len + b_len);
}

enum sk_error sk_emit_bytes(struct sk_emit *emit, enum sk_frame_type type, const uint8_t *bytes,
                            size_t len)
{
    enum sk_error e = SK_OK;

    while (e == SK_OK && len > 0) {
        size_t n = len < SK_PARSE_PIECE ? len : SK_PARSE_PIECE;

        e = sk_emit_frame(emit, type, bytes, n, NULL, 0);
        bytes += n;
        len -= n;
    }
    return e;
}

enum sk_error sk_emit_u64(struct sk_emit *emit, enum sk_frame_type type, uint64_t value)
{
    uint8_t bytes[8];

    sk_put_u64(bytes, value);
    return sk_emit_frame(emit, type, bytes, sizeof bytes, NULL, 0);
}

static size_t put_name(uint8_t *out, const struct sk_form_text *name)
{
    sk_put_u16(out, (uint16_t)name->len);
    if (name->len > 0) {
        memcpy(out + 2, name->bytes, name->len);
    }
    return 2 + name->len;
}

enum sk_error sk_emit_file(struct sk_emit *emit, const struct sk_form_text *field,
                           const struct sk_form_text *file, const struct sk_form_text *type)
{
    uint8_t payload[3 * (2 + SK_PARSE_NAME_MAX)];
    size_t len = put_name(payload, field);

    len += put_name(payload + len, file);
    len += put_name(payload + len, type);
    return sk_emit_frame(emit, SK_FRAME_FILE, payload, len, NULL, 0);
}
