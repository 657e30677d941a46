#include "keys/parse/protocol.h"

#include <string.h>

#include "keys/base/cursor.h"

void sk_parse_request_write(uint8_t out[SK_PARSE_REQUEST_BYTES],
                            const struct sk_parse_request *request)
{
    struct sk_field_writer w = sk_write_to(out, SK_PARSE_REQUEST_BYTES);
    size_t boundary_len = strnlen(request->boundary, SK_BOUNDARY_MAX);

    sk_write_bytes(&w, request->key.b, sizeof request->key.b);
    sk_write_u32(&w, request->chunks);
    sk_write_u32(&w, request->mode);
    sk_write_u64(&w, request->body_offset);
    sk_write_u64(&w, request->body_len);
    sk_write_u8(&w, (uint8_t)boundary_len);
    sk_write_bytes(&w, request->boundary, boundary_len);
    sk_write_zeros(&w, w.left);
}

enum sk_error sk_parse_request_read(struct sk_parse_request *out,
                                    const uint8_t in[SK_PARSE_REQUEST_BYTES])
{
    struct sk_field_reader r = sk_read_from(in, SK_PARSE_REQUEST_BYTES);

    sk_read_bytes(&r, out->key.b, sizeof out->key.b);
    out->chunks = sk_read_u32(&r);
    uint32_t mode = sk_read_u32(&r);

    out->body_offset = sk_read_u64(&r);
    out->body_len = sk_read_u64(&r);
    size_t boundary_len = sk_read_u8(&r);

    if (boundary_len > SK_BOUNDARY_MAX || (mode != SK_PARSE_LIST && mode != SK_PARSE_FULL)) {
        return SK_ERR_USAGE;
    }
    out->mode = (enum sk_parse_mode)mode;
    sk_read_bytes(&r, out->boundary, boundary_len);
    out->boundary[boundary_len] = '\0';
    return sk_boundary_check(out->boundary, boundary_len);
}
