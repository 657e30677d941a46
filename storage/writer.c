#include "storage/writer.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "storage/announced.h"
#include "storage/collect.h"
#include "storage/envelope.h"
#include "storage/inbox_private.h"
#include "storage/partial.h"
#include "storage/publish.h"

/* One group, one commit. Both bound the dirty pages that a commit holds in memory. */
#define GROUP_WRITES 512
#define GROUP_BYTES (UINT64_C(2) << 20)
/* Deleted pieces that one group also collects, and uploads that it lets expire: no sync of their
 * own, no long wait. */
#define GROUP_SWEEP 64
#define GROUP_EXPIRE 128
/* Uploads under way: so many bytes of the size for each. A one-chunk report takes as much. */
#define UPLOAD_SHARE (UINT64_C(16) << 10)

struct sk_writer {
    struct sk_inbox *inbox;
    pthread_t thread;
    bool started;
    struct sk_kv_lock *lock_held; /* two writers would collect each other's uploads */
    void (*fatal)(void *);
    void *context;

    struct sk_publisher publisher; /* the thread's own once it runs */

    pthread_mutex_t lock; /* guards the next eleven */
    pthread_cond_t wake;
    struct sk_write *first, **last;
    bool stop;
    uint64_t writes, commits;
    enum sk_error state; /* of the last group that had requests */
    uint32_t day;        /* as the last tick had it; 0: not running */
    bool new_day;        /* expiry has not run on it */
    bool set_back;       /* that day is behind the last publication: still to be written down */
    struct sk_published published;
    enum { PUBLISH_NOT, PUBLISH_DUE, PUBLISH_TOLD } publish;

    /* the thread's own */
    uint32_t expire; /* uploads whose last day is before this one go; 0: nothing to do */
    bool broken;     /* after an I/O error: nothing is written any more */
    bool sweep;      /* deleted envelopes may have pieces left */
    bool publishing, told;
    uint32_t back_to; /* 0: the clock did not go back */
    uint32_t today;   /* as the last tick had it */
    size_t count;
    struct sk_write *group[GROUP_WRITES];
    enum sk_error results[GROUP_WRITES];
};

enum sk_error sk_writer_new(struct sk_writer **out, struct sk_inbox *inbox)
{
    struct sk_writer *w = calloc(1, sizeof *w);

    if (w == NULL) {
        return SK_ERR_MEMORY;
    }
    w->inbox = w->publisher.inbox = inbox;
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    *out = w;
    return SK_OK;
}

/* ---- the queue --------------------------------------------------------------------- */

void sk_inbox_submit(struct sk_inbox *inbox, struct sk_write *write)
{
    struct sk_writer *w = inbox->writer;

    write->next = NULL;
    pthread_mutex_lock(&w->lock);
    bool wake = w->first == NULL;

    *w->last = write;
    w->last = &write->next;
    pthread_mutex_unlock(&w->lock);
    if (wake) {
        pthread_cond_signal(&w->wake);
    }
}

static void take_group(struct sk_writer *w)
{
    uint64_t bytes = 0;

    w->count = 0;
    while (w->first != NULL && w->count < GROUP_WRITES && bytes < GROUP_BYTES) {
        struct sk_write *d = w->first;

        w->first = d->next;
        bytes += d->len;
        w->group[w->count++] = d;
    }
    if (w->first == NULL) {
        w->last = &w->first;
    }
}

/* Waits for work; false when there is none and none will come. */
static bool next_group(struct sk_writer *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->first == NULL && !w->stop && !w->sweep && w->expire == 0 && !w->new_day &&
           !w->set_back && w->publish == PUBLISH_NOT) {
        pthread_cond_wait(&w->wake, &w->lock);
    }
    bool ended = w->first == NULL && w->stop;

    if (w->new_day) {
        w->expire = w->day;
        w->new_day = false;
    }
    w->publishing = w->publish != PUBLISH_NOT;
    w->told = w->publish == PUBLISH_TOLD;
    w->today = w->day;
    w->back_to = w->set_back && !w->publishing ? w->published.since : 0;
    w->set_back = false;
    w->publish = PUBLISH_NOT;
    take_group(w);
    pthread_mutex_unlock(&w->lock);
    return !ended;
}

void sk_writer_day(struct sk_writer *w, uint32_t today)
{
    pthread_mutex_lock(&w->lock);
    bool new_day = w->day != 0 && w->day != today;
    bool due = w->day != 0 && sk_publication_due(&w->published, today);
    bool back = w->day != 0 && sk_publication_ahead(&w->published, today);

    if (back) {
        w->published.since = today;
        w->set_back = true;
    }
    if (new_day) {
        w->day = today;
        w->new_day = true;
    }
    if (due && w->publish == PUBLISH_NOT) {
        w->publish = PUBLISH_DUE;
    }
    pthread_mutex_unlock(&w->lock);
    if (new_day || due || back) {
        pthread_cond_signal(&w->wake);
    }
}

void sk_inbox_publish(struct sk_inbox *inbox)
{
    struct sk_writer *w = inbox->writer;

    pthread_mutex_lock(&w->lock);
    w->publish = PUBLISH_TOLD;
    pthread_mutex_unlock(&w->lock);
    pthread_cond_signal(&w->wake);
}

void sk_inbox_on_publication(struct sk_inbox *inbox,
                             void (*news)(void *, const struct sk_publication_news *),
                             void *context)
{
    inbox->writer->publisher.news = news;
    inbox->writer->publisher.context = context;
}

void sk_inbox_writer_counts(struct sk_inbox *inbox, uint64_t *writes, uint64_t *commits)
{
    struct sk_writer *w = inbox->writer;

    pthread_mutex_lock(&w->lock);
    *writes = w->writes;
    *commits = w->commits;
    pthread_mutex_unlock(&w->lock);
}

enum sk_error sk_inbox_writer_state(struct sk_inbox *inbox)
{
    struct sk_writer *w = inbox->writer;

    pthread_mutex_lock(&w->lock);
    enum sk_error state = w->state;

    pthread_mutex_unlock(&w->lock);
    return state;
}

/* ---- one group ------------------------------------------------------------------------ */

/* Keeps intake out of the reserve that deleting needs, also when it was not asked for first. */
static bool has_room(struct sk_writer *w, uint64_t wanted)
{
    struct sk_kv_space space;

    if (sk_kv_space(w->inbox->kv, false, &space) != SK_OK) {
        return true; /* the transaction itself will say what is wrong */
    }
    if (space.used + wanted <= w->inbox->size) {
        return true;
    }
    return sk_kv_space(w->inbox->kv, true, &space) != SK_OK ||
           space.used + wanted <= w->inbox->size;
}

/* Applies the request; what cannot go on after a failure is given up. */
static void apply(struct sk_writer *w, struct sk_txn *txn, size_t i, bool room)
{
    const struct sk_write *write = w->group[i];
    uint32_t day = sk_day_of(time(NULL));
    const struct sk_write_terms terms = {.day = sk_age_past(txn, day),
                                         .from = sk_age_from(txn, day),
                                         .key = w->publisher.key,
                                         .announced = w->inbox->announced,
                                         .uploads_most = w->inbox->size / UPLOAD_SHARE};
    bool deleted = false;
    uint8_t key[SK_UPLOAD_KEY];

    w->results[i] = !room && write->kind != SK_WRITE_DROP
                        ? SK_ERR_FULL
                        : sk_envelope_write(txn, write, &terms, &deleted);
    if (sk_txn_error(txn) != SK_OK) {
        return;
    }
    if (w->results[i] != SK_OK && !write->resumable) {
        sk_envelope_key(key, write);
        deleted |= sk_partial_forget(txn, key);
    }
    w->sweep |= deleted;
}

/* Uploads that have bytes on the disk now are announced no more. */
static void forget_announced(struct sk_writer *w, size_t from, size_t to)
{
    uint8_t key[SK_UPLOAD_KEY];

    for (size_t i = from; i < to; i++) {
        const struct sk_write *write = w->group[i];

        if (write->resumable && write->kind == SK_WRITE_PIECE && w->results[i] == SK_OK) {
            sk_envelope_key(key, write);
            sk_announced_drop(w->inbox->announced, key);
        }
    }
}

struct upkeep {
    bool collect, expire; /* more is left */
};

/* A bounded step of each. */
static struct upkeep keep_up(struct sk_writer *w, struct sk_txn *txn)
{
    struct upkeep left = {false, false};

    if (w->expire != 0) {
        left.expire =
            sk_partial_expire(txn, SK_LAST_DAY_NONE + 1, sk_age_past(txn, w->expire), GROUP_EXPIRE);
    }
    if (w->sweep || w->expire != 0) {
        left.collect = sk_deleted_collect(txn, GROUP_SWEEP);
    }
    return left;
}

/* Stores requests [from, to) in one transaction; their results are valid if it gives SK_OK. */
static enum sk_error store(struct sk_writer *w, size_t from, size_t to, bool room, bool upkeep)
{
    struct upkeep left = {.collect = w->sweep, .expire = true};
    struct sk_txn *txn = sk_kv_begin(w->inbox->kv, true);

    for (size_t i = from; i < to && sk_txn_error(txn) == SK_OK; i++) {
        apply(w, txn, i, room);
    }
    if (upkeep) {
        left = keep_up(w, txn);
    }
    enum sk_error e = sk_txn_commit(txn);

    if (e == SK_OK) {
        w->sweep = upkeep ? left.collect : w->sweep;
        w->expire = left.expire ? w->expire : 0;
        forget_announced(w, from, to);
        pthread_mutex_lock(&w->lock);
        w->commits += to > from ? 1 : 0;
        pthread_mutex_unlock(&w->lock);
    }
    return e;
}

/* Something did not fit: each by itself, so that only those are refused which do not. */
static enum sk_error store_singly(struct sk_writer *w)
{
    for (size_t i = 0; i < w->count; i++) {
        bool room = has_room(w, sk_kv_cost(w->group[i]->len));
        enum sk_error e = store(w, i, i + 1, room, false);

        if (e == SK_ERR_FULL) {
            e = store(w, i, i + 1, false, false); /* refuses it; deletes what cannot go on now */
            w->results[i] = SK_ERR_FULL;
        }
        if (e != SK_OK && e != SK_ERR_FULL) {
            return e;
        }
        if (w->results[i] == SK_ERR_FULL) {
            sk_room_close(w->inbox);
        }
    }
    return SK_OK;
}

static enum sk_error store_group(struct sk_writer *w)
{
    uint64_t wanted = 0;

    for (size_t i = 0; i < w->count; i++) {
        wanted += sk_kv_cost(w->group[i]->len);
    }
    enum sk_error e = SK_ERR_FULL;

    if (has_room(w, wanted)) {
        e = store(w, 0, w->count, true, true);
    }
    if (e == SK_ERR_FULL) {
        e = store_singly(w);
        if (e == SK_OK && (w->sweep || w->expire != 0)) {
            e = store(w, 0, 0, true, true);
        }
        if (e ==
            SK_ERR_FULL) { /* not even deleting fits: tried again with the next one, or tomorrow */
            w->sweep = false;
            w->expire = 0;
            e = SK_OK;
        }
    }
    return e;
}

static bool harmless(enum sk_error e)
{
    return e == SK_OK || e == SK_ERR_MEMORY || e == SK_ERR_LOCKED || e == SK_ERR_STORE_AWAY;
}

static enum sk_error passing(enum sk_error e)
{
    return e == SK_ERR_FULL || e == SK_ERR_TOO_LARGE || harmless(e) ? SK_OK : e;
}

/* What does not fit, or finds no memory, is tried again at the next tick. */
static enum sk_error publish(struct sk_writer *w)
{
    struct sk_published published = {0, 0};

    if (!w->publishing) {
        return SK_OK;
    }
    enum sk_error e = sk_publish(&w->publisher, w->today, w->told, &published);

    w->publishing = false;
    pthread_mutex_lock(&w->lock);
    if (w->set_back && w->published.since < published.since) {
        published.since = w->published.since; /* the clock went back meanwhile */
    }
    w->published = published; /* 0 after a failure: due */
    pthread_mutex_unlock(&w->lock);
    return passing(e);
}

/* The clock went back: a restart is to know. */
static enum sk_error set_back(struct sk_writer *w)
{
    uint32_t day = w->back_to;

    w->back_to = 0;
    return day == 0 ? SK_OK : passing(sk_publication_set_back(w->inbox, day));
}

static void answer_group(struct sk_writer *w, enum sk_error e)
{
    for (size_t i = 0; i < w->count && e == SK_OK; i++) {
        e = w->results[i] == SK_ERR_FULL ? SK_ERR_FULL : SK_OK;
    }
    pthread_mutex_lock(&w->lock);
    w->state = w->count > 0 ? e : w->state;
    w->writes += w->count;
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < w->count; i++) {
        w->group[i]->done(w->group[i], w->results[i]); /* the caller's again, from here on */
    }
}

static void *run(void *argument)
{
    struct sk_writer *w = argument;

    while (next_group(w)) {
        enum sk_error e = w->broken ? SK_ERR_IO : publish(w);

        if (e == SK_OK) {
            e = set_back(w);
        }
        if (e == SK_OK) {
            e = store_group(w);
        }
        bool fatal = !w->broken && !harmless(e);

        for (size_t i = 0; i < w->count && e != SK_OK; i++) {
            w->results[i] = SK_ERR_IO;
        }
        if (e != SK_OK) {
            w->sweep = false;
            w->expire = 0;
        }
        w->broken |= fatal;
        answer_group(w, e);
        if (fatal && w->fatal != NULL) {
            w->fatal(w->context);
        }
    }
    return NULL;
}

/* ---- starting and stopping ---------------------------------------------------------------- */

static enum sk_error start_thread(struct sk_writer *w)
{
    sigset_t all, before;

    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = pthread_create(&w->thread, NULL, run, w);

    pthread_sigmask(SIG_SETMASK, &before, NULL);
    w->started = r == 0;
    return r == 0 ? SK_OK : SK_ERR_MEMORY;
}

/* A full store publishes later; without a key nothing could be stored. */
static enum sk_error start_publisher(struct sk_writer *w, uint32_t today)
{
    enum sk_error e = sk_publisher_start(&w->publisher, today, &w->published);

    return w->publisher.key != NULL && (e == SK_ERR_FULL || e == SK_ERR_TOO_LARGE) ? SK_OK : e;
}

/* Envelopes in the making of a process that is gone, if nobody can resume them. */
static enum sk_error drop_orphans(struct sk_inbox *inbox)
{
    bool more = true;
    enum sk_error e = SK_OK;

    while (e == SK_OK && more) {
        struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

        more = sk_partial_expire(txn, SK_LAST_DAY_NONE, SK_LAST_DAY_NONE + 1, GROUP_WRITES);
        e = sk_txn_commit(txn);
    }
    return e;
}

enum sk_error sk_inbox_writer_start(struct sk_inbox *inbox, void (*fatal)(void *), void *context)
{
    struct sk_writer *w = inbox->writer;
    time_t now = time(NULL);

    if (w->started) {
        return SK_ERR_USAGE;
    }
    enum sk_error e = sk_kv_lock(inbox->address, "writer", &w->lock_held);

    if (e == SK_OK) {
        e = sk_kv_reserve(inbox->kv); /* it may come from a backup */
    }
    if (e == SK_OK) {
        e = drop_orphans(inbox);
    }
    if (e == SK_OK) {
        e = start_publisher(w, sk_day_of(now));
    }
    if (e == SK_OK) {
        e = sk_room_take(inbox, (uint64_t)now / 3600);
    }
    if (e == SK_OK) {
        w->sweep = true;
        w->day = w->expire = sk_day_of(now);
        w->fatal = fatal;
        w->context = context;
        e = start_thread(w);
    }
    if (e != SK_OK && w->lock_held != NULL) {
        sk_publisher_stop(&w->publisher);
        sk_kv_unlock(w->lock_held);
        w->lock_held = NULL;
    }
    return e;
}

void sk_writer_stop(struct sk_writer *w)
{
    if (w == NULL) {
        return;
    }
    if (w->started) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_mutex_unlock(&w->lock);
        pthread_cond_signal(&w->wake);
        pthread_join(w->thread, NULL);
        sk_publisher_stop(&w->publisher);
    }
    while (w->first != NULL) { /* never started: every request still gets its answer */
        struct sk_write *d = w->first;

        w->first = d->next;
        d->done(d, SK_ERR_IO);
    }
    sk_kv_unlock(w->lock_held);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
