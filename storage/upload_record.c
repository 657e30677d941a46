#include <sodium.h>
#include <string.h>

#include "storage/upload_private.h"

static struct sk_bytes name_of(const uint8_t key[SK_UPLOAD_KEY])
{
    return sk_bytes(key, SK_UPLOAD_KEY);
}

/* Whatever day it is. */
static enum sk_error find(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                          struct sk_upload_record *record)
{
    struct sk_bytes value;
    enum sk_error e = sk_txn_find(txn, SK_INBOX_UPLOADS, name_of(key), &value);

    if (e == SK_OK) {
        return sk_upload_decode(value, record) ? SK_OK : SK_ERR_CORRUPT;
    }
    if (e == SK_ERR_NOT_FOUND) {
        e = sk_txn_find(txn, SK_INBOX_FINISHED, name_of(key), &value);
    }
    return e == SK_OK && !sk_finished_decode(value, record) ? SK_ERR_CORRUPT : e;
}

enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_upload_record *record)
{
    enum sk_error e = find(txn, key, record);

    return e == SK_OK && record->last_day < today ? SK_ERR_NOT_FOUND : e;
}

/* ---- with the index by day --------------------------------------------------------------- */

static void put_expiry(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                       const struct sk_upload_record *record)
{
    uint8_t name[SK_EXPIRY_KEY];

    sk_expiry_key(name, record->last_day, key);
    sk_txn_put(txn, SK_INBOX_EXPIRY, sk_bytes(name, sizeof name),
               sk_bytes(record->id.b, record->finished ? 0 : sizeof record->id.b));
}

static void delete_expiry(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t last_day)
{
    uint8_t name[SK_EXPIRY_KEY];

    sk_expiry_key(name, last_day, key);
    sk_txn_delete(txn, SK_INBOX_EXPIRY, sk_bytes(name, sizeof name));
}

void sk_upload_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                   const struct sk_upload_record *before, const struct sk_upload_record *record)
{
    uint8_t value[SK_UPLOAD_RECORD], finished[SK_FINISHED_RECORD];
    bool moved = before == NULL || before->last_day != record->last_day;

    if (before != NULL && moved) {
        delete_expiry(txn, key, before->last_day);
    }
    if (moved || record->finished) {
        put_expiry(txn, key, record);
    }
    if (record->finished) {
        sk_txn_delete(txn, SK_INBOX_UPLOADS, name_of(key));
        sk_finished_encode(finished, record);
        sk_txn_put(txn, SK_INBOX_FINISHED, name_of(key), sk_bytes(finished, sizeof finished));
    } else {
        sk_txn_put(txn, SK_INBOX_UPLOADS, name_of(key),
                   sk_bytes(value, sk_upload_encode(value, record)));
    }
    sodium_memzero(value, sizeof value);
}

/* Of a record that cannot be read the index knows what it was: its pieces go when their day comes.
 */
bool sk_upload_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY])
{
    struct sk_upload_record record;
    enum sk_error e = find(txn, key, &record);
    bool pieces = e == SK_OK && !record.finished;

    if (e == SK_OK) {
        delete_expiry(txn, key, record.last_day);
    }
    if (pieces) {
        sk_deleted_put(txn, &record.id);
    }
    sk_txn_delete(txn, SK_INBOX_UPLOADS, name_of(key));
    sk_txn_delete(txn, SK_INBOX_FINISHED, name_of(key));
    return pieces;
}

/* An entry that was left behind never takes what is whole, or goes on under another day. */
static bool is_alive(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t day,
                     const struct sk_upload_record *record, enum sk_error e)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_ENVELOPES, sk_bytes(id->b, sizeof id->b), &value) ||
           (e == SK_OK && record->last_day != day &&
            memcmp(record->id.b, id->b, sizeof id->b) == 0);
}

/* The entry of the index leads to this record, or to none that can be read. */
static bool is_of(const struct sk_upload_record *record, enum sk_error e, uint32_t day)
{
    return e == SK_ERR_CORRUPT || (e == SK_OK && record->last_day == day);
}

static void expire_one(struct sk_txn *txn, uint32_t day, const uint8_t key[SK_UPLOAD_KEY],
                       const struct sk_envelope_id *id)
{
    struct sk_upload_record record;
    enum sk_error e = find(txn, key, &record);

    delete_expiry(txn, key, day);
    if (is_of(&record, e, day)) {
        sk_txn_delete(txn, SK_INBOX_UPLOADS, name_of(key));
        sk_txn_delete(txn, SK_INBOX_FINISHED, name_of(key));
    }
    if (id != NULL && !is_alive(txn, id, day, &record, e)) {
        sk_deleted_put(txn, id);
    }
}

bool sk_upload_expire(struct sk_txn *txn, uint32_t today, size_t max)
{
    struct sk_bytes key = {NULL, 0}, value;

    for (size_t n = 0; sk_txn_seek(txn, SK_INBOX_EXPIRY, &key, &value); n++) {
        uint32_t day = sk_expiry_day(key);
        uint8_t upload[SK_UPLOAD_KEY] = {0};
        struct sk_envelope_id id;
        bool pieces = value.len == sizeof id.b;

        if (day >= today) {
            return false;
        }
        if (n == max) {
            return true;
        }
        if (key.len == SK_EXPIRY_KEY) {
            memcpy(upload, key.p + 4, sizeof upload);
        }
        if (pieces) {
            memcpy(id.b, value.p, sizeof id.b);
        }
        expire_one(txn, day, upload, pieces ? &id : NULL);
        key = sk_bytes(NULL, 0);
    }
    return false;
}
