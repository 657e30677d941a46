/* Little-endian integers in byte strings, and test for zeros (FORMAT, Rules). */
#ifndef SK_KEYS_BASE_BYTES_H
#define SK_KEYS_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void sk_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void sk_put_u32(uint8_t *p, uint32_t v)
{
    sk_put_u16(p, (uint16_t)v);
    sk_put_u16(p + 2, (uint16_t)(v >> 16));
}

static inline void sk_put_u64(uint8_t *p, uint64_t v)
{
    sk_put_u32(p, (uint32_t)v);
    sk_put_u32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t sk_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t sk_get_u32(const uint8_t *p)
{
    return (uint32_t)sk_get_u16(p) | (uint32_t)sk_get_u16(p + 2) << 16;
}

static inline uint64_t sk_get_u64(const uint8_t *p)
{
    return (uint64_t)sk_get_u32(p) | (uint64_t)sk_get_u32(p + 4) << 32;
}

/* Whether all len bytes are zero, in time that depends on len only. */
static inline bool sk_all_zero(const uint8_t *p, size_t len)
{
    uint8_t acc = 0;

    for (size_t i = 0; i < len; i++) {
        acc = (uint8_t)(acc | p[i]);
    }
    return acc == 0;
}

/* A character of base64 (RFC 4648), the padding sign included. sodium_base642bin() of libsodium
 * 1.0.18 also accepts some bytes above 127, so callers check each character first. */
static inline bool sk_is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
}

#endif
