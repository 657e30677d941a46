#include "keys/parse/emit.h"

#include "keys/base/bytes.h"
#include "keys/base/cursor.h"
#include "keys/base/file.h"

enum sk_error sk_emit_start(struct sk_emit *emit)
{
    const uint8_t start = SK_PARSE_STARTED;

    return sk_fd_write(emit->fd, &start, sizeof start);
}

enum sk_error sk_emit_frame(struct sk_emit *emit, enum sk_frame_type type, const uint8_t *a,
                            size_t a_len, const uint8_t *b, size_t b_len)
{
    struct sk_field_writer w = sk_write_to(emit->buffer, sizeof emit->buffer);

    if (a_len > SK_PARSE_PIECE || b_len > SK_PARSE_PIECE - a_len) {
        return SK_ERR_USAGE;
    }
    sk_write_u8(&w, (uint8_t)type);
    sk_write_u32(&w, (uint32_t)(a_len + b_len));
    sk_write_bytes(&w, a, a_len);
    sk_write_bytes(&w, b, b_len);
    return sk_fd_write(emit->fd, emit->buffer, sizeof emit->buffer - w.left);
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

static void write_name(struct sk_field_writer *w, const struct sk_form_text *name)
{
    sk_write_u16(w, (uint16_t)name->len);
    sk_write_bytes(w, name->bytes, name->len);
}

enum sk_error sk_emit_file(struct sk_emit *emit, const struct sk_form_text *field,
                           const struct sk_form_text *file, const struct sk_form_text *type)
{
    uint8_t payload[3 * (2 + SK_PARSE_NAME_MAX)];
    struct sk_field_writer w = sk_write_to(payload, sizeof payload);

    write_name(&w, field);
    write_name(&w, file);
    write_name(&w, type);
    return sk_emit_frame(emit, SK_FRAME_FILE, payload, sizeof payload - w.left, NULL, 0);
}
