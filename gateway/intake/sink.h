/*
 * One envelope on its way into the inbox, whichever door it came through: its bytes gather here to
 * pieces, each piece is a write, and while one is pending its connection is suspended: what cannot
 * be stored is not read.
 *
 *     open or resume
 *     room, add ...        until full
 *     store  -> WAIT; settle when called again
 *     finish -> WAIT; settle: SK_OK means that the envelope is on disk (not of resumable uploads,
 *                     which end with their last byte)
 *     close
 */
#ifndef SK_GATEWAY_INTAKE_SINK_H
#define SK_GATEWAY_INTAKE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/http/endpoint.h"
#include "gateway/intake/pending_write.h"
#include "keys/format/class.h"
#include "storage/inbox.h"
#include "storage/upload.h"

/* One report chunk fits behind a piece that is not full yet, so nothing is ever split by hand. */
#define SK_SINK_SLACK SK_CHUNK_BYTES

struct sk_sink {
    struct sk_request *request;
    struct sk_pending_write pending;
    uint8_t
        *bytes; /* of the piece that gathers and behind it; small from malloc, large from mmap */
    size_t room, fill;
    size_t stored;  /* of `fill`, on the disk: of resumable uploads */
    uint32_t piece; /* the number of the one that gathers */
    uint64_t total; /* bytes of the envelope so far */
    bool finished;  /* the last piece was handed in by finish */
};

/* For a new envelope. Cannot fail; allocates nothing. Of a zeroed one every function but open and
 * resume does nothing. */
void sk_sink_open(struct sk_sink *sink, struct sk_request *request);
/* For a resumable upload, at the offset where it stands. MEMORY, CORRUPT, IO, NOT_FOUND. */
enum sk_error sk_sink_resume(struct sk_sink *sink, struct sk_request *request,
                             const struct sk_upload_token *token, const struct sk_upload *upload);

/* Room for len <= SK_SINK_SLACK bytes more; only when not full. NULL: out of memory. */
uint8_t *sk_sink_room(struct sk_sink *sink, size_t len);
void sk_sink_add(struct sk_sink *sink, size_t len);
/* Whether a piece must be stored before more can be added. */
bool sk_sink_full(const struct sk_sink *sink);

/* Hands in a full piece; of a resumable upload also one that is not full. WAIT or DROP. */
enum sk_step sk_sink_store(struct sk_sink *sink);
/* Hands in all that is left as the end of an envelope of this length (row may be NULL). WAIT or
 * DROP. With more than one piece left it stores that one first: look at `finished`. */
enum sk_step sk_sink_finish(struct sk_sink *sink, uint64_t length, const struct sk_row *row);

/* What became of the write that was pending; SK_OK when none was. */
enum sk_error sk_sink_settle(struct sk_sink *sink);

/* What is here and not on the disk is not to be stored. */
void sk_sink_discard(struct sk_sink *sink);

/* Ends it, and the request may end: an envelope that is not whole is dropped; of a resumable upload
 * what is here is stored. closed (may be NULL) is called when nothing of it is with the writer any
 * more, from here or from the writer's thread. */
void sk_sink_close(struct sk_sink *sink, void (*closed)(void *context), void *context);

#endif
