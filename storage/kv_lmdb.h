/*
 * The engine on LMDB: its transactions, and how a part of a store lies in files. The files of the
 * engine and its tests include this and its kv_lmdb_*.h, and nobody else.
 *
 * ADDRESS/PART/NNNNNNNN.mdb is a generation of a part; normally there is one. A rewrite makes the
 * next one, then marks the old one as retired in the old one's own table "kv": that commit is the
 * swap. Every transaction looks for the mark first, and follows it. The rule at opening: the lowest
 * generation, unless it is retired, then the one it names. A higher generation that no mark leads
 * to was left by an interrupted rewrite.
 *
 * The part's folder is locked (flock) while a generation is chosen and opened, and while one is
 * retired and removed: otherwise an opener could make a file anew that was removed just then.
 */
#ifndef SK_STORAGE_KV_LMDB_H
#define SK_STORAGE_KV_LMDB_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "storage/kv.h"
#include "storage/kv_lmdb_store.h"

/* A value that does not fit beside others has pages of its own, behind one header. */
#define SK_LMDB_PAGE 4096u
#define SK_LMDB_PAGE_HEADER 16u

struct sk_txn {
    struct sk_kv *kv;
    MDB_txn *mdb;
    enum sk_error error;
    bool write, locked;                        /* locked: holds kv->swap shared */
    int64_t added;                             /* bytes for the figure, once it commits */
    MDB_cursor *cursors[SK_KV_TABLES_MAX + 1]; /* opened at first use */
};

/* Begins one on the open file, retired or not, without the lock: kv is not shared. */
struct sk_txn *sk_lmdb_begin_here(struct sk_kv *kv, bool write);

/* Sets the times of its files to the day, if its shape asks for that. */
void sk_lmdb_hide(const struct sk_kv *kv);

/* Table numbers here count the engine's own. */
#define SK_LMDB_TABLE(table) ((table) + 1)
bool sk_lmdb_get(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes *value);
void sk_lmdb_put(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
/* For a key above all others of the table: fills pages in order. */
void sk_lmdb_append(struct sk_txn *txn, size_t table, struct sk_bytes key, struct sk_bytes value);
bool sk_lmdb_move(struct sk_txn *txn, size_t table, bool past, struct sk_bytes *key,
                  struct sk_bytes *value);
uint64_t sk_lmdb_count(struct sk_txn *txn, size_t table);

#endif
