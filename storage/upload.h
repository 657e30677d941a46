/*
 * Resumable uploads: an envelope that arrives in pieces, over days and restarts (tus 1.0.0 in the
 * gateway). They are written as all envelopes are (struct sk_write in inbox.h); here is where they
 * stand.
 *
 * An upload is found by its token, which only its uploader knows. The disk holds a hash of the
 * token, the envelope in the making under a random id, and the receipt row sealed under a key that
 * is derived from the token: while an upload is unfinished nobody but its uploader can link
 * the two, and when it is finished both the id and the row are gone from its record (FORMAT 8).
 */
#ifndef SK_STORAGE_UPLOAD_H
#define SK_STORAGE_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "storage/inbox.h"

/* An upload is forgotten when it stood still for this many whole days after the day of its last
 * byte; a finished one is remembered as long, so that a lost answer can be asked for again. */
#define SK_UPLOAD_DAYS 6u

struct sk_upload {
    uint64_t length;   /* of the whole envelope; an envelope length (FORMAT 1) */
    uint64_t offset;   /* bytes on disk, synced; == length when finished */
    uint32_t last_day; /* the last day on which it can go on */
    bool finished;
    bool has_row;             /* forgotten when finished */
    struct sk_envelope_id id; /* of the envelope in the making; zero when finished */
};

/* What is on disk of an upload, or that it was announced. NOT_FOUND (also when its time is over),
 * CORRUPT, IO. */
enum sk_error sk_upload_find(struct sk_inbox *inbox, const struct sk_upload_token *token,
                             struct sk_upload *out);

/* Reads what is stored of the piece that is not full yet (offset % SK_PIECE_BYTES bytes) into
 * buffer (SK_PIECE_BYTES): an upload goes on by handing in that piece, longer.
 * *len is 0 when the last one is full, and when it is finished. NOT_FOUND, CORRUPT, IO. */
enum sk_error sk_upload_tail(struct sk_inbox *inbox, const struct sk_upload *upload,
                             uint8_t *buffer, size_t *len);

/* Uploads under way, and the bytes that are on disk of them. */
enum sk_error sk_upload_count(struct sk_inbox *inbox, uint64_t *count, uint64_t *bytes);

#endif
