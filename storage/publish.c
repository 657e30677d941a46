/*
 * Publishing: the rows that arrived since the last publication become visible, all at once and in
 * key order.
 *
 * The table `rows` is written anew from its first key to its last, so that the file shows neither
 * which rows came together nor in which order. Random rows nobody owns fill the new ones up to a
 * power of two, which hides how many reports came, and whether any did. A sender of many rows could
 * move the number to just below a power of two, where one report more would double the batch: so a
 * random number of them is added first, in which a report more or less is lost.
 */
#include "storage/publish.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/base/secret.h"
#include "storage/day_key.h"
#include "storage/inbox_private.h"

#define NEW_LEAST 8u    /* rows that a publication adds, at least */
#define NOISE_ODDS 5u   /* a batch is at most 5/4 times as likely with one report more in it */
#define NOISE_MOST 64u  /* one in a million draws would go on */
#define UNDER_ONE 8192u /* rows under one prefix, on average, at most */
#define SET_BACK "set-back"

struct table {
    struct sk_stored_row *rows;
    size_t count, room;
};

static void table_free(struct table *table)
{
    if (table->rows != NULL) {
        sodium_memzero(table->rows, table->room * sizeof *table->rows);
    }
    free(table->rows);
}

static enum sk_error table_room(struct table *table, uint64_t rows)
{
    if (rows > SIZE_MAX / sizeof *table->rows - 1) {
        return SK_ERR_TOO_LARGE;
    }
    table->room = (size_t)rows + 1;
    table->rows = calloc(table->room, sizeof *table->rows);
    return table->rows == NULL ? SK_ERR_MEMORY : SK_OK;
}

static int by_row(const void *a, const void *b)
{
    const struct sk_stored_row *first = a, *second = b;

    return memcmp(first->row.b, second->row.b, sizeof first->row.b);
}

static void sort(struct table *table)
{
    qsort(table->rows, table->count, sizeof *table->rows, by_row);
}

/* ---- reading the tables -------------------------------------------------------------------- */

struct work {
    const struct sk_publisher *publisher;
    struct sk_txn *txn;
    struct sk_publication before, after;
    uint32_t exported, keep;
    uint16_t month; /* of the new rows */
    uint64_t lost;
    struct table old, fresh;
};

/* A row that an export's snapshot saw has its envelope in a bundle; one that was published after
 * that snapshot waits for the next. */
static uint8_t next_state(const struct work *w, const struct sk_stored_row *row)
{
    bool latest = (row->state & SK_ROW_LATEST) != 0;
    uint32_t number = w->before.number;
    bool seen = w->exported == number || (w->exported + 1 == number && !latest);

    return seen ? SK_ROW_CARRIED : row->state & (uint8_t)~SK_ROW_LATEST;
}

static enum sk_error read_old(struct work *w)
{
    struct sk_bytes key, value;
    enum sk_error e = table_room(&w->old, sk_txn_count(w->txn, SK_INBOX_ROWS));

    if (e != SK_OK) {
        return e;
    }
    SK_TXN_EACH(w->txn, SK_INBOX_ROWS, SK_KV_ALL, key, value)
    {
        struct sk_stored_row *row = &w->old.rows[w->old.count];

        if (w->old.count + 1 == w->old.room || !sk_row_decode(key, value, row)) {
            return SK_ERR_CORRUPT;
        }
        if (row->month >= w->keep) {
            row->state = next_state(w, row);
            w->old.count++;
        }
    }
    return sk_txn_error(w->txn);
}

/* A power of two. */
static uint64_t padded(uint64_t rows)
{
    uint64_t n = NEW_LEAST;

    while (n < rows) {
        n *= 2;
    }
    return n;
}

/* With room for the random rows. */
static enum sk_error read_pending(struct work *w)
{
    struct sk_bytes key, value;
    uint64_t pending = sk_txn_count(w->txn, SK_INBOX_PENDING);
    enum sk_error e = table_room(&w->fresh, padded(pending + NOISE_MOST));

    if (e != SK_OK) {
        return e;
    }
    SK_TXN_EACH(w->txn, SK_INBOX_PENDING, SK_KV_ALL, key, value)
    {
        if (w->fresh.count < pending && key.len == SK_PENDING_NAME &&
            value.len == SK_PENDING_BYTES &&
            sk_pending_open(&w->fresh.rows[w->fresh.count].row, w->publisher->key, key.p,
                            value.p)) {
            w->fresh.count++;
        } else {
            w->lost++;
        }
    }
    return sk_txn_error(w->txn);
}

/* ---- the new table --------------------------------------------------------------------- */

/* A row that came twice counts once; one that is published already becomes "received" again,
 * because the envelope that came with it now is in no bundle. The others are new. */
static void merge_known(struct work *w)
{
    size_t left = 0;

    sort(&w->fresh);
    for (size_t i = 0; i < w->fresh.count; i++) {
        struct sk_stored_row row = w->fresh.rows[i];
        struct sk_stored_row *known = bsearch(&row, w->old.rows, w->old.count, sizeof row, by_row);

        row.month = w->month;
        row.state = SK_ROW_RECEIVED | SK_ROW_LATEST;
        if (known != NULL) {
            *known = row;
        } else if (left == 0 || by_row(&w->fresh.rows[left - 1], &row) != 0) {
            w->fresh.rows[left++] = row;
        }
    }
    w->fresh.count = left;
}

/* Geometric: wherever a sender has moved the number, each further report changes what is likely by
 * the same small factor. */
static uint64_t noise(void)
{
    uint64_t n = 0;

    while (n < NOISE_MOST && randombytes_uniform(NOISE_ODDS) != 0) {
        n++;
    }
    return n;
}

static void add_random_rows(struct work *w)
{
    size_t wanted = (size_t)padded(w->fresh.count + noise());

    while (w->fresh.count < wanted) {
        struct sk_stored_row *row = &w->fresh.rows[w->fresh.count++];

        randombytes_buf(row->row.b, sizeof row->row.b);
        row->month = w->month;
        row->state = SK_ROW_RECEIVED | SK_ROW_LATEST;
    }
    sort(&w->fresh);
}

/* FORMAT 9: how many bits a prefix has, and how many places are under each; under: how many rows
 * have this first byte. */
static void set_prefix(struct work *w, const size_t under[256], size_t total)
{
    size_t most = SK_PLACES_LEAST;
    uint32_t bits = 0;

    while (bits < SK_BITS_MOST && total > (size_t)UNDER_ONE << bits) {
        bits++;
    }
    size_t width = (size_t)256 >> bits;

    for (size_t from = 0; from < 256; from += width) {
        size_t sum = 0;

        for (size_t i = from; i < from + width; i++) {
            sum += under[i];
        }
        most = sum > most ? sum : most;
    }
    w->after.bits = bits;
    w->after.places = SK_PLACES_LEAST;
    while (w->after.places < most) {
        w->after.places *= 2;
    }
}

/* Both tables are sorted and share no row. */
static void write_rows(struct work *w)
{
    size_t under[256] = {0}, i = 0, k = 0, total = w->old.count + w->fresh.count;

    sk_txn_delete_prefix(w->txn, SK_INBOX_ROWS, SK_KV_ALL, SIZE_MAX);
    while (i < w->old.count || k < w->fresh.count) {
        bool old = k == w->fresh.count ||
                   (i < w->old.count && by_row(&w->old.rows[i], &w->fresh.rows[k]) < 0);
        const struct sk_stored_row *row = old ? &w->old.rows[i++] : &w->fresh.rows[k++];

        under[row->row.b[0]]++;
        sk_row_put(w->txn, row);
    }
    set_prefix(w, under, total);
}

static enum sk_error publish_in(struct work *w, uint32_t today, bool told)
{
    enum sk_error e = sk_publication_read(w->txn, &w->before);

    if (e != SK_OK) {
        return e;
    }
    if (w->before.number == UINT32_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    w->after.number = w->before.number + 1;
    w->after.day = today;
    w->month = (uint16_t)sk_month_of_day(sk_age_from(w->txn, today));
    w->exported = sk_meta_u32(w->txn, "exported", UINT32_MAX - 1);
    w->keep = sk_meta_u32(w->txn, "keep", 0);
    e = read_old(w);
    if (e != SK_OK) {
        return e;
    }
    e = read_pending(w);
    if (e != SK_OK) {
        return e;
    }
    merge_known(w);
    add_random_rows(w);
    write_rows(w);
    sk_txn_delete_prefix(w->txn, SK_INBOX_PENDING, SK_KV_ALL, SIZE_MAX);
    sk_publication_write(w->txn, &w->after);
    sk_txn_delete(w->txn, SK_INBOX_META, sk_bytes(SET_BACK, strlen(SET_BACK)));
    if (!told) {
        sk_age_step(w->txn, w->before.day, today);
    }
    return SK_OK;
}

/* ---- with its key -------------------------------------------------------------------------- */

static struct sk_key_name key_name(const struct sk_publisher *p, uint32_t number)
{
    struct sk_key_name name = {.number = number};

    memcpy(name.inbox, p->name, sizeof name.inbox);
    return name;
}

static void report(const struct sk_publisher *p, const struct sk_publication_news *news)
{
    if (p->news != NULL) {
        p->news(p->context, news);
    }
}

/* The next key is made before the old one is revoked. A crash in between leaves one too many, which
 * the next start revokes. */
static enum sk_error change_key(struct sk_publisher *p, const struct work *w, bool *kept)
{
    struct sk_key_name old = key_name(p, w->before.number), next = key_name(p, w->after.number);
    struct sk_day_key *key;
    enum sk_error e = sk_day_key_new(&key, &next, kept);

    if (e != SK_OK) {
        return e;
    }
    sk_secret_free(p->key);
    p->key = key;
    sk_day_key_revoke(&old);
    return SK_OK;
}

bool sk_publication_due(const struct sk_published *published, uint32_t today)
{
    return today > published->since && today != published->day;
}

bool sk_publication_ahead(const struct sk_published *published, uint32_t today)
{
    return (uint64_t)today + 1 < published->since;
}

enum sk_error sk_publication_set_back(struct sk_inbox *inbox, uint32_t today)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    sk_meta_put_u32(txn, SET_BACK, today);
    return sk_txn_commit(txn);
}

enum sk_error sk_publish(struct sk_publisher *p, uint32_t today, bool told,
                         struct sk_published *published)
{
    struct sk_publication_news news = {.told = told};
    struct work w = {.publisher = p, .txn = sk_kv_begin(p->inbox->kv, true)};

    sk_txn_fail(w.txn, publish_in(&w, today, told));
    enum sk_error e = sk_txn_commit(w.txn);

    if (e == SK_OK) {
        e = change_key(p, &w, &news.kept);
        news.publication = w.after;
        news.lost = w.lost;
        *published = (struct sk_published){.day = today, .since = today};
    } else {
        news.error = e;
        news.kept = true; /* as it was */
    }
    report(p, &news);
    table_free(&w.old);
    table_free(&w.fresh);
    return e;
}

/* ---- starting and stopping ----------------------------------------------------------------- */

static enum sk_error find_name(struct sk_publisher *p, struct sk_publication *last,
                               struct sk_published *published)
{
    struct sk_bytes value;
    struct sk_txn *txn = sk_kv_begin(p->inbox->kv, false);
    enum sk_error e = sk_publication_read(txn, last);

    if (e != SK_OK) {
        goto out;
    }
    if (!sk_txn_get(txn, SK_INBOX_META, sk_bytes("name", 4), &value) ||
        value.len != sizeof p->name) {
        e = sk_txn_error_or(txn, SK_ERR_CORRUPT);
        goto out;
    }
    memcpy(p->name, value.p, sizeof p->name);
    published->day = last->day;
    published->since = sk_meta_u32(txn, SET_BACK, last->day);
out:
    sk_txn_abort(txn);
    return e;
}

enum sk_error sk_publisher_start(struct sk_publisher *p, uint32_t today,
                                 struct sk_published *published)
{
    struct sk_publication_news news = {0};
    enum sk_error e = find_name(p, &news.publication, published);

    if (e != SK_OK) {
        return e;
    }
    struct sk_key_name name = key_name(p, news.publication.number);

    e = sk_day_key_load(&p->key, &name, &news.kept);
    if (e != SK_OK) {
        return e;
    }
    if (name.number > 0) {
        name.number--; /* of a publication that was cut off before it could revoke it */
        sk_day_key_revoke(&name);
    }
    if (sk_publication_due(published, today)) {
        return sk_publish(p, today, false, published);
    }
    if (sk_publication_ahead(published, today)) {
        published->since = today; /* also when that cannot be written: this process knows */
        e = sk_publication_set_back(p->inbox, today);
    }
    if (e == SK_OK) {
        report(p, &news);
    }
    return e;
}

void sk_publisher_stop(struct sk_publisher *p)
{
    if (p->key == NULL) {
        return;
    }
    struct sk_publication last;
    struct sk_txn *txn = sk_kv_begin(p->inbox->kv, false);
    uint64_t pending = sk_txn_count(txn, SK_INBOX_PENDING);

    if (sk_publication_read(txn, &last) == SK_OK && pending == 0) {
        struct sk_key_name name = key_name(p, last.number);

        sk_day_key_revoke(&name);
    }
    sk_txn_abort(txn);
    sk_secret_free(p->key);
    p->key = NULL;
}
