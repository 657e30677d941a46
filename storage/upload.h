/*
 * Resumable uploads: an envelope that arrives in pieces, over days and restarts (tus 1.0.0 in the
 * gateway). Part of the inbox; deposits of these kinds go through its writer (inbox.h).
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

/*
 * How the deposits of inbox.h are filled for uploads (token is always set).
 *
 * SK_DEPOSIT_UPLOAD_OPEN: length, id, day, has_row, row. Announces it.
 *   Nothing is on the disk before its first piece. Until then the newest 8,192 are remembered, and
 *   a restart forgets them. The same length again is SK_OK and changes nothing (a lost answer,
 *   repeated): sk_upload_find() tells which id it has and where it stands.
 *   EXISTS: it is there with another length. USAGE: the length is no envelope's.
 *
 * SK_DEPOSIT_UPLOAD_PIECE: id, piece, data, len, day. The whole of that piece so far.
 *   It must be the one that is not full, or the next; be longer than what is stored of it, and not
 *   pass the length: else STORE_ORDER. What reaches the length makes the envelope visible with its
 *   row, in the same transaction. After a failure the upload stands where it stood.
 *   NOT_FOUND: there is none, or its time is over. STORE_RESERVE: it would be on the disk from now
 *   on, and as many are as one-chunk reports fit.
 *
 * SK_DEPOSIT_UPLOAD_DROP: the uploader gives up. Record and pieces go; of a finished one only the
 *   record. NOT_FOUND.
 *
 * The writer drops what has stood still too long: at its start and, told by sk_inbox_tick(), on
 * every new day, some with each group. From that day on it is not found, whether dropped or not.
 */

#endif
