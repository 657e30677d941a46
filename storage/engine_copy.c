#include "storage/engine.h"

/* Bytes put before a commit: bounds the dirty pages held in memory. */
#define COPY_GROUP (UINT64_C(8) << 20)

struct copy {
    struct sk_txn *from, *put;
    struct sk_engine *to;
    uint64_t group, done, total;
    void (*progress)(void *, uint64_t, uint64_t);
    void *ctx;
};

static enum sk_error next_group(struct copy *c)
{
    enum sk_error e = sk_txn_commit(c->put);

    c->put = sk_txn_begin(c->to, true);
    c->group = 0;
    if (c->progress != NULL) {
        c->progress(c->ctx, c->done, c->total);
    }
    return e != SK_OK ? e : sk_txn_error(c->put);
}

static enum sk_error copy_table(struct copy *c, size_t table)
{
    struct sk_bytes key = {NULL, 0}, value;
    enum sk_error e = SK_OK;
    bool more = sk_txn_seek(c->from, table, &key, &value);

    while (more && e == SK_OK) {
        sk_txn_append(c->put, table, key, value);
        e = sk_txn_error(c->put);
        c->group += key.len + value.len;
        c->done++;
        if (e == SK_OK && c->group >= COPY_GROUP) {
            e = next_group(c);
        }
        more = sk_txn_next(c->from, table, &key, &value);
    }
    return e != SK_OK ? e : sk_txn_error(c->from);
}

enum sk_error sk_txn_copy(struct sk_txn *from, struct sk_engine *to, size_t table_count,
                          void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct copy c = {.from = from, .to = to, .progress = progress, .ctx = ctx};
    enum sk_error e;

    for (size_t i = 0; i < table_count; i++) {
        c.total += sk_txn_count(from, i);
    }
    c.put = sk_txn_begin(to, true);
    e = sk_txn_error(from) != SK_OK ? sk_txn_error(from) : sk_txn_error(c.put);
    for (size_t i = 0; i < table_count && e == SK_OK; i++) {
        e = copy_table(&c, i);
    }
    if (e != SK_OK) {
        sk_txn_abort(c.put);
        return e;
    }
    e = sk_txn_commit(c.put);
    if (e == SK_OK && progress != NULL) {
        progress(ctx, c.done, c.total);
    }
    return e;
}
