/*
 * Receipts: rows become visible to anybody all at once, by the writer: at the first tick of a new
 * day (UTC), at its start when the day changed meanwhile, and when it is told to. Between two
 * publications all functions here give the same, whatever arrives.
 */
#ifndef SK_STORAGE_INBOX_ROWS_H
#define SK_STORAGE_INBOX_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/format/rows.h"

struct sk_inbox;

/* Looks all of them up, whatever is found: states[i] of rows[i]. One snapshot. */
enum sk_error sk_inbox_rows_find(struct sk_inbox *inbox, const struct sk_row *rows, size_t count,
                                 enum sk_row_state *states);

/* All rows that begin with the first `bits` bits of prefix, as many as the publication says,
 * ascending (from malloc; count may be 0): both of one snapshot. NOT_FOUND: the other bits of the
 * prefix are not zero. */
enum sk_error sk_inbox_rows_under(struct sk_inbox *inbox, uint8_t prefix,
                                  struct sk_publication *publication, struct sk_row_info **out,
                                  size_t *count);

/* Calls back for every published row, inside one snapshot; the callback must not call this inbox. A
 * callback's error ends the walk and is returned. */
enum sk_error sk_inbox_each_row(struct sk_inbox *inbox,
                                enum sk_error (*fn)(void *ctx, const struct sk_row *row,
                                                    enum sk_row_state state),
                                void *ctx);

/* Every envelope of a snapshot that saw this publication is in a bundle: the rows that it shows
 * become "carried" at the next publication, all together. */
enum sk_error sk_inbox_mark_exported(struct sk_inbox *inbox, uint32_t publication);

/* ---- for publish.c ---------------------------------------------------------------------- */

struct sk_stored_row;
struct sk_txn;

void sk_row_put(struct sk_txn *txn, const struct sk_stored_row *row);
/* number 0 when there was none. CORRUPT. */
enum sk_error sk_publication_read(struct sk_txn *txn, struct sk_publication *out);
void sk_publication_write(struct sk_txn *txn, const struct sk_publication *publication);
/* A u32 of the table meta; `absent` if it is not there. */
uint32_t sk_meta_u32(struct sk_txn *txn, const char *name, uint32_t absent);
void sk_meta_put_u32(struct sk_txn *txn, const char *name, uint32_t value);

#endif
