/* What the files of the inbox share. */
#ifndef SK_STORAGE_INBOX_PRIVATE_H
#define SK_STORAGE_INBOX_PRIVATE_H

#include <pthread.h>

#include "storage/inbox.h"
#include "storage/kv.h"
#include "storage/record.h"

struct sk_day_key;

#define SK_INBOX_SIZE_MIN (UINT64_C(1) << 20)

/* What may come (sk_inbox_admit). */
enum sk_room { SK_ROOM_OPEN, SK_ROOM_TIGHT, SK_ROOM_CLOSED };

/* Guarded by its lock. */
struct sk_admission {
    pthread_mutex_t lock;
    enum sk_room room;
    uint64_t hour; /* in which it was taken, since 1970; 0: not yet */
};

struct sk_writer;
struct sk_announced;

struct sk_inbox {
    struct sk_kv *kv;
    char *address; /* of the store */
    uint64_t size; /* bytes that may be used */
    struct sk_admission admission;
    struct sk_announced *announced; /* uploads that have no byte yet */
    struct sk_writer *writer;
};

/* ---- inbox_space.c ---------------------------------------------------------------- */

/* The state that follows when so many sixteenths, rounded up, are used; first: none is known, and
 * in doubt it is the stricter one. */
enum sk_room sk_room_next(enum sk_room room, bool first, unsigned sixteenths);
/* Takes the state anew, if it was not in this hour. */
enum sk_error sk_room_take(struct sk_inbox *inbox, uint64_t hour);
void sk_room_close(struct sk_inbox *inbox); /* until the next hour */

/* ---- inbox_read.c ------------------------------------------------------------------- */

/* NOT_FOUND, CORRUPT. */
enum sk_error sk_envelope_find(struct sk_txn *txn, const struct sk_envelope_id *id,
                               struct sk_envelope_record *out);

/* ---- writer.c ------------------------------------------------------------------------ */

void sk_writer_stop(struct sk_writer *writer); /* stores what is queued, ends the thread, frees */
enum sk_error sk_writer_new(struct sk_writer **out, struct sk_inbox *inbox);
/* Tells a running writer which day it is: on a new one it drops what stood still too long. */
void sk_writer_day(struct sk_writer *writer, uint32_t today);

/* ---- inbox_rows.c: what is published, one table row for itself ------------------------- */

void sk_row_put(struct sk_txn *txn, const struct sk_stored_row *row);
/* number 0 when there was none. CORRUPT. */
enum sk_error sk_publication_read(struct sk_txn *txn, struct sk_publication *out);
void sk_publication_write(struct sk_txn *txn, const struct sk_publication *publication);
/* A u32 of the table meta; `absent` if it is not there. */
uint32_t sk_meta_u32(struct sk_txn *txn, const char *name, uint32_t absent);
void sk_meta_put_u32(struct sk_txn *txn, const char *name, uint32_t value);

/* ---- age.c ------------------------------------------------------------------------------
 *
 * A clock may be wrong by years for a while, and what was deleted meanwhile does not come back. So
 * things grow old by a day of their own. Each publication moves it towards the clock's day by two
 * days at most, and only if the publication before was at most two days ago. */

/* What ended before this day is to be deleted: never later than either. */
uint32_t sk_age_past(struct sk_txn *txn, uint32_t today);
/* What is put down now begins to grow old on this day: never earlier than either. */
uint32_t sk_age_from(struct sk_txn *txn, uint32_t today);
void sk_age_step(struct sk_txn *txn, uint32_t before, uint32_t today);

/* ---- publish.c ------------------------------------------------------------------------- */

/* All zero: never, or the last attempt failed. */
struct sk_published {
    uint32_t day;   /* of the last publication */
    uint32_t since; /* the same, or the earlier one to which the clock went back after it */
};

/* The writer's part of publishing. */
struct sk_publisher {
    struct sk_inbox *inbox;
    struct sk_day_key *key;
    uint8_t name[SK_INBOX_NAME];
    void (*news)(void *, const struct sk_publication_news *);
    void *context;
};

/* Takes the key; publishes if the day asks for it. CORRUPT: the inbox has no name. */
enum sk_error sk_publisher_start(struct sk_publisher *publisher, uint32_t today,
                                 struct sk_published *published);
/* Where nothing is pending the kernel need not keep a key. */
void sk_publisher_stop(struct sk_publisher *publisher);
/* Whether this day asks for a publication: it is after the last one, or after the day to which the
 * clock went back since, and not the very day that was published before it went back. */
bool sk_publication_due(const struct sk_published *published, uint32_t today);
/* Whether the clock went back behind the last publication, by more than a step over midnight. */
bool sk_publication_ahead(const struct sk_published *published, uint32_t today);
/* Writes down that days count from this one on; nothing is published. */
enum sk_error sk_publication_set_back(struct sk_inbox *inbox, uint32_t today);
/* One transaction. FULL, MEMORY and LOCKED leave everything as it was. */
enum sk_error sk_publish(struct sk_publisher *publisher, uint32_t today, bool told,
                         struct sk_published *published);

/* Of a piece of so many bytes altogether. (inbox_read.c) */
size_t sk_piece_length(uint64_t bytes, uint32_t piece);

#endif
