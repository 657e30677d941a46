/* What the files of the resumable uploads share. */
#ifndef SK_STORAGE_UPLOAD_PRIVATE_H
#define SK_STORAGE_UPLOAD_PRIVATE_H

#include "storage/inbox_private.h"
#include "storage/upload.h"

#define SK_UPLOAD_KEY 16
#define SK_SEALED_ROW 32

/* The table `uploads`. The last three are zero when finished. How far an upload has come is in the
 * table `partial`. */
struct sk_upload_record {
    uint64_t length;
    uint32_t last_day;
    bool finished, has_row;
    struct sk_envelope_id id;
    uint8_t sealed_row[SK_SEALED_ROW];
};

static inline uint32_t sk_upload_last_day(uint32_t day)
{
    return day + SK_UPLOAD_DAYS;
}

/* ---- upload_record.c ---------------------------------------------------------- */

void sk_upload_key(uint8_t key[SK_UPLOAD_KEY], const struct sk_upload_token *token);
bool sk_upload_decode(struct sk_bytes value, struct sk_upload_record *out);
void sk_upload_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                   const struct sk_upload_record *record);
/* partial: all zero when finished. NOT_FOUND (also when its time is over), CORRUPT. */
enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_upload_record *record, struct sk_partial *partial);

/* FORMAT 8. record->id must be set; opening gives false when the token does not fit. */
void sk_upload_seal_row(struct sk_upload_record *record, const struct sk_upload_token *token,
                        const struct sk_row *row);
bool sk_upload_open_row(const struct sk_upload_record *record, const struct sk_upload_token *token,
                        struct sk_row *row);

/* Deletes the record, if any, and dooms the pieces; true if there are any to collect. */
bool sk_upload_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY]);

/* ---- upload.c ------------------------------------------------------------------ */

/* In groups: forgets every upload whose last day is before today, and records that cannot be read.
 */
enum sk_error sk_upload_expire(struct sk_inbox *inbox, uint32_t today);

/* ---- upload_apply.c: one request in a transaction -------------------------------- */

enum sk_error sk_upload_apply_open(struct sk_txn *txn, const struct sk_deposit *deposit,
                                   const struct sk_today *today, struct sk_deposit_effect *effect);
enum sk_error sk_upload_apply_piece(struct sk_txn *txn, const struct sk_deposit *deposit,
                                    const struct sk_today *today);
enum sk_error sk_upload_apply_drop(struct sk_txn *txn, const struct sk_deposit *deposit,
                                   const struct sk_today *today, struct sk_deposit_effect *effect);

#endif
