/*
 * A second engine behind storage/kv.h, for the tests: ordered maps in memory, which outlive closing
 * but not the process, with faults on demand. What passes with it uses nothing of the other one.
 *
 * A table is a sorted array of entries; what was committed never changes. A transaction that writes
 * makes itself a copy of the arrays that it touches.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/kv.h"
#include "tests/unit/storage_unit.h"

#define RESERVE (UINT64_C(16) << 20)
#define BLOCK 4096u

struct entry {
    size_t refs;
    size_t key_len, value_len;
    uint8_t bytes[]; /* key, value */
};

struct table {
    size_t refs;
    size_t count, room;
    struct entry **entries;
};

/* A part of a store, "on the disk". */
struct disk {
    struct disk *next;
    char *address;
    const char *name;
    uint32_t version;
    uint64_t size;
    size_t table_count;
    struct table *tables[SK_KV_TABLES_MAX];
    pthread_mutex_t writer;
};

struct sk_kv {
    const struct sk_kv_shape *shape;
    struct disk *disk;
    bool writable;
};

struct sk_txn {
    struct disk *disk;
    bool write;
    enum sk_error error;
    struct table *tables[SK_KV_TABLES_MAX];
    bool mine[SK_KV_TABLES_MAX]; /* this transaction's own copy */
    struct entry **dropped;      /* which what was read may still point to */
    size_t dropped_count;
};

/* Guards the list, and all counts of references. */
static pthread_mutex_t world = PTHREAD_MUTEX_INITIALIZER;
static struct disk *disks;

/* ---- faults -------------------------------------------------------------------------------- */

static atomic_int fault;
static atomic_uint countdown;

void unit_fault_set(enum unit_fault kind, unsigned after)
{
    atomic_store(&countdown, after);
    atomic_store(&fault, kind);
}

/* What becomes of a commit that changes something. */
static enum sk_error commit_fault(void)
{
    int expected = UNIT_EIO_SYNC;

    if (atomic_compare_exchange_strong(&fault, &expected, UNIT_NO_FAULT)) {
        return SK_ERR_STORE_UNKNOWN;
    }
    if (atomic_load(&fault) == UNIT_ENOSPC_WRITE && atomic_load(&countdown) > 0) {
        atomic_fetch_sub(&countdown, 1);
        return SK_ERR_FULL;
    }
    return SK_OK;
}

/* ---- entries and tables ---------------------------------------------------------------------- */

static void *need(void *p)
{
    if (p == NULL) {
        abort();
    }
    return p;
}

static struct sk_bytes key_of(const struct entry *e)
{
    return sk_bytes(e->bytes, e->key_len);
}

static int compare(struct sk_bytes a, struct sk_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int r = n == 0 ? 0 : memcmp(a.p, b.p, n);

    return r != 0 ? r : (a.len > b.len) - (a.len < b.len);
}

static struct entry *entry_new(struct sk_bytes key, struct sk_bytes value)
{
    struct entry *e = need(malloc(sizeof *e + key.len + value.len));

    e->refs = 1;
    e->key_len = key.len;
    e->value_len = value.len;
    memcpy(e->bytes, key.p, key.len);
    if (value.len > 0) {
        memcpy(e->bytes + key.len, value.p, value.len);
    }
    return e;
}

static void entry_drop(struct entry *e)
{
    if (--e->refs == 0) {
        free(e);
    }
}

static struct table *table_copy(const struct table *from)
{
    struct table *t = need(calloc(1, sizeof *t));

    t->refs = 1;
    t->count = from == NULL ? 0 : from->count;
    t->room = t->count + 64;
    t->entries = need(calloc(t->room, sizeof(struct entry *)));
    for (size_t i = 0; i < t->count; i++) {
        t->entries[i] = from->entries[i];
        t->entries[i]->refs++;
    }
    return t;
}

static void table_drop(struct table *t)
{
    if (t == NULL || --t->refs > 0) {
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        entry_drop(t->entries[i]);
    }
    free(t->entries);
    free(t);
}

/* Where the first key >= key is. */
static size_t place_of(const struct table *t, struct sk_bytes key)
{
    size_t low = 0, high = t->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(key_of(t->entries[middle]), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct table *t, size_t place, struct sk_bytes key)
{
    return place < t->count && compare(key_of(t->entries[place]), key) == 0;
}

uint64_t sk_kv_cost(size_t len)
{
    return ((uint64_t)len + 16 + BLOCK - 1) / BLOCK * BLOCK;
}

static uint64_t used_by(struct table *const *tables, size_t count)
{
    uint64_t small = 0, large = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < tables[i]->count; k++) {
            const struct entry *e = tables[i]->entries[k];

            large += e->value_len > BLOCK / 2 ? sk_kv_cost(e->value_len) : 0;
            small += e->key_len + 16 + (e->value_len > BLOCK / 2 ? 8 : e->value_len);
        }
    }
    return large + small + (uint64_t)count * BLOCK;
}

/* ---- parts of stores ----------------------------------------------------------------------- */

static struct disk *find(const char *address, const char *name)
{
    struct disk *d = disks;

    while (d != NULL && (strcmp(d->address, address) != 0 || strcmp(d->name, name) != 0)) {
        d = d->next;
    }
    return d;
}

static struct disk *disk_new(const char *address, const struct sk_kv_shape *shape, uint64_t size)
{
    struct disk *d = need(calloc(1, sizeof *d));

    d->address = need(strdup(address));
    d->name = shape->name;
    d->version = shape->version;
    d->size = size;
    d->table_count = shape->table_count;
    for (size_t i = 0; i < d->table_count; i++) {
        d->tables[i] = table_copy(NULL);
    }
    pthread_mutex_init(&d->writer, NULL);
    return d;
}

static void disk_free(struct disk *d)
{
    for (size_t i = 0; i < d->table_count; i++) {
        table_drop(d->tables[i]);
    }
    pthread_mutex_destroy(&d->writer);
    free(d->address);
    free(d);
}

static struct sk_txn *begin(struct disk *d, bool write)
{
    struct sk_txn *txn = need(calloc(1, sizeof *txn));

    if (write) {
        pthread_mutex_lock(&d->writer);
    }
    txn->disk = d;
    txn->write = write;
    pthread_mutex_lock(&world);
    for (size_t i = 0; i < d->table_count; i++) {
        txn->tables[i] = d->tables[i];
        txn->tables[i]->refs++;
    }
    pthread_mutex_unlock(&world);
    return txn;
}

/* Fills it, and then it is there. */
static enum sk_error add(struct disk *d, enum sk_error (*fill)(struct sk_txn *, void *), void *ctx)
{
    enum sk_error e = SK_OK;

    if (fill != NULL) {
        struct sk_txn *txn = begin(d, true);

        e = fill(txn, ctx);
        if (e == SK_OK) {
            e = sk_txn_commit(txn);
        } else {
            sk_txn_abort(txn);
        }
    }
    pthread_mutex_lock(&world);
    if (e == SK_OK && find(d->address, d->name) != NULL) {
        e = SK_ERR_EXISTS;
    }
    if (e == SK_OK) {
        d->next = disks;
        disks = d;
    } else {
        disk_free(d);
    }
    pthread_mutex_unlock(&world);
    return e;
}

enum sk_error sk_kv_create(const char *address, const struct sk_kv_shape *shape, uint64_t size,
                           enum sk_error (*fill)(struct sk_txn *txn, void *ctx), void *ctx)
{
    return add(disk_new(address, shape, size), fill, ctx);
}

enum sk_error sk_kv_open(struct sk_kv **out, const char *address, const struct sk_kv_shape *shape,
                         bool writable)
{
    pthread_mutex_lock(&world);
    struct disk *d = find(address, shape->name);

    pthread_mutex_unlock(&world);
    if (d == NULL) {
        return SK_ERR_NOT_FOUND;
    }
    if (d->version != shape->version || d->table_count != shape->table_count) {
        return SK_ERR_CORRUPT;
    }
    struct sk_kv *kv = need(calloc(1, sizeof *kv));

    *kv = (struct sk_kv){shape, d, writable};
    *out = kv;
    return SK_OK;
}

void sk_kv_close(struct sk_kv *kv)
{
    free(kv);
}

enum sk_error sk_kv_copy(struct sk_kv *kv, const char *to_address,
                         enum sk_error (*change)(struct sk_txn *txn, void *ctx), void *ctx)
{
    struct disk *d = disk_new(to_address, kv->shape, kv->disk->size);
    struct sk_txn *txn = begin(kv->disk, false);

    pthread_mutex_lock(&world);
    for (size_t i = 0; i < d->table_count; i++) {
        table_drop(d->tables[i]);
        d->tables[i] = txn->tables[i];
        d->tables[i]->refs++;
    }
    pthread_mutex_unlock(&world);
    sk_txn_abort(txn);
    return add(d, change, ctx);
}

enum sk_error sk_kv_rewrite(struct sk_kv *kv,
                            void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct sk_txn *txn = begin(kv->disk, true); /* nothing is left behind here in the first place */

    sk_txn_abort(txn);
    if (progress != NULL) {
        progress(ctx, 1, 1);
    }
    return SK_OK;
}

enum sk_error sk_kv_space(struct sk_kv *kv, bool exact, struct sk_kv_space *out)
{
    struct sk_txn *txn = begin(kv->disk, false);

    (void)exact;
    out->size = kv->disk->size;
    out->used = used_by(txn->tables, kv->disk->table_count);
    sk_txn_abort(txn);
    return SK_OK;
}

enum sk_error sk_kv_reserve(struct sk_kv *kv)
{
    (void)kv;
    return SK_OK;
}

enum sk_error sk_kv_tick(struct sk_kv *kv)
{
    (void)kv;
    return SK_OK;
}

/* ---- locks --------------------------------------------------------------------------------- */

struct sk_kv_lock {
    struct sk_kv_lock *next;
    char name[600];
};

static struct sk_kv_lock *locks;

enum sk_error sk_kv_lock(const char *address, const char *name, struct sk_kv_lock **out)
{
    struct sk_kv_lock *lock = need(calloc(1, sizeof *lock)), *l;

    snprintf(lock->name, sizeof lock->name, "%s %s", address, name);
    pthread_mutex_lock(&world);
    for (l = locks; l != NULL && strcmp(l->name, lock->name) != 0;) {
        l = l->next;
    }
    if (l == NULL) {
        lock->next = locks;
        locks = lock;
    }
    pthread_mutex_unlock(&world);
    if (l != NULL) {
        free(lock);
        return SK_ERR_LOCKED;
    }
    *out = lock;
    return SK_OK;
}

void sk_kv_unlock(struct sk_kv_lock *lock)
{
    if (lock == NULL) {
        return;
    }
    pthread_mutex_lock(&world);
    for (struct sk_kv_lock **at = &locks; *at != NULL; at = &(*at)->next) {
        if (*at == lock) {
            *at = lock->next;
            break;
        }
    }
    pthread_mutex_unlock(&world);
    free(lock);
}

/* ---- transactions -------------------------------------------------------------------------- */

struct sk_txn *sk_kv_begin(struct sk_kv *kv, bool write)
{
    struct sk_txn *txn = begin(kv->disk, write && kv->writable);

    if (write && !kv->writable) {
        txn->error = SK_ERR_IO;
    }
    return txn;
}

enum sk_error sk_txn_error(const struct sk_txn *txn)
{
    return txn->error;
}

void sk_txn_fail(struct sk_txn *txn, enum sk_error error)
{
    if (txn->error == SK_OK) {
        txn->error = error;
    }
}

void sk_txn_abort(struct sk_txn *txn)
{
    if (txn == NULL) {
        return;
    }
    pthread_mutex_lock(&world);
    for (size_t i = 0; i < txn->disk->table_count; i++) {
        table_drop(txn->tables[i]);
    }
    for (size_t i = 0; i < txn->dropped_count; i++) {
        entry_drop(txn->dropped[i]);
    }
    pthread_mutex_unlock(&world);
    if (txn->write) {
        pthread_mutex_unlock(&txn->disk->writer);
    }
    free(txn->dropped);
    free(txn);
}

static bool changed(const struct sk_txn *txn)
{
    bool any = false;

    for (size_t i = 0; i < txn->disk->table_count; i++) {
        any |= txn->mine[i];
    }
    return any;
}

enum sk_error sk_txn_commit(struct sk_txn *txn)
{
    enum sk_error e = txn->error;
    struct disk *d = txn->disk;

    if (e == SK_OK && changed(txn)) {
        e = commit_fault();
    }
    if (e == SK_OK && txn->write) {
        pthread_mutex_lock(&world);
        for (size_t i = 0; i < d->table_count; i++) {
            struct table *before = d->tables[i];

            d->tables[i] = txn->tables[i];
            txn->tables[i] = before;
        }
        pthread_mutex_unlock(&world);
    }
    sk_txn_abort(txn);
    return e;
}

static struct table *mine(struct sk_txn *txn, size_t table)
{
    if (!txn->mine[table]) {
        pthread_mutex_lock(&world);
        struct table *copy = table_copy(txn->tables[table]);

        table_drop(txn->tables[table]);
        txn->tables[table] = copy;
        pthread_mutex_unlock(&world);
        txn->mine[table] = true;
    }
    return txn->tables[table];
}

/* Its bytes stay until the transaction ends: no caller may count on that, and none is to crash
 * here. */
static void drop_later(struct sk_txn *txn, struct entry *e)
{
    if ((txn->dropped_count & (txn->dropped_count + 1)) == 0) {
        size_t room = 2 * txn->dropped_count + 2;

        txn->dropped = need(reallocarray(txn->dropped, room, sizeof(struct entry *)));
    }
    txn->dropped[txn->dropped_count++] = e;
}

bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value)
{
    const struct table *t = txn->tables[table];
    size_t place = txn->error == SK_OK ? place_of(t, key) : 0;

    if (txn->error != SK_OK || !is_at(t, place, key)) {
        return false;
    }
    *value = sk_bytes(t->entries[place]->bytes + t->entries[place]->key_len,
                      t->entries[place]->value_len);
    return true;
}

static bool fits(struct sk_txn *txn, size_t len)
{
    const struct disk *d = txn->disk;

    return d->size == 0 || len <= BLOCK / 2 ||
           used_by(txn->tables, d->table_count) + sk_kv_cost(len) <= d->size + RESERVE;
}

void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value)
{
    if (txn->error != SK_OK) {
        return;
    }
    if (!txn->write || key.len == 0 || key.len > SK_KV_KEY_MAX) {
        txn->error = SK_ERR_IO;
        return;
    }
    if (!fits(txn, value.len)) {
        txn->error = SK_ERR_FULL;
        return;
    }
    struct table *t = mine(txn, table);
    struct entry *e = entry_new(key, value);
    size_t place = place_of(t, key);

    if (is_at(t, place, key)) {
        drop_later(txn, t->entries[place]);
        t->entries[place] = e;
        return;
    }
    if (t->count == t->room) {
        t->room *= 2;
        t->entries = need(reallocarray(t->entries, t->room, sizeof(struct entry *)));
    }
    memmove(t->entries + place + 1, t->entries + place,
            (t->count - place) * sizeof(struct entry *));
    t->entries[place] = e;
    t->count++;
}

static void remove_at(struct sk_txn *txn, size_t table, size_t place)
{
    struct table *t = mine(txn, table);

    drop_later(txn, t->entries[place]);
    t->count--;
    memmove(t->entries + place, t->entries + place + 1,
            (t->count - place) * sizeof(struct entry *));
}

void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key)
{
    size_t place = txn->error == SK_OK ? place_of(txn->tables[table], key) : 0;

    if (txn->error == SK_OK && is_at(txn->tables[table], place, key)) {
        remove_at(txn, table, place);
    }
}

size_t sk_txn_delete_prefix(struct sk_txn *txn, size_t table, struct sk_bytes prefix, size_t max)
{
    size_t place = txn->error == SK_OK ? place_of(txn->tables[table], prefix) : 0, n = 0;

    while (txn->error == SK_OK && n < max && place < txn->tables[table]->count &&
           sk_begins(key_of(txn->tables[table]->entries[place]), prefix)) {
        remove_at(txn, table, place);
        n++;
    }
    return n;
}

uint64_t sk_txn_count(struct sk_txn *txn, size_t table)
{
    return txn->error == SK_OK ? txn->tables[table]->count : 0;
}

static bool move(struct sk_txn *txn, size_t table, bool past, struct sk_bytes *key,
                 struct sk_bytes *value)
{
    const struct table *t = txn->tables[table];

    if (txn->error != SK_OK) {
        return false;
    }
    size_t place = place_of(t, *key);

    place += past && is_at(t, place, *key) ? 1 : 0;
    if (place == t->count) {
        return false;
    }
    *key = key_of(t->entries[place]);
    *value = sk_bytes(key->p + key->len, t->entries[place]->value_len);
    return true;
}

bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return move(txn, table, false, key, value);
}

bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value)
{
    return move(txn, table, true, key, value);
}
