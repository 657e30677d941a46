/* Room in the inbox, and what may still come. */
#ifndef SK_STORAGE_INBOX_SPACE_H
#define SK_STORAGE_INBOX_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_inbox;

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

/* ---- for the inbox's own files ---------------------------------------------------------- */

/* What may come. */
enum sk_room { SK_ROOM_OPEN, SK_ROOM_TIGHT, SK_ROOM_CLOSED };

/* The state that follows when so many sixteenths, rounded up, are used; first: none is known, and
 * in doubt it is the stricter one. */
enum sk_room sk_room_next(enum sk_room room, bool first, unsigned sixteenths);
/* Takes the state anew, if it was not in this hour. */
enum sk_error sk_room_take(struct sk_inbox *inbox, uint64_t hour);
void sk_room_close(struct sk_inbox *inbox); /* until the next hour */

#endif
