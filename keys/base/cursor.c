#include "keys/base/cursor.h"

#include <string.h>

#include "keys/base/bytes.h"

struct sk_field_reader sk_read_from(const uint8_t *bytes, size_t len)
{
    return (struct sk_field_reader){.p = bytes, .left = len};
}

const uint8_t *sk_read_span(struct sk_field_reader *r, size_t len)
{
    const uint8_t *p = r->p;

    if (r->ended || len > r->left) {
        r->ended = true;
        return NULL;
    }
    if (len > 0) { /* p may be NULL when len is 0; NULL + 0 is undefined */
        r->p += len;
        r->left -= len;
    }
    return p;
}

uint8_t sk_read_u8(struct sk_field_reader *r)
{
    const uint8_t *p = sk_read_span(r, 1);

    return p != NULL ? p[0] : 0;
}

uint16_t sk_read_u16(struct sk_field_reader *r)
{
    const uint8_t *p = sk_read_span(r, 2);

    return p != NULL ? sk_get_u16(p) : 0;
}

uint32_t sk_read_u32(struct sk_field_reader *r)
{
    const uint8_t *p = sk_read_span(r, 4);

    return p != NULL ? sk_get_u32(p) : 0;
}

uint64_t sk_read_u64(struct sk_field_reader *r)
{
    const uint8_t *p = sk_read_span(r, 8);

    return p != NULL ? sk_get_u64(p) : 0;
}

void sk_read_bytes(struct sk_field_reader *r, void *out, size_t len)
{
    const uint8_t *p = sk_read_span(r, len);

    if (len == 0) {
        return;
    }
    if (p != NULL) {
        memcpy(out, p, len);
    } else {
        memset(out, 0, len);
    }
}

bool sk_read_magic(struct sk_field_reader *r, const char *magic)
{
    size_t len = strlen(magic);
    const uint8_t *p = sk_read_span(r, len);

    return p != NULL && memcmp(p, magic, len) == 0;
}

void sk_read_zeros(struct sk_field_reader *r, size_t len)
{
    const uint8_t *p = sk_read_span(r, len);

    if (p != NULL && !sk_all_zero(p, len)) {
        r->reserved = true;
    }
}

struct sk_field_writer sk_write_to(uint8_t *out, size_t len)
{
    return (struct sk_field_writer){.p = out, .left = len};
}

/* Claims the next len bytes; NULL when they do not fit. */
static uint8_t *claim(struct sk_field_writer *w, size_t len)
{
    uint8_t *p = w->p;

    if (w->full || len > w->left) {
        w->full = true;
        return NULL;
    }
    w->p += len;
    w->left -= len;
    return p;
}

void sk_write_u8(struct sk_field_writer *w, uint8_t v)
{
    sk_write_bytes(w, &v, 1);
}

void sk_write_u16(struct sk_field_writer *w, uint16_t v)
{
    uint8_t *p = claim(w, 2);

    if (p != NULL) {
        sk_put_u16(p, v);
    }
}

void sk_write_u32(struct sk_field_writer *w, uint32_t v)
{
    uint8_t *p = claim(w, 4);

    if (p != NULL) {
        sk_put_u32(p, v);
    }
}

void sk_write_u64(struct sk_field_writer *w, uint64_t v)
{
    uint8_t *p = claim(w, 8);

    if (p != NULL) {
        sk_put_u64(p, v);
    }
}

void sk_write_bytes(struct sk_field_writer *w, const void *bytes, size_t len)
{
    uint8_t *p = len > 0 ? claim(w, len) : NULL;

    if (p != NULL) {
        memcpy(p, bytes, len);
    }
}

void sk_write_magic(struct sk_field_writer *w, const char *magic)
{
    sk_write_bytes(w, magic, strlen(magic));
}

void sk_write_zeros(struct sk_field_writer *w, size_t len)
{
    uint8_t *p = len > 0 ? claim(w, len) : NULL;

    if (p != NULL) {
        memset(p, 0, len);
    }
}
