#include "keys/format/record.h"

#include <string.h>

#include "keys/base/cursor.h"
#include "keys/base/hash.h"
#include "keys/format/answer.h"

_Static_assert(SK_RECORD_TAG + SK_RECORD_SEALED == SK_RECORD_BYTES, "a record is full");

enum { RECORD_VERSION = 1, ZEROS = 6 };

/* ---- plaintext -------------------------------------------------------------- */

void sk_record_write(uint8_t plain[SK_RECORD_PLAIN], const struct sk_record *record)
{
    struct sk_field_writer w = sk_write_to(plain, SK_RECORD_PLAIN);

    sk_write_u8(&w, RECORD_VERSION);
    sk_write_u8(&w, record->status);
    sk_write_u8(&w, record->part);
    sk_write_u8(&w, record->parts);
    sk_write_u32(&w, record->day);
    sk_write_u16(&w, record->text_len);
    sk_write_zeros(&w, ZEROS);
    sk_write_bytes(&w, record->envelope.b, sizeof record->envelope.b);
    sk_write_bytes(&w, record->text, record->text_len);
    sk_write_zeros(&w, SK_RECORD_TEXT - (size_t)record->text_len);
}

enum sk_error sk_record_read(struct sk_record *out, const uint8_t plain[SK_RECORD_PLAIN])
{
    struct sk_field_reader r = sk_read_from(plain, SK_RECORD_PLAIN);
    uint8_t version = sk_read_u8(&r);

    out->status = sk_read_u8(&r);
    out->part = sk_read_u8(&r);
    out->parts = sk_read_u8(&r);
    out->day = sk_read_u32(&r);
    out->text_len = sk_read_u16(&r);
    sk_read_zeros(&r, ZEROS);
    sk_read_bytes(&r, out->envelope.b, sizeof out->envelope.b);
    out->text = sk_read_span(&r, out->text_len);
    sk_read_zeros(&r, r.left);
    if (r.ended || r.reserved || version != RECORD_VERSION || out->status < SK_STATUS_ARRIVED ||
        out->status > SK_STATUS_CLOSED || out->parts < 1 || out->parts > SK_RECORD_PARTS ||
        out->part >= out->parts) {
        return SK_ERR_ANSWER_FORMAT;
    }
    return SK_OK;
}

/* ---- place and key ---------------------------------------------------------- */

enum { CONTEXT = 32 + 8 + 1 };

static void derive(uint8_t out[32], const struct sk_mailbox *mailbox, const char *label,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    uint8_t context[CONTEXT];
    struct sk_field_writer w = sk_write_to(context, sizeof context);

    sk_write_bytes(&w, identity->b, sizeof identity->b);
    sk_write_u64(&w, counter);
    sk_write_u8(&w, part);
    sk_derive(out, mailbox->b, label, context, sizeof context);
}

void sk_record_tag(uint8_t tag[SK_RECORD_TAG], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    uint8_t full[32];

    derive(full, mailbox, "tag", identity, counter, part);
    memcpy(tag, full, SK_RECORD_TAG);
    sodium_memzero(full, sizeof full);
}

void sk_record_key(uint8_t key[32], const struct sk_mailbox *mailbox,
                   const struct sk_ed25519_pk *identity, uint64_t counter, uint8_t part)
{
    derive(key, mailbox, "reply", identity, counter, part);
}

/* The first two bytes of a tag, big-endian; their top bits are the bucket. */
static unsigned top_of(const uint8_t *tag)
{
    return (unsigned)tag[0] << 8 | tag[1];
}

unsigned sk_record_bucket(const uint8_t tag[SK_RECORD_TAG], uint8_t bucket_bits)
{
    return top_of(tag) >> (16 - bucket_bits);
}

void sk_record_draw_tag(uint8_t tag[SK_RECORD_TAG], unsigned bucket, uint8_t bucket_bits)
{
    unsigned low = (1u << (16 - bucket_bits)) - 1;

    randombytes_buf(tag, SK_RECORD_TAG);
    unsigned top = bucket << (16 - bucket_bits) | (top_of(tag) & low);

    tag[0] = (uint8_t)(top >> 8);
    tag[1] = (uint8_t)top;
}
