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

/* meta       "name"      -> 16 random bytes: what the kernel's keyring knows this inbox by
 *            "published" -> u32 number, u32 day, u32 bits, u32 places of the last publication
 *            "exported"  -> u32 number of the publication that the last export's snapshot saw
 *            "keep"      -> u32 month: rows of earlier ones go at the next publication
 *            "age"       -> u32 day by which things grow old (age.c)
 *            "set-back"  -> u32 day to which the clock went back after the last publication
 * pending    16 random bytes -> what arrived since, sealed under the day's key (day_key.h)
 * deleted    id -> nothing: its pieces, if there are any left, are to be collected
 * and, below: envelopes, pieces, partial, finished, expiry, and rows, which are written anew,
 * in key order, by every publication */
enum sk_inbox_table {
    SK_INBOX_META,
    SK_INBOX_ENVELOPES,
    SK_INBOX_PIECES,
    SK_INBOX_ROWS,
    SK_INBOX_PARTIAL,
    SK_INBOX_PENDING,
    SK_INBOX_DELETED,
    SK_INBOX_FINISHED,
    SK_INBOX_EXPIRY,
    SK_INBOX_TABLES
};
extern const struct sk_kv_shape sk_inbox_shape;

#define SK_INBOX_NAME 16

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

/* partial:  an envelope in the making. 16 bytes -> u64 length, u32 last day, u64 bytes that are
 *           stored of it, its id, and the row, if any, sealed under the token (FORMAT 8).
 *           Of a resumable upload the 16 bytes are F(none, "upload-id", token)[0..15]. Of any other
 *           they are the id, and its length is 0: not known yet; its last day is SK_LAST_DAY_NONE.
 * finished: the key of a resumable upload -> u64 length, u32 last day */
#define SK_PARTIAL_RECORD 68
#define SK_FINISHED_RECORD 12
#define SK_LAST_DAY_NONE 0u /* it ends with the process that began it */
struct sk_partial {
    uint64_t length;
    uint32_t last_day;
    bool finished; /* then the others are zero */
    uint64_t bytes;
    struct sk_envelope_id id;
    bool has_row;
    uint8_t sealed_row[SK_SEALED_ROW];
};
bool sk_partial_decode(struct sk_bytes value, struct sk_partial *out);
size_t sk_partial_encode(uint8_t out[SK_PARTIAL_RECORD], const struct sk_partial *record);
bool sk_finished_decode(struct sk_bytes value, struct sk_partial *out);
void sk_finished_encode(uint8_t out[SK_FINISHED_RECORD], const struct sk_partial *record);

/* expiry: u32 big-endian last day, key of partial or finished -> id; nothing when it is finished */
#define SK_EXPIRY_KEY 20
void sk_expiry_key(uint8_t key[SK_EXPIRY_KEY], uint32_t last_day,
                   const uint8_t partial[SK_UPLOAD_KEY]);
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
