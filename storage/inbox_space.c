#include "storage/inbox_space.h"

#include "keys/format/class.h"
#include "storage/inbox_private.h"

#define ONE_CHUNK (SK_HEADER_BYTES + SK_CHUNK_BYTES)

enum sk_error sk_inbox_space(struct sk_inbox *inbox, struct sk_inbox_space *out)
{
    struct sk_kv_space space;
    enum sk_error e = sk_kv_space(inbox->kv, true, &space);

    if (e == SK_OK) {
        out->size = inbox->size;
        out->used = space.used;
    }
    return e;
}

/* ---- admission ---------------------------------------------------------------------- */

/*
 * A refusal for want of room tells something of how full the store is: a client that asked again
 * and again, filling it byte by byte, could weigh what others send meanwhile. So the answer is a
 * state, which changes once an hour at most, by sixteenths, with a margin between entering and
 * leaving it.
 */
enum sk_room sk_room_next(enum sk_room room, bool first, unsigned sixteenths)
{
    if (sixteenths > 15 || (sixteenths == 15 && (first || room == SK_ROOM_CLOSED))) {
        return SK_ROOM_CLOSED;
    }
    if (sixteenths > 13 || (sixteenths == 13 && (first || room != SK_ROOM_OPEN))) {
        return SK_ROOM_TIGHT;
    }
    return SK_ROOM_OPEN;
}

enum sk_error sk_room_take(struct sk_inbox *inbox, uint64_t hour)
{
    struct sk_admission *admission = &inbox->admission;
    struct sk_kv_space space;
    uint64_t sixteenth = inbox->size / 16;

    pthread_mutex_lock(&admission->lock);
    bool taken = admission->hour == hour, first = admission->hour == 0;

    pthread_mutex_unlock(&admission->lock);
    if (taken) {
        return SK_OK;
    }
    enum sk_error e = sk_kv_space(inbox->kv, true, &space);

    if (e != SK_OK) {
        return e;
    }
    uint64_t n = (space.used + sixteenth - 1) / sixteenth;

    pthread_mutex_lock(&admission->lock);
    admission->room = sk_room_next(admission->room, first, n > 16 ? 16 : (unsigned)n);
    admission->hour = hour;
    pthread_mutex_unlock(&admission->lock);
    return SK_OK;
}

void sk_room_close(struct sk_inbox *inbox)
{
    pthread_mutex_lock(&inbox->admission.lock);
    inbox->admission.room = SK_ROOM_CLOSED;
    pthread_mutex_unlock(&inbox->admission.lock);
}

enum sk_error sk_inbox_admit(struct sk_inbox *inbox, uint64_t bytes)
{
    pthread_mutex_lock(&inbox->admission.lock);
    enum sk_room room = inbox->admission.room;

    pthread_mutex_unlock(&inbox->admission.lock);
    if (room == SK_ROOM_CLOSED) {
        return SK_ERR_FULL;
    }
    /* More than 13 sixteenths never fit, however empty the store is. */
    if (bytes > ONE_CHUNK && (room == SK_ROOM_TIGHT || bytes > inbox->size / 16 * 13)) {
        return SK_ERR_STORE_RESERVE;
    }
    return SK_OK;
}
