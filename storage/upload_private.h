/* What the files of the resumable uploads share. */
#ifndef SK_STORAGE_UPLOAD_PRIVATE_H
#define SK_STORAGE_UPLOAD_PRIVATE_H

#include "storage/inbox_private.h"
#include "storage/upload.h"

static inline uint32_t sk_upload_last_day(uint32_t day)
{
    return day + SK_UPLOAD_DAYS;
}

/* ---- upload_announced.c ---------------------------------------------------------- */

struct sk_announced *sk_announced_new(void); /* NULL: no memory */
void sk_announced_free(struct sk_announced *announced);
/* NOT_FOUND. Its time may be over. From any thread, as the other two. */
enum sk_error sk_announced_find(struct sk_announced *announced, const uint8_t key[SK_UPLOAD_KEY],
                                struct sk_upload_record *out);
/* The oldest one makes way. */
void sk_announced_put(struct sk_announced *announced, const uint8_t key[SK_UPLOAD_KEY],
                      const struct sk_upload_record *record);
void sk_announced_drop(struct sk_announced *announced, const struct sk_upload_token *token);

/* ---- upload_record.c ---------------------------------------------------------- */

/* As it is on the disk. NOT_FOUND (also when its time is over), CORRUPT. */
enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_upload_record *record);
/* Puts the record, and keeps the index by day; before: what is there, NULL if there is none. */
void sk_upload_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                   const struct sk_upload_record *before, const struct sk_upload_record *record);

/* Deletes the record, if any; true if it leaves pieces to collect. */
bool sk_upload_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY]);
/* The same for up to max uploads whose last day is before today; true if more is left. Each is
 * found at once, however many others there are. */
bool sk_upload_expire(struct sk_txn *txn, uint32_t today, size_t max);

/* ---- upload_tail.c: the piece that still grows ------------------------------------ */

/* Puts the bytes of the piece from `kept` on. What was put before stays as it is, but for what is
 * no longer than what comes now: that is put again with it. So a byte costs a byte, and a piece has
 * few fragments. */
void sk_tail_put(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len);
/* In place of its fragments, the piece. */
void sk_tail_end(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                 const uint8_t *data, size_t kept, size_t len);
/* The first len bytes into buffer (NULL: only looks). CORRUPT: they are not there. */
enum sk_error sk_tail_read(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                           uint8_t *buffer, size_t len);

/* ---- upload_apply.c: one request in a transaction -------------------------------- */

enum sk_error sk_upload_apply_open(struct sk_txn *txn, const struct sk_deposit *deposit,
                                   const struct sk_today *today, struct sk_deposit_effect *effect);
enum sk_error sk_upload_apply_piece(struct sk_txn *txn, const struct sk_deposit *deposit,
                                    const struct sk_today *today);
enum sk_error sk_upload_apply_drop(struct sk_txn *txn, const struct sk_deposit *deposit,
                                   const struct sk_today *today, struct sk_deposit_effect *effect);

#endif
