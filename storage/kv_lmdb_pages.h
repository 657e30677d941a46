/*
 * A file that is shorter than LMDB's last page number. LMDB may end a transaction with pages at the
 * end that were taken, freed and never written: then the file is whole, as long as every page that
 * it lacks is free. That must be known before LMDB touches anything, because reading a page of the
 * map beyond the end of the file raises SIGBUS. So the table of free pages is read here with pread,
 * by the layout of LMDB's data version 1 (mdb.c of 0.9: MDB_page, MDB_meta, MDB_node), each number
 * checked before it is used.
 */
#ifndef SK_STORAGE_KV_LMDB_PAGES_H
#define SK_STORAGE_KV_LMDB_PAGES_H

#include <stdint.h>

#include "keys/base/error.h"

/* Where a snapshot's table of free pages begins. */
struct sk_pages_root {
    uint64_t snapshot, page_bytes;
    uint64_t pages; /* that the snapshot counts */
    uint64_t page;
    unsigned depth;
};

/* Of the snapshot with this transaction number, from LMDB's meta page. What was read counts only if
 * after it the newest transaction that has ended is still this one: LMDB writes over this page in
 * the second transaction from there. LOCKED: that has happened already. CORRUPT, IO. */
enum sk_error sk_pages_root(int fd, uint64_t snapshot, struct sk_pages_root *out);

/* Whether the first `len` bytes of the file hold every page that is in use in this snapshot. The
 * caller holds a transaction that keeps the snapshot's pages from being written over, and took the
 * length after it began. CORRUPT: a page in use is missing, or the table does not read.
 * MEMORY, IO. */
enum sk_error sk_pages_whole(int fd, const struct sk_pages_root *root, uint64_t len);

#endif
