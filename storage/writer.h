/*
 * The writer of the inbox: one thread that takes requests, stores them in groups with one synced
 * transaction each, publishes the rows once a day, and clears away what nobody goes on with.
 */
#ifndef SK_STORAGE_WRITER_H
#define SK_STORAGE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/rows.h"
#include "keys/format/upload.h"

struct sk_inbox;

enum sk_write_kind {
    SK_WRITE_ANNOUNCE, /* a resumable upload: from now on sk_upload_find() knows it */
    SK_WRITE_PIECE,    /* the next bytes of an envelope in the making; with the last, its end */
    SK_WRITE_DROP      /* the envelope in the making is given up */
};

/*
 * One request to the writer, about one envelope in the making: a form, a courier's file or a
 * resumable upload. The caller owns it and everything it points to, and leaves both alone until
 * done() is called, exactly once, from the writer's thread, after the commit that holds it is on
 * disk (fsync) or has failed. done() must not block and may submit again.
 *
 * PIECE brings all of its piece so far: the piece that is not full yet, longer than what is stored
 * of it, or the next one. Else, and under an id that is taken: STORE_ORDER. With the last byte the
 * envelope becomes visible and its row waits for the next publication, in the same transaction. So
 * a report of one piece is one request, and the disk never links an envelope and a row.
 *
 *              resumable                              any other
 *   begins     with ANNOUNCE: length, id, row. On     with its first PIECE
 *              the disk with its first PIECE
 *   its length from ANNOUNCE; no byte may pass it     `length` with the last PIECE, 0 before; USAGE
 *                                                     if the bytes do not add up
 *   its row    from ANNOUNCE                          with the last PIECE
 *   failure    it stands where it stood               what is stored of it is collected
 *   end        sk_upload_find() remembers it          nothing remembers it
 *   restart    it goes on                             what is stored of it is collected
 *
 * ANNOUNCE again with the same length is SK_OK and changes nothing (a repeated request whose answer
 * was lost); EXISTS: with another length. Announced uploads without a byte are only in memory, the
 * newest 8,192. STORE_RESERVE: with this PIECE one more upload would be on the disk, and there are
 * as many as one-chunk reports fit. NOT_FOUND: there is no such upload, or its time is over. DROP
 * of a finished upload forgets that it was there, of any other envelope that is not there is SK_OK.
 * FULL, USAGE, CORRUPT (of a resumable one), IO.
 */
struct sk_write {
    enum sk_write_kind kind;
    struct sk_envelope_id id;     /* from sk_envelope_id_random() */
    bool resumable;               /* and then: */
    struct sk_upload_token token; /* its name */
    uint64_t length;              /* of the whole envelope (FORMAT 1) */
    uint32_t piece;               /* PIECE: its number, from 0 */
    const uint8_t *data; /* 1 to SK_PIECE_BYTES; also the last piece of an envelope has some */
    size_t len;
    uint32_t day; /* today: of arrival, of the last byte */
    bool has_row;
    struct sk_row row;
    void (*done)(struct sk_write *write, enum sk_error result);
    void *context;         /* the caller's */
    struct sk_write *next; /* the writer's */
};

/* Starts the writer thread. fatal is called from it after an I/O error at a commit, when nothing
 * that this process believes about the disk can be trusted any more: the process must answer
 * what it can and exit; the next open verifies. Pieces that no process can finish (older than
 * this start, and no resumable upload's) are collected first. */
enum sk_error sk_inbox_writer_start(struct sk_inbox *inbox, void (*fatal)(void *), void *context);

/* Queues; never blocks on the disk. */
void sk_inbox_submit(struct sk_inbox *inbox, struct sk_write *write);

/* How many writes and how many commits so far: their ratio is the group size. */
void sk_inbox_writer_counts(struct sk_inbox *inbox, uint64_t *writes, uint64_t *commits);

/* What became of what was handed in last: OK, FULL, MEMORY, LOCKED, or IO when the writer has given
 * up. */
enum sk_error sk_inbox_writer_state(struct sk_inbox *inbox);

struct sk_publication_news {
    enum sk_error
        error; /* nothing was published; FULL, MEMORY, LOCKED: the next tick tries again */
    struct sk_publication publication;
    uint64_t lost; /* rows that could not be published: their key went with the machine's power */
    bool told;     /* by sk_inbox_publish(), not by the calendar */
    bool kept;     /* the kernel keeps the next day's key, so that a restart loses nothing */
};

/* Before the writer starts: called from its thread, and from sk_inbox_writer_start() with what was
 * published or found there, after every publication and every attempt at one. */
void sk_inbox_on_publication(struct sk_inbox *inbox,
                             void (*news)(void *, const struct sk_publication_news *),
                             void *context);

/* Has the running writer publish now; does not wait. It shows which receipts are new since the last
 * publication. */
void sk_inbox_publish(struct sk_inbox *inbox);

/* ---- for inbox.c ------------------------------------------------------------------------ */

struct sk_writer;
enum sk_error sk_writer_new(struct sk_writer **out, struct sk_inbox *inbox);
void sk_writer_stop(struct sk_writer *writer); /* stores what is queued, ends the thread, frees */
/* Tells a running writer which day it is: on a new one it drops what stood still too long. */
void sk_writer_day(struct sk_writer *writer, uint32_t today);

#endif
