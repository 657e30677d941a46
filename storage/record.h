/*
 * The entries of the inbox's tables: one struct for each, and the only place that knows their
 * bytes. A value that does not decode is damage: what walks a table gives it to its transaction
 * (sk_txn_fail), what looks up one entry answers CORRUPT.
 */
#ifndef SK_STORAGE_RECORD_H
#define SK_STORAGE_RECORD_H

#include "keys/format/upload.h"
#include "storage/inbox.h"
#include "storage/kv.h"

/* envelopes: id -> u32 day, u32 chunks, u32 pieces */
#define SK_ENVELOPE_RECORD 12
struct sk_envelope_record {
    uint32_t day, chunks, pieces;
};
bool sk_envelope_decode(struct sk_bytes value, struct sk_envelope_record *out);
void sk_envelope_encode(uint8_t out[SK_ENVELOPE_RECORD], const struct sk_envelope_record *record);

/* pieces: id, u32 piece -> bytes of a full piece, or of the last one of a whole envelope;
 *         id, u32 piece, u32 offset -> bytes of a piece that still grows, from there on.
 * Big-endian. */
#define SK_PIECE_KEY 20
#define SK_FRAGMENT_KEY 24
void sk_piece_key(uint8_t key[SK_PIECE_KEY], const struct sk_envelope_id *id, uint32_t piece);
void sk_fragment_key(uint8_t key[SK_FRAGMENT_KEY], const struct sk_envelope_id *id, uint32_t piece,
                     uint32_t offset);
uint32_t sk_fragment_offset(struct sk_bytes key);

/* partial: id -> u32 next piece, u64 bytes: an envelope in the making that is no resumable upload
 */
#define SK_PARTIAL_RECORD 12
struct sk_partial {
    uint32_t next;
    uint64_t bytes;
};
bool sk_partial_decode(struct sk_bytes value, struct sk_partial *out);
void sk_partial_encode(uint8_t out[SK_PARTIAL_RECORD], const struct sk_partial *record);

/* uploads:  F(none, "upload-id", token)[0..15] -> u64 length, u32 last day, u64 bytes, the
 * envelope's id, and the row, if any, sealed under the token (FORMAT 8) finished: the same key ->
 * u64 length, u32 last day */
#define SK_UPLOAD_RECORD 68
#define SK_FINISHED_RECORD 12
struct sk_upload_record {
    uint64_t length;
    uint32_t last_day;
    bool finished; /* then the others are zero */
    uint64_t bytes;
    struct sk_envelope_id id;
    bool has_row;
    uint8_t sealed_row[SK_SEALED_ROW];
};
bool sk_upload_decode(struct sk_bytes value, struct sk_upload_record *out);
size_t sk_upload_encode(uint8_t out[SK_UPLOAD_RECORD], const struct sk_upload_record *record);
bool sk_finished_decode(struct sk_bytes value, struct sk_upload_record *out);
void sk_finished_encode(uint8_t out[SK_FINISHED_RECORD], const struct sk_upload_record *record);

/* expiry: u32 big-endian last day, key of the upload -> id; nothing when it is finished */
#define SK_EXPIRY_KEY 20
void sk_expiry_key(uint8_t key[SK_EXPIRY_KEY], uint32_t last_day,
                   const uint8_t upload[SK_UPLOAD_KEY]);
uint32_t sk_expiry_day(struct sk_bytes key);

/* rows: row -> u16 month, u8 state, with SK_ROW_LATEST when it is of the last publication: an
 * export that saw an earlier one does not count for it */
#define SK_ROW_RECORD 3
#define SK_ROW_LATEST 0x80u
struct sk_stored_row {
    struct sk_row row;
    uint16_t month;
    uint8_t state; /* with SK_ROW_LATEST */
};
bool sk_row_decode(struct sk_bytes key, struct sk_bytes value, struct sk_stored_row *out);
void sk_row_encode(uint8_t out[SK_ROW_RECORD], const struct sk_stored_row *row);

/* meta "published" -> u32 number, u32 day, u32 bits, u32 places */
#define SK_PUBLICATION_RECORD 16
#define SK_PLACES_LEAST 32u
#define SK_BITS_MOST 8u
bool sk_publication_decode(struct sk_bytes value, struct sk_publication *out);
void sk_publication_encode(uint8_t out[SK_PUBLICATION_RECORD], const struct sk_publication *in);

#endif
