/*
 * The inbox: ciphertext that residents handed in and nobody has carried away yet.
 *
 * Written by the gateway (one writer thread, group commit), read and purged by the store
 * program, which may run at the same time in another process. An envelope has a random id, its
 * day of arrival and nothing else; a receipt row has what is published of it and the month after
 * which it may go; nothing links the two. No type of the database engine appears here, so that
 * another engine can stand behind it.
 */
#ifndef SK_STORAGE_INBOX_H
#define SK_STORAGE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/rows.h"
#include "keys/format/upload.h"

struct sk_inbox;

/* Pieces of an envelope as they are stored. All but the last of an envelope are exactly this long:
 * the length that wastes no space in the store (SK_KV_VALUE_BEST). */
#define SK_PIECE_BYTES 131056u

/* Makes the inbox of the store at this address, with room for `size` bytes set aside. EXISTS, FULL,
 * IO. */
enum sk_error sk_inbox_create(const char *address, uint64_t size);

/* Opens an existing one, following an unfinished rewrite. Checks for dead readers and verifies
 * the structure. One opened inbox per process and store; not across fork().
 * NOT_FOUND, CORRUPT, IO. */
enum sk_error sk_inbox_open(struct sk_inbox **out, const char *address);
void sk_inbox_close(struct sk_inbox *inbox); /* stops the writer first; NULL is a no-op */

/* ---- space --------------------------------------------------------------- */

struct sk_inbox_space {
    uint64_t size; /* bytes that may be used */
    uint64_t used; /* live and not yet reusable */
};
enum sk_error sk_inbox_space(struct sk_inbox *inbox, struct sk_inbox_space *out);

/* Asks before an upload of this many ciphertext bytes begins. The answer follows from a state that
 * is taken from a rounded figure when the writer starts and once an hour, never from a live figure:
 * else anybody could weigh other people's reports. A store that a commit found full is so until the
 * next hour. STORE_RESERVE: only one-chunk reports are taken. FULL: nothing is. */
enum sk_error sk_inbox_admit(struct sk_inbox *inbox, uint64_t bytes);

/* ---- writing: queued, committed in groups -------------------------------- */

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

void sk_envelope_id_random(struct sk_envelope_id *out);

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

/* To be called about every minute by a long-running process: dead readers, a finished rewrite, the
 * state of the space; and on a new day the publication, and the uploads that stood still too long.
 */
enum sk_error sk_inbox_tick(struct sk_inbox *inbox);

/* ---- receipts ------------------------------------------------------------- */

/*
 * Rows become visible to anybody all at once: by the writer, at the first tick of a new day (UTC),
 * at its start when the day changed meanwhile, and when it is told to. Between two publications all
 * functions below give the same, whatever arrives.
 */
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

/* Looks all of them up, whatever is found: states[i] of rows[i]. One snapshot. */
enum sk_error sk_inbox_rows_find(struct sk_inbox *inbox, const struct sk_row *rows, size_t count,
                                 enum sk_row_state *states);

/* All rows that begin with the first `bits` bits of prefix, as many as the publication says,
 * ascending (from malloc; count may be 0): both of one snapshot. NOT_FOUND: the other bits of the
 * prefix are not zero. */
enum sk_error sk_inbox_rows_under(struct sk_inbox *inbox, uint8_t prefix,
                                  struct sk_publication *publication, struct sk_row_info **out,
                                  size_t *count);

/* ---- for the store program ------------------------------------------------ */

struct sk_envelope_info {
    struct sk_envelope_id id;
    uint32_t day, chunks;
};

/* Calls back for every published row, inside one snapshot; the callback must not call this inbox. A
 * callback's error ends the walk and is returned. */
enum sk_error sk_inbox_each_row(struct sk_inbox *inbox,
                                enum sk_error (*fn)(void *ctx, const struct sk_row *row,
                                                    enum sk_row_state state),
                                void *ctx);

/* The whole envelopes (from malloc), and the number of the publication, both of one snapshot: all
 * rows that are published in it belong to these envelopes or to earlier ones. */
enum sk_error sk_inbox_snapshot(struct sk_inbox *inbox, struct sk_envelope_info **envelopes,
                                size_t *envelope_count, uint32_t *publication);

/* Reads piece `piece` into buffer (SK_PIECE_BYTES); NOT_FOUND, CORRUPT. */
enum sk_error sk_inbox_read_piece(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  uint32_t piece, uint8_t *buffer, size_t *len);

/* Every envelope of a snapshot that saw this publication is in a bundle: the rows that it shows
 * become "carried" at the next publication, all together. */
enum sk_error sk_inbox_mark_exported(struct sk_inbox *inbox, uint32_t publication);
/* The day by which it is judged what is old enough to be deleted: today, unless the clock of the
 * publications was not there yet, or is behind it. A clock that jumps ages nothing. */
enum sk_error sk_inbox_age(struct sk_inbox *inbox, uint32_t today, uint32_t *past);
/* Rows of months before this one (FORMAT 0) go at the next publication. */
enum sk_error sk_inbox_drop_rows_before(struct sk_inbox *inbox, uint32_t month);

/* In groups, each its own synced transaction, so that the gateway is never held up for long. */
enum sk_error sk_inbox_delete(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                              size_t count, uint64_t *deleted);

/* Copies what lives into a new file in key order (keys are random, so the order of arrival is
 * gone, and so is every deleted page), swaps it in and removes the old one, with the gateway
 * running: its writer waits for the swap and follows. Needs as much free disk as the inbox. */
enum sk_error sk_inbox_rewrite(struct sk_inbox *inbox,
                               void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

struct sk_inbox_check {
    uint64_t envelopes, rows, partial, bytes; /* partial: in the making, or still to be collected */
    uint64_t uploads,
        upload_bytes; /* of partial: the resumable ones under way, and what they have */
    uint64_t broken;  /* envelopes whose pieces are missing, out of order or of the wrong length */
    uint64_t broken_uploads; /* the same of uploads; nobody can go on with them */
};
enum sk_error sk_inbox_check(struct sk_inbox *inbox, struct sk_inbox_check *out,
                             void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

/* A consistent copy at another address, without what was deleted, while others work. */
enum sk_error sk_inbox_backup(struct sk_inbox *inbox, const char *to_address);

#endif
