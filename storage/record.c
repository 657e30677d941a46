#include "storage/record.h"

#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/class.h"

static void put_be(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static uint32_t get_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- envelopes and pieces --------------------------------------------------------------- */

bool sk_envelope_decode(struct sk_bytes value, struct sk_envelope_record *out)
{
    if (value.len != SK_ENVELOPE_RECORD) {
        return false;
    }
    out->day = sk_get_u32(value.p);
    out->chunks = sk_get_u32(value.p + 4);
    out->pieces = sk_get_u32(value.p + 8);
    uint64_t len = sk_envelope_length(out->chunks);

    return sk_class_valid(out->chunks) &&
           out->pieces == (len + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES;
}

void sk_envelope_encode(uint8_t out[SK_ENVELOPE_RECORD], const struct sk_envelope_record *record)
{
    sk_put_u32(out, record->day);
    sk_put_u32(out + 4, record->chunks);
    sk_put_u32(out + 8, record->pieces);
}

void sk_piece_key(uint8_t key[SK_PIECE_KEY], const struct sk_envelope_id *id, uint32_t piece)
{
    memcpy(key, id->b, sizeof id->b);
    put_be(key + sizeof id->b, piece);
}

void sk_fragment_key(uint8_t key[SK_FRAGMENT_KEY], const struct sk_envelope_id *id, uint32_t piece,
                     uint32_t offset)
{
    sk_piece_key(key, id, piece);
    put_be(key + SK_PIECE_KEY, offset);
}

uint32_t sk_fragment_offset(struct sk_bytes key)
{
    return key.len == SK_FRAGMENT_KEY ? get_be(key.p + SK_PIECE_KEY) : UINT32_MAX;
}

/* ---- envelopes in the making -------------------------------------------------------------- */

#define PLAIN_BYTES (SK_PARTIAL_RECORD - SK_SEALED_ROW)

bool sk_partial_decode(struct sk_bytes value, struct sk_partial *out)
{
    if (value.len != PLAIN_BYTES && value.len != SK_PARTIAL_RECORD) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->length = sk_get_u64(value.p);
    out->last_day = sk_get_u32(value.p + 8);
    out->bytes = sk_get_u64(value.p + 12);
    memcpy(out->id.b, value.p + 20, sizeof out->id.b);
    out->has_row = value.len == SK_PARTIAL_RECORD;
    if (out->has_row) {
        memcpy(out->sealed_row, value.p + PLAIN_BYTES, SK_SEALED_ROW);
    }
    if (out->last_day == SK_LAST_DAY_NONE) {
        return out->length == 0 && !out->has_row;
    }
    return sk_class_of_length(out->length) != 0 && out->bytes < out->length;
}

size_t sk_partial_encode(uint8_t out[SK_PARTIAL_RECORD], const struct sk_partial *record)
{
    sk_put_u64(out, record->length);
    sk_put_u32(out + 8, record->last_day);
    sk_put_u64(out + 12, record->bytes);
    memcpy(out + 20, record->id.b, sizeof record->id.b);
    if (record->has_row) {
        memcpy(out + PLAIN_BYTES, record->sealed_row, SK_SEALED_ROW);
    }
    return record->has_row ? SK_PARTIAL_RECORD : PLAIN_BYTES;
}

bool sk_finished_decode(struct sk_bytes value, struct sk_partial *out)
{
    if (value.len != SK_FINISHED_RECORD) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->length = sk_get_u64(value.p);
    out->last_day = sk_get_u32(value.p + 8);
    out->finished = true;
    return sk_class_of_length(out->length) != 0;
}

void sk_finished_encode(uint8_t out[SK_FINISHED_RECORD], const struct sk_partial *record)
{
    sk_put_u64(out, record->length);
    sk_put_u32(out + 8, record->last_day);
}

void sk_expiry_key(uint8_t key[SK_EXPIRY_KEY], uint32_t last_day,
                   const uint8_t partial[SK_UPLOAD_KEY])
{
    put_be(key, last_day); /* key order is the order of the days */
    memcpy(key + 4, partial, SK_UPLOAD_KEY);
}

uint32_t sk_expiry_day(struct sk_bytes key)
{
    return key.len == SK_EXPIRY_KEY ? get_be(key.p) : 0;
}

/* ---- receipts -------------------------------------------------------------------------------- */

bool sk_row_decode(struct sk_bytes key, struct sk_bytes value, struct sk_stored_row *out)
{
    if (key.len != sizeof out->row.b || value.len != SK_ROW_RECORD) {
        return false;
    }
    unsigned state = value.p[2] & ~SK_ROW_LATEST;

    memcpy(out->row.b, key.p, sizeof out->row.b);
    out->month = sk_get_u16(value.p);
    out->state = value.p[2];
    return state == SK_ROW_RECEIVED || state == SK_ROW_CARRIED;
}

void sk_row_encode(uint8_t out[SK_ROW_RECORD], const struct sk_stored_row *row)
{
    sk_put_u16(out, row->month);
    out[2] = row->state;
}

bool sk_publication_decode(struct sk_bytes value, struct sk_publication *out)
{
    if (value.len != SK_PUBLICATION_RECORD) {
        return false;
    }
    out->number = sk_get_u32(value.p);
    out->day = sk_get_u32(value.p + 4);
    out->bits = sk_get_u32(value.p + 8);
    out->places = sk_get_u32(value.p + 12);
    return out->number > 0 && out->bits <= SK_BITS_MOST && out->places >= SK_PLACES_LEAST;
}

void sk_publication_encode(uint8_t out[SK_PUBLICATION_RECORD], const struct sk_publication *in)
{
    sk_put_u32(out, in->number);
    sk_put_u32(out + 4, in->day);
    sk_put_u32(out + 8, in->bits);
    sk_put_u32(out + 12, in->places);
}
