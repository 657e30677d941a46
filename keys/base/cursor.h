/*
 * Reading and writing a format field by field, in the order in which FORMAT lists the fields, so
 * that no field's offset is written down anywhere. Bounded and sticky (OpenSSH's sshbuf): once a
 * call passes the end, it and all later ones read zeros or write nothing; callers check `ended` or
 * `full` once, after the last field. Integers are little-endian.
 */
#ifndef SK_KEYS_BASE_CURSOR_H
#define SK_KEYS_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sk_field_reader {
    const uint8_t *p; /* the next byte */
    size_t left;
    bool ended;    /* something was read past the end */
    bool reserved; /* a reserved byte was not zero */
};

struct sk_field_reader sk_read_from(const uint8_t *bytes, size_t len);

uint8_t sk_read_u8(struct sk_field_reader *r);
uint16_t sk_read_u16(struct sk_field_reader *r);
uint32_t sk_read_u32(struct sk_field_reader *r);
uint64_t sk_read_u64(struct sk_field_reader *r);
void sk_read_bytes(struct sk_field_reader *r, void *out, size_t len);
/* Pointer to the next len bytes; NULL past the end. */
const uint8_t *sk_read_span(struct sk_field_reader *r, size_t len);
/* Whether the next bytes are this text, without its NUL. */
bool sk_read_magic(struct sk_field_reader *r, const char *magic);
/* Reserved bytes: sets r->reserved when one is not zero, in time that depends on len only. */
void sk_read_zeros(struct sk_field_reader *r, size_t len);

struct sk_field_writer {
    uint8_t *p;
    size_t left;
    bool full; /* something did not fit */
};

struct sk_field_writer sk_write_to(uint8_t *out, size_t len);

void sk_write_u8(struct sk_field_writer *w, uint8_t v);
void sk_write_u16(struct sk_field_writer *w, uint16_t v);
void sk_write_u32(struct sk_field_writer *w, uint32_t v);
void sk_write_u64(struct sk_field_writer *w, uint64_t v);
void sk_write_bytes(struct sk_field_writer *w, const void *bytes, size_t len);
void sk_write_magic(struct sk_field_writer *w, const char *magic);
void sk_write_zeros(struct sk_field_writer *w, size_t len);

#endif
