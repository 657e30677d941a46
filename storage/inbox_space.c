#include <time.h>

#include "keys/seal/class.h"
#include "storage/inbox_private.h"

#define PAGE 4096u
#define PAGE_HEADER 16u
#define STALE_MS 1000u
#define REFUSAL_STALE_MS 50u
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

    if (e != SK_OK) {
        return e;
    }
    pthread_mutex_lock(&inbox->ledger.lock);
    out->announced = inbox->ledger.announced;
    pthread_mutex_unlock(&inbox->ledger.lock);
    out->size = inbox->size;
    out->used = used;
    return SK_OK;
}

/* Decides by this figure, and accounts for the upload when it may come. */
static enum sk_error judge(struct sk_inbox *inbox, uint64_t used, uint64_t bytes)
{
    struct sk_ledger *ledger = &inbox->ledger;
    uint64_t large = inbox->size / 100 * 80, all = inbox->size / 100 * 95;
    enum sk_error e = SK_OK;

    pthread_mutex_lock(&ledger->lock);
    uint64_t taken = used + ledger->announced;

    /* Written so that no sum can wrap, whatever a stranger announces. */
    if (taken > all || ONE_CHUNK > all - taken) {
        e = SK_ERR_FULL;
    } else if (bytes > ONE_CHUNK && (taken > large || bytes > large - taken)) {
        e = SK_ERR_STORE_RESERVE;
    } else {
        ledger->announced += bytes;
    }
    pthread_mutex_unlock(&ledger->lock);
    return e;
}

/* A figure errs towards full: nobody is turned away by an old one. Walks are still bounded, since
 * whoever is turned away may ask again at once. */
static bool worth_a_walk(struct sk_inbox *inbox)
{
    pthread_mutex_lock(&inbox->ledger.lock);
    bool old = now_ms() - inbox->ledger.measured > REFUSAL_STALE_MS;

    pthread_mutex_unlock(&inbox->ledger.lock);
    return old;
}

enum sk_error sk_inbox_admit(struct sk_inbox *inbox, uint64_t bytes)
{
    uint64_t used;
    enum sk_error e = sk_ledger_used(inbox, false, &used);

    if (e != SK_OK) {
        return e;
    }
    e = judge(inbox, used, bytes);
    if (e != SK_OK && worth_a_walk(inbox) && sk_ledger_used(inbox, true, &used) == SK_OK) {
        e = judge(inbox, used, bytes);
    }
    return e;
}

void sk_inbox_release(struct sk_inbox *inbox, uint64_t bytes)
{
    struct sk_ledger *ledger = &inbox->ledger;

    pthread_mutex_lock(&ledger->lock);
    ledger->announced -= bytes < ledger->announced ? bytes : ledger->announced;
    pthread_mutex_unlock(&ledger->lock);
}
