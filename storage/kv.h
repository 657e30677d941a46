/*
 * The storage engine: tables of ordered keys and values, and transactions over them.
 *
 * A store is found by its address (to the engine on LMDB: the path of a folder) and has parts: the
 * inbox, the outbox. Files, pages, generations, locks and reserved space are known to the engine
 * alone. kv_lmdb*.c are the engine of the programs; the tests have a second one, in memory
 * (tests/unit/kv_memory.c), and one on a server would be a third. kv.c is the same for all.
 *
 * Every engine keeps to this:
 *
 * - One transaction writes at a time, of all processes. It sees its own writes; a transaction that
 *   reads sees the state at its beginning, as long as it lasts, whatever is committed meanwhile.
 *
 * - Puts and deletes answer nothing, so an engine may gather them and send them with the commit:
 *   a group of queued writes is then one commit and one exchange with a server. A transaction
 *   carries its first error; after it every call does nothing, and the commit returns it.
 *
 * - A commit says one of three things, and the caller acts on each in its own way. SK_OK: it is on
 *   disk and stays there. STORE_UNKNOWN: it was sent, and its outcome cannot be known. Any other
 *   error: nothing of the transaction took effect, nor will it.
 *
 * - A rewrite (sk_kv_rewrite) leaves neither deleted entries nor the order in which entries came.
 */
#ifndef SK_STORAGE_KV_H
#define SK_STORAGE_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

struct sk_kv;
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

/* Keys have 1 to so many bytes. */
#define SK_KV_KEY_MAX 511u
/* Values of this length waste no space: long data is cut into pieces of it. */
#define SK_KV_VALUE_BEST 131056u
#define SK_KV_TABLES_MAX 15

/* A part of a store. Tables are addressed by their index in `tables`. */
struct sk_kv_shape {
    const char *name; /* "inbox": a word of small letters */
    uint32_t version; /* of the layout of the tables: another one is CORRUPT to this program */
    const char *const *tables;
    size_t table_count;
    bool hides_times; /* the store is to show on which day it was written to, and not when */
};

/* ---- making, opening ----------------------------------------------------------------------- */

/* Makes the part at this address. size: bytes that may be used, set aside for it; 0: it grows with
 * its entries. fill writes its first entries. Interrupted, it leaves nothing that opens. EXISTS,
 * NOT_FOUND (the folder of the address), FULL, USAGE, IO, or the error of fill. */
enum sk_error sk_kv_create(const char *address, const struct sk_kv_shape *shape, uint64_t size,
                           enum sk_error (*fill)(struct sk_txn *txn, void *ctx), void *ctx);

/* Opens it, without waiting for a writer. Once per process and part; not across fork().
 * NOT_FOUND, CORRUPT (not this shape, or bytes in use are missing), FULL, LOCKED, MEMORY, USAGE, IO
 * with errno as the reason. */
enum sk_error sk_kv_open(struct sk_kv **out, const char *address, const struct sk_kv_shape *shape,
                         bool writable);
void sk_kv_close(struct sk_kv *kv); /* NULL is a no-op */

/* The lock `name` (a word of small letters) of the whole store: it excludes every other holder, in
 * any process, and ends with the process. The address must exist. LOCKED at once, IO, USAGE. */
struct sk_kv_lock;
enum sk_error sk_kv_lock(const char *address, const char *name, struct sk_kv_lock **out);
void sk_kv_unlock(struct sk_kv_lock *lock); /* NULL is a no-op */

/* ---- transactions -------------------------------------------------------------------------- */

/* Begins one; one that writes waits for the writer before it. Never NULL: its error says what went
 * wrong. It ends with sk_txn_commit() or sk_txn_abort(), in the same thread. STORE_AWAY:
 * the store was replaced (sk_kv_rewrite) and the new one cannot be opened; nothing was lost by
 * that, and the next transaction tries again. */
struct sk_txn *sk_kv_begin(struct sk_kv *kv, bool write);
enum sk_error sk_txn_error(const struct sk_txn *txn);
/* The transaction's error, or `otherwise` if it has none. */
enum sk_error sk_txn_error_or(const struct sk_txn *txn, enum sk_error otherwise);
/* Makes `error` the transaction's, if it has none yet; SK_OK changes nothing. */
void sk_txn_fail(struct sk_txn *txn, enum sk_error error);
/* Ends it; the three outcomes are above. After STORE_UNKNOWN nothing that this process believes
 * about the store holds: it must be opened anew. */
enum sk_error sk_txn_commit(struct sk_txn *txn);
void sk_txn_abort(struct sk_txn *txn);

/* False when it is absent, which is no error. Values and keys that were read are valid until the
 * transaction ends or writes. */
bool sk_txn_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value);
/* Many in rising order into an empty table fill it without gaps. FULL. */
void sk_txn_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
void sk_txn_delete(struct sk_txn *txn, size_t table, struct sk_bytes key); /* absent is no error */
/* Up to max of the entries whose key begins with prefix, the first ones first; returns how many. An
 * empty prefix with SIZE_MAX clears the table. */
size_t sk_txn_delete_prefix(struct sk_txn *txn, size_t table, struct sk_bytes prefix, size_t max);
uint64_t sk_txn_count(struct sk_txn *txn, size_t table); /* entries; 0 after an error */
/* The first key >= *key (of any length, also none); false at the end. On true both are set. */
bool sk_txn_seek(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);
/* The first key > *key. */
bool sk_txn_next(struct sk_txn *txn, size_t table, struct sk_bytes *key, struct sk_bytes *value);

/* The prefix of every key. */
#define SK_KV_ALL sk_bytes(NULL, 0)

/* Every entry whose key begins with prefix, in order. key and value are the caller's variables.
 * Ends early when the transaction has an error; the body may not write.
 */
#define SK_TXN_EACH(txn, table, prefix, key, value)                                                \
    for (bool sk_each_more = ((key) = (prefix), sk_txn_seek((txn), (table), &(key), &(value)));    \
         sk_each_more && sk_begins((key), (prefix));                                               \
         sk_each_more = sk_txn_next((txn), (table), &(key), &(value)))

bool sk_begins(struct sk_bytes key, struct sk_bytes prefix);

/* SK_OK with *value, NOT_FOUND, or the transaction's error. */
enum sk_error sk_txn_find(struct sk_txn *txn, size_t table, struct sk_bytes key,
                          struct sk_bytes *value);

/* ---- the whole ----------------------------------------------------------------------------- */

/* Copies every entry of one moment to a new part at another address, in key order: without deleted
 * entries and without the order in which entries came. change (may be NULL) writes to the copy
 * before it gets its name. Other transactions go on meanwhile. Space is set aside by
 * sk_kv_reserve() only. Errors as of sk_kv_create(). */
enum sk_error sk_kv_copy(struct sk_kv *kv, const char *to_address,
                         enum sk_error (*change)(struct sk_txn *txn, void *ctx), void *ctx);

/* Copies the part as sk_kv_copy() does, and puts the copy in its place. Writers of all processes
 * wait, and go on with the copy; so do readers, with their next transaction. Needs as much free
 * disk as the part has. Interrupted anywhere, the old one or the new one is in force. */
enum sk_error sk_kv_rewrite(struct sk_kv *kv,
                            void (*progress)(void *, uint64_t done, uint64_t total), void *ctx);

struct sk_kv_space {
    uint64_t size; /* bytes that may be used; deleting works also when they are used up */
    uint64_t used; /* live and not yet reusable */
};
/* exact: counted now. Else it may be a second old, with what this process put since then added, and
 * errs towards full. */
enum sk_error sk_kv_space(struct sk_kv *kv, bool exact, struct sk_kv_space *out);
uint64_t sk_kv_cost(size_t len); /* of space, for a long value of so many bytes */
/* Sets aside the bytes that may be used: a copy has not. FULL, IO. */
enum sk_error sk_kv_reserve(struct sk_kv *kv);
/* Upkeep, about every minute: readers that died, a finished rewrite. As sk_kv_begin(). */
enum sk_error sk_kv_tick(struct sk_kv *kv);

#endif
