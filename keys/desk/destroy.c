#include "keys/desk/destroy.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/desk/index.h"
#include "keys/format/answer.h"
#include "keys/format/content.h"

/* FORMAT section 4: monthly keys are kept for six months after their month. */
enum { KEEP_MONTHS = 6, KEEP_WEEKS_DEFAULT = 8 };

bool sk_destroyed(const struct sk_desk *desk, uint32_t epoch)
{
    return sk_keyring_get(desk->ring, SK_KEY_DESTROYED, epoch, NULL) != NULL;
}

static uint32_t week_of_day(uint32_t day)
{
    return sk_week_of((time_t)day * 86400);
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

/* ---- which epochs ---------------------------------------------------------- */

struct choice {
    struct sk_destroy *d;
    const uint32_t *only;
    uint32_t bit; /* SK_EPOCH_MONTH for month keys, 0 for week keys */
    enum sk_error e;
};

static struct sk_expired *find(const struct sk_destroy *d, uint32_t epoch)
{
    for (size_t i = 0; i < d->count; i++) {
        if (d->expired[i].epoch == epoch) {
            return &d->expired[i];
        }
    }
    return NULL;
}

static bool is_past(const struct sk_destroy *d, uint32_t epoch)
{
    if ((epoch & SK_EPOCH_MONTH) == 0) {
        return epoch < d->first_week;
    }
    return (epoch & ~SK_EPOCH_MONTH) < less(sk_month_of_day(d->today), KEEP_MONTHS);
}

static void choose(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    struct choice *c = ctx;
    struct sk_destroy *d = c->d;
    uint32_t epoch = id | c->bit;
    struct sk_expired *more;

    (void)data;
    (void)len;
    /* id 0 of the index keys is no epoch. */
    if (c->e != SK_OK || epoch == 0 || find(d, epoch) != NULL ||
        (c->only != NULL ? epoch != *c->only : !is_past(d, epoch))) {
        return;
    }
    more = reallocarray(d->expired, d->count + 1, sizeof *more);
    if (more == NULL) {
        c->e = SK_ERR_MEMORY;
        return;
    }
    d->expired = more;
    more[d->count++] = (struct sk_expired){epoch, 0};
}

static enum sk_error choose_all(struct sk_destroy *d, const uint32_t *only)
{
    struct choice c = {.d = d, .only = only, .e = SK_OK};

    sk_keyring_each(d->desk->ring, SK_KEY_WEEK, choose, &c);
    sk_keyring_each(d->desk->ring, SK_KEY_INDEX, choose, &c);
    c.bit = SK_EPOCH_MONTH;
    sk_keyring_each(d->desk->ring, SK_KEY_MONTH, choose, &c);
    return c.e == SK_OK && only != NULL && d->count == 0 ? SK_ERR_NOT_FOUND : c.e;
}

/* ---- which threads ---------------------------------------------------------- */

static enum sk_error note_report(void *ctx, const struct sk_entry *entry)
{
    struct sk_destroy *d = ctx;
    struct sk_expired *expired = find(d, entry->epoch);

    d->newest = entry->day > d->newest ? entry->day : d->newest;
    if (expired == NULL) {
        return sk_digests_add(&d->kept, &entry->digest, 0);
    }
    expired->reports++;
    return d->named ? sk_digests_add(&d->gone, &entry->digest, 0) : SK_OK;
}

static bool is_recent(const struct sk_destroy *d, uint32_t day)
{
    return day != 0 && week_of_day(day) >= d->first_week;
}

/* An answer's text is kept as long as its report, or as the week in which it was written; not
 * longer than the report if that one's epoch is destroyed by name. */
static bool text_stays(const struct sk_destroy *d, const struct sk_case *c,
                       const struct sk_said *said)
{
    return sk_digests_find(&d->kept, &c->digest, NULL) ||
           (is_recent(d, said->day) && !sk_digests_find(&d->gone, &c->digest, NULL));
}

static size_t texts_that_stay(const struct sk_destroy *d, const struct sk_case *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->said_count; i++) {
        n += text_stays(d, c, &c->said[i]) ? 1 : 0;
    }
    return n;
}

struct fate {
    bool stays, closed, wanted;
};

/* A thread is kept while one of its reports is. Without reports it is kept if it changed lately,
 * unless it is closed and no answer is left to deliver. */
static struct fate fate_of(const struct sk_destroy *d, const struct sk_case *first)
{
    struct fate f = {false, false, false};
    const struct sk_case *c = first, *last = first;
    bool report = false, text = false, recent = false;

    for (;;) {
        report |= sk_digests_find(&d->kept, &c->digest, NULL);
        text |= texts_that_stay(d, c) > 0;
        recent |= is_recent(d, c->day) || is_recent(d, c->answer_day);
        f.wanted |= (c->flags & SK_FLAG_ANSWERS) != 0;
        last = c->answer_order > last->answer_order ? c : last;
        if (c->next_of_thread == SIZE_MAX) {
            break;
        }
        c = sk_threads_at(d->threads, c->next_of_thread);
    }
    f.closed = last->status == SK_STATUS_CLOSED;
    f.stays = report || (recent && (text || !f.closed));
    return f;
}

static bool case_stays(const struct sk_destroy *d, const struct sk_case *c)
{
    return fate_of(d, sk_threads_first(d->threads, &c->mailbox)).stays;
}

static void count_losses(struct sk_destroy *d)
{
    for (size_t i = 0; i < sk_threads_count(d->threads); i++) {
        const struct sk_case *c = sk_threads_at(d->threads, i);
        struct fate f = fate_of(d, sk_threads_first(d->threads, &c->mailbox));

        if (f.stays) {
            d->texts_end += (unsigned)(c->said_count - texts_that_stay(d, c));
        } else if (sk_threads_first(d->threads, &c->mailbox) == c) {
            d->threads_end++;
            d->open_end += f.wanted && !f.closed ? 1 : 0;
        }
    }
}

enum sk_error sk_destroy_plan(struct sk_destroy *d, struct sk_desk *desk, const uint32_t *epoch)
{
    uint32_t keep = desk->state.keep_weeks > 0 ? desk->state.keep_weeks : KEEP_WEEKS_DEFAULT;
    enum sk_error e;

    memset(d, 0, sizeof *d);
    d->desk = desk;
    d->named = epoch != NULL;
    d->today = sk_day_of(time(NULL));
    d->first_week = less(week_of_day(d->today), keep);
    e = choose_all(d, epoch);
    if (e == SK_OK) {
        e = sk_index_each(desk, note_report, d);
    }
    if (e == SK_OK) {
        e = sk_threads_open(&d->threads, desk);
    }
    if (e == SK_OK) {
        count_losses(d);
    }
    return e;
}

void sk_destroy_free(struct sk_destroy *d)
{
    sk_threads_close(d->threads);
    sk_digests_free(&d->kept);
    sk_digests_free(&d->gone);
    free(d->expired);
}

bool sk_destroy_has_work(const struct sk_destroy *d)
{
    return d->count > 0 || d->threads_end > 0 || d->texts_end > 0;
}

/* ---- the new log of threads -------------------------------------------------- */

struct answer {
    const struct sk_case *of;
    uint64_t order;
    uint32_t day;
    const char *text; /* NULL: only the status */
};

static int by_order(const void *a, const void *b)
{
    const struct answer *x = a, *y = b;

    return (x->order > y->order) - (x->order < y->order);
}

static size_t note_answers(const struct sk_destroy *d, const struct sk_case *c, struct answer *out)
{
    bool last = false; /* the newest answer is among the texts */
    size_t n = 0;

    for (size_t i = 0; i < c->said_count; i++) {
        const struct sk_said *said = &c->said[i];

        if (text_stays(d, c, said)) {
            out[n++] = (struct answer){c, said->order, said->day, said->text};
            last |= said->order == c->answer_order;
        }
    }
    if (c->answer_order > 0 && !last) {
        out[n++] = (struct answer){c, c->answer_order, c->answer_day, NULL};
    }
    return n;
}

static size_t most_answers(const struct sk_threads *threads)
{
    size_t n = 1;

    for (size_t i = 0; i < sk_threads_count(threads); i++) {
        n += 1 + sk_threads_at(threads, i)->said_count;
    }
    return n;
}

/* Reports in the order of arrival, since the first of a mailbox owns it; then answers in order. */
static enum sk_error copy_threads(const struct sk_destroy *d, struct sk_threads *to)
{
    struct answer *answers = calloc(most_answers(d->threads), sizeof *answers);
    enum sk_error e = answers == NULL ? SK_ERR_MEMORY : SK_OK;
    size_t n = 0;

    for (size_t i = 0; e == SK_OK && i < sk_threads_count(d->threads); i++) {
        const struct sk_case *c = sk_threads_at(d->threads, i);

        if (case_stays(d, c)) {
            e = sk_threads_add(to, c);
            n += note_answers(d, c, answers + n);
        }
    }
    if (e == SK_OK) {
        qsort(answers, n, sizeof *answers, by_order);
    }
    for (size_t i = 0; e == SK_OK && i < n; i++) {
        e = sk_threads_answer(to, &answers[i].of->digest, answers[i].of->status, answers[i].day,
                              answers[i].text, false);
    }
    free(answers);
    return e;
}

static enum sk_error rewrite_threads(struct sk_destroy *d, uint32_t generation,
                                     const uint8_t key[32])
{
    struct sk_threads *fresh = NULL;
    enum sk_error e = sk_threads_create(&fresh, d->desk, generation, key);

    if (e == SK_OK) {
        e = copy_threads(d, fresh);
    }
    if (e == SK_OK) {
        e = sk_threads_sync(fresh, &d->desk->state);
    }
    sk_threads_close(fresh);
    return e == SK_OK ? sk_home_save_state(d->desk) : e;
}

/* ---- the keys ----------------------------------------------------------------- */

static enum sk_error drop(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id)
{
    enum sk_error e = sk_keyring_remove(ring, type, id);

    return e == SK_ERR_NOT_FOUND ? SK_OK : e;
}

static enum sk_error drop_epoch(struct sk_keyring *ring, uint32_t epoch, uint32_t today)
{
    bool month = (epoch & SK_EPOCH_MONTH) != 0;
    uint8_t day[4];
    enum sk_error e = drop(ring, month ? SK_KEY_MONTH : SK_KEY_WEEK, epoch & ~SK_EPOCH_MONTH);

    if (e == SK_OK) {
        e = drop(ring, SK_KEY_INDEX, epoch);
    }
    sk_put_u32(day, today);
    return e == SK_OK ? sk_keyring_put(ring, SK_KEY_DESTROYED, epoch, day, sizeof day) : e;
}

static enum sk_error change_keyring(struct sk_destroy *d, uint32_t generation,
                                    const uint8_t key[32])
{
    struct sk_keyring *ring = d->desk->ring;
    enum sk_error e = sk_keyring_put(ring, SK_KEY_THREADS, generation + 1, key, 32);

    if (e == SK_OK) {
        e = drop(ring, SK_KEY_THREADS, generation);
    }
    for (size_t i = 0; e == SK_OK && i < d->count; i++) {
        e = drop_epoch(ring, d->expired[i].epoch, d->today);
    }
    return e == SK_OK ? sk_home_save_keyring(d->desk) : e;
}

enum sk_error sk_destroy_keys(struct sk_destroy *d)
{
    uint32_t generation = sk_threads_generation(d->desk);
    uint8_t key[32];
    enum sk_error e;

    randombytes_buf(key, sizeof key);
    e = rewrite_threads(d, generation + 1, key);
    if (e == SK_OK) {
        e = change_keyring(d, generation, key);
    }
    sodium_memzero(key, sizeof key);
    return e;
}
