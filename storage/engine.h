/*
 * A small ordered key-value engine, so that one file (engine.c) touches LMDB. A transaction
 * carries its first error: calls chain, and the caller checks once, at sk_txn_commit or
 * sk_txn_error. Values read are valid until the transaction ends or writes.
 */
#ifndef SK_STORAGE_ENGINE_H
#define SK_STORAGE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_engine;
struct sk_txn;

struct sk_bytes {
    const uint8_t *p;
    size_t len;
};

static inline struct sk_bytes sk_bytes(const void *p, size_t len)
{
    struct sk_bytes bytes = {.p = p, .len = len};

    return bytes;
}

#define SK_ENGINE_TABLES_MAX 16

/* Opens the file `path` with the named tables; makes it if it is absent and writable is set. size:
 * map size in bytes, 0 for the one the file was made with; preallocate reserves it on disk. Tables
 * are addressed by their index in `tables`. An existing file is opened without waiting for a
 * writer. NOT_FOUND, FULL (also for the lock file beside it), LOCKED, MEMORY, CORRUPT (not a store, pages
 * in use cut off, or a table is missing), IO with errno as the reason. Never while this process has the
 * same file open. */
enum sk_error sk_engine_open(struct sk_engine **out, const char *path, uint64_t size,
                             bool preallocate, bool writable, const char *const *tables,
                             size_t table_count);
/* One table more, under the next index; makes it if the file is of before there was such a table, for
 * which it waits for a writer. Before anybody else uses the engine. NOT_FOUND when not writable. */
enum sk_error sk_engine_add_table(struct sk_engine *engine, const char *name);
void sk_engine_close(struct sk_engine *engine); /* NULL is a no-op */
enum sk_error
sk_engine_preallocate(struct sk_engine *engine);   /* the whole map, on disk: FULL, IO */
uint64_t sk_engine_size(struct sk_engine *engine); /* map size in bytes */

struct sk_txn *sk_txn_begin(struct sk_engine *engine, bool write); /* never NULL; check its error */
enum sk_error sk_txn_error(const struct sk_txn *txn);
bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value);
uint64_t sk_txn_count(struct sk_txn *txn, size_t table); /* entries; 0 after an error */
void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
/* The same for a key above all others of the table: fills pages in order, without gaps. */
void sk_txn_append(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key); /* absent is no error */
void sk_txn_clear(struct sk_txn *txn, size_t table);                       /* all entries */

/* The first key >= *key (of any length); false at the end. On true *key and *value are set. */
bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);
/* The key after *key. */
bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);

enum sk_error sk_txn_commit(struct sk_txn *txn); /* synced; frees; IO means: trust nothing, exit */
void sk_txn_abort(struct sk_txn *txn);

enum sk_error sk_engine_used(struct sk_engine *engine,
                             uint64_t *bytes); /* pages in use, in bytes */
enum sk_error sk_engine_clear_dead_readers(struct sk_engine *engine);

/* Puts every entry of the first table_count tables that the transaction sees into the empty engine
 * `to`, which has the same tables, entry by entry in key order, in synced groups. Nothing of the
 * source's pages comes along: neither deleted bytes between live ones, nor the order in which
 * entries were once put. (engine_copy.c) */
enum sk_error sk_txn_copy(struct sk_txn *from, struct sk_engine *to, size_t table_count,
                          void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

#endif
