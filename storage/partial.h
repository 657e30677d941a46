/* Records of envelopes in the making, and the index by which they expire. A record is found by its
 * key: of a resumable upload a hash of its token (sk_upload_key), of any other envelope its id. */
#ifndef SK_STORAGE_PARTIAL_H
#define SK_STORAGE_PARTIAL_H

#include "storage/kv.h"
#include "storage/record.h"
#include "storage/upload.h"

/* An upload that receives its last byte on this day goes on, or is remembered, until: */
static inline uint32_t sk_upload_last_day(uint32_t day)
{
    return day + SK_UPLOAD_DAYS;
}

/* The record on the disk, whatever day it is; one of a finished upload, too. NOT_FOUND, CORRUPT. */
enum sk_error sk_partial_find(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                              struct sk_partial *record);
/* The same of a resumable upload: NOT_FOUND also when its last day is before today. */
enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_partial *record);
/* Puts the record and its entry in the index. before: what is there, NULL if nothing is. */
void sk_partial_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                    const struct sk_partial *before, const struct sk_partial *record);
/* Deletes record and entry; the pieces stay where they are. */
void sk_partial_delete(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t last_day);
/* Deletes the record, if there is one, and hands its pieces to collect.h: true if there are any. Of
 * a record that cannot be read they go when its day in the index comes. */
bool sk_partial_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY]);
/* The same for those whose last day is at least `first` and before `end`, at most max of them; true
 * if there are more. Each is found at once, however many others there are. */
bool sk_partial_expire(struct sk_txn *txn, uint32_t first, uint32_t end, size_t max);

#endif
