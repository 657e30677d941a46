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

struct sk_bytes { const uint8_t *p; size_t len; };

/* Opens (or makes) the file `path` with the named tables. size: map size in bytes; preallocate
 * reserves it on disk. Tables are addressed by their index in `tables`. */
enum sk_error sk_engine_open(struct sk_engine **out, const char *path, uint64_t size,
                             bool preallocate, bool writable, const char *const *tables,
                             size_t table_count);
void sk_engine_close(struct sk_engine *engine);

struct sk_txn *sk_txn_begin(struct sk_engine *engine, bool write); /* never NULL; check its error */
enum sk_error sk_txn_error(const struct sk_txn *txn);
bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value);
void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key); /* absent is no error */

/* The first key >= *key (of any length); false at the end. On true *key and *value are set. */
bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);
/* The key after *key. */
bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);

enum sk_error sk_txn_commit(struct sk_txn *txn); /* synced; frees; IO means: trust nothing, exit */
void sk_txn_abort(struct sk_txn *txn);

enum sk_error sk_engine_used(struct sk_engine *engine, uint64_t *bytes); /* pages in use, in bytes */
enum sk_error sk_engine_clear_dead_readers(struct sk_engine *engine);
enum sk_error sk_engine_copy(struct sk_engine *engine, const char *path); /* compacting */

#endif
