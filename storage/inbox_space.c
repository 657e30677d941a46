#include <time.h>

#include "keys/format/class.h"
#include "storage/inbox_private.h"

#define PAGE 4096u
#define PAGE_HEADER 16u
#define STALE_MS 1000u
#define ONE_CHUNK (SK_HEADER_BYTES + SK_CHUNK_BYTES)

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000 + 1;
}

uint64_t sk_ledger_cost(size_t len)
{
    return ((uint64_t)len + PAGE_HEADER + PAGE - 1) / PAGE * PAGE;
}

/* Counting the free pages takes a walk; between two walks, what was put is added up. Deletions
 * show at the next one: the figure errs towards full. */
static enum sk_error measure(struct sk_inbox *inbox)
{
    struct sk_ledger *ledger = &inbox->ledger;
    struct sk_txn *txn;
    uint64_t used = 0;

    pthread_mutex_lock(&ledger->lock);
    uint64_t counted = ledger->added;

    pthread_mutex_unlock(&ledger->lock);
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    sk_txn_abort(txn);
    e = sk_engine_used(inbox->engine, &used);
    pthread_rwlock_unlock(&inbox->swap);
    if (e != SK_OK) {
        return e;
    }
    pthread_mutex_lock(&ledger->lock);
    ledger->used = used;
    ledger->added -= counted < ledger->added ? counted : ledger->added;
    ledger->measured = now_ms();
    pthread_mutex_unlock(&ledger->lock);
    return SK_OK;
}

enum sk_error sk_ledger_used(struct sk_inbox *inbox, bool exact, uint64_t *used)
{
    struct sk_ledger *ledger = &inbox->ledger;

    pthread_mutex_lock(&ledger->lock);
    bool stale = ledger->measured == 0 || now_ms() - ledger->measured > STALE_MS;

    pthread_mutex_unlock(&ledger->lock);
    if (stale || exact) {
        enum sk_error e = measure(inbox);

        if (e != SK_OK) {
            return e;
        }
    }
    pthread_mutex_lock(&ledger->lock);
    *used = ledger->used + ledger->added;
    pthread_mutex_unlock(&ledger->lock);
    return SK_OK;
}

void sk_ledger_add(struct sk_inbox *inbox, uint64_t bytes)
{
    pthread_mutex_lock(&inbox->ledger.lock);
    inbox->ledger.added += bytes;
    pthread_mutex_unlock(&inbox->ledger.lock);
}

void sk_ledger_outdate(struct sk_inbox *inbox)
{
    pthread_mutex_lock(&inbox->ledger.lock);
    inbox->ledger.measured = 0;
    pthread_mutex_unlock(&inbox->ledger.lock);
}

enum sk_error sk_inbox_space(struct sk_inbox *inbox, struct sk_inbox_space *out)
{
    uint64_t used;
    enum sk_error e = sk_ledger_used(inbox, false, &used);

    if (e == SK_OK) {
        out->size = inbox->size;
        out->used = used;
    }
    return e;
}

/* ---- what may come ---------------------------------------------------------------------- */

/*
 * Whoever is refused for want of room learns something of how full the store is, and who asks again
 * and again, while he fills it byte by byte, would weigh what others send meanwhile. So the answer
 * is a state: taken once an hour, from sixteenths, and left later than it was entered.
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
    struct sk_ledger *ledger = &inbox->ledger;
    uint64_t used, sixteenth = inbox->size / 16;

    pthread_mutex_lock(&ledger->lock);
    bool taken = ledger->hour == hour, first = ledger->hour == 0;

    pthread_mutex_unlock(&ledger->lock);
    if (taken) {
        return SK_OK;
    }
    enum sk_error e = sk_ledger_used(inbox, true, &used);

    if (e != SK_OK) {
        return e;
    }
    uint64_t n = (used + sixteenth - 1) / sixteenth;

    pthread_mutex_lock(&ledger->lock);
    ledger->room = sk_room_next(ledger->room, first, n > 16 ? 16 : (unsigned)n);
    ledger->hour = hour;
    pthread_mutex_unlock(&ledger->lock);
    return SK_OK;
}

void sk_room_close(struct sk_inbox *inbox)
{
    pthread_mutex_lock(&inbox->ledger.lock);
    inbox->ledger.room = SK_ROOM_CLOSED;
    pthread_mutex_unlock(&inbox->ledger.lock);
}

enum sk_error sk_inbox_admit(struct sk_inbox *inbox, uint64_t bytes)
{
    pthread_mutex_lock(&inbox->ledger.lock);
    enum sk_room room = inbox->ledger.room;

    pthread_mutex_unlock(&inbox->ledger.lock);
    if (room == SK_ROOM_CLOSED) {
        return SK_ERR_FULL;
    }
    /* The second never fits, however empty the store is. */
    if (bytes > ONE_CHUNK && (room == SK_ROOM_TIGHT || bytes > inbox->size / 16 * 13)) {
        return SK_ERR_STORE_RESERVE;
    }
    return SK_OK;
}
