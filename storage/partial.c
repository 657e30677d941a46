#include "storage/partial.h"

#include <sodium.h>
#include <string.h>

#include "storage/collect.h"

static struct sk_bytes name_of(const uint8_t key[SK_UPLOAD_KEY])
{
    return sk_bytes(key, SK_UPLOAD_KEY);
}

enum sk_error sk_partial_find(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                              struct sk_partial *record)
{
    struct sk_bytes value;
    enum sk_error e = sk_txn_find(txn, SK_INBOX_PARTIAL, name_of(key), &value);

    if (e == SK_OK) {
        return sk_partial_decode(value, record) ? SK_OK : SK_ERR_CORRUPT;
    }
    if (e == SK_ERR_NOT_FOUND) {
        e = sk_txn_find(txn, SK_INBOX_FINISHED, name_of(key), &value);
    }
    return e == SK_OK && !sk_finished_decode(value, record) ? SK_ERR_CORRUPT : e;
}

enum sk_error sk_upload_load(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t today,
                             struct sk_partial *record)
{
    enum sk_error e = sk_partial_find(txn, key, record);

    return e == SK_OK && record->last_day < today ? SK_ERR_NOT_FOUND : e;
}

/* ---- with the index by day --------------------------------------------------------------- */

static void put_expiry(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                       const struct sk_partial *record)
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

void sk_partial_put(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY],
                    const struct sk_partial *before, const struct sk_partial *record)
{
    uint8_t value[SK_PARTIAL_RECORD], finished[SK_FINISHED_RECORD];
    bool moved = before == NULL || before->last_day != record->last_day;

    if (before != NULL && moved) {
        delete_expiry(txn, key, before->last_day);
    }
    if (moved || record->finished) {
        put_expiry(txn, key, record);
    }
    if (record->finished) {
        sk_txn_delete(txn, SK_INBOX_PARTIAL, name_of(key));
        sk_finished_encode(finished, record);
        sk_txn_put(txn, SK_INBOX_FINISHED, name_of(key), sk_bytes(finished, sizeof finished));
        return;
    }
    sk_txn_put(txn, SK_INBOX_PARTIAL, name_of(key),
               sk_bytes(value, sk_partial_encode(value, record)));
    sodium_memzero(value, sizeof value);
}

void sk_partial_delete(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY], uint32_t last_day)
{
    delete_expiry(txn, key, last_day);
    sk_txn_delete(txn, SK_INBOX_PARTIAL, name_of(key));
    sk_txn_delete(txn, SK_INBOX_FINISHED, name_of(key));
}

bool sk_partial_forget(struct sk_txn *txn, const uint8_t key[SK_UPLOAD_KEY])
{
    struct sk_partial record;
    enum sk_error e = sk_partial_find(txn, key, &record);

    if (e != SK_OK) {
        sk_txn_delete(txn, SK_INBOX_PARTIAL, name_of(key));
        sk_txn_delete(txn, SK_INBOX_FINISHED, name_of(key));
        return false;
    }
    sk_partial_delete(txn, key, record.last_day);
    if (!record.finished) {
        sk_deleted_put(txn, &record.id);
    }
    return !record.finished;
}

/* ---- expiry -------------------------------------------------------------------------------- */

/* An entry that a crash or damage left behind never takes what is whole, or what goes on under
 * another day. */
static bool is_alive(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t day,
                     const struct sk_partial *record, enum sk_error e)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_ENVELOPES, sk_bytes(id->b, sizeof id->b), &value) ||
           (e == SK_OK && record->last_day != day &&
            memcmp(record->id.b, id->b, sizeof id->b) == 0);
}

/* The entry goes; with it the record, if it is of this day or cannot be read, and the pieces. */
static void expire_one(struct sk_txn *txn, uint32_t day, const uint8_t key[SK_UPLOAD_KEY],
                       const struct sk_envelope_id *id)
{
    struct sk_partial record;
    enum sk_error e = sk_partial_find(txn, key, &record);

    if (e == SK_ERR_CORRUPT || (e == SK_OK && record.last_day == day)) {
        sk_partial_delete(txn, key, day);
    }
    if (id != NULL && !is_alive(txn, id, day, &record, e)) {
        sk_deleted_put(txn, id);
    }
}

bool sk_partial_expire(struct sk_txn *txn, uint32_t first, uint32_t end, size_t max)
{
    static const uint8_t nobody[SK_UPLOAD_KEY];
    uint8_t name[SK_KV_KEY_MAX], from[SK_EXPIRY_KEY];
    struct sk_bytes key, value;

    sk_expiry_key(from, first, nobody);
    key = sk_bytes(from, sizeof from);
    for (size_t n = 0; sk_txn_seek(txn, SK_INBOX_EXPIRY, &key, &value); n++) {
        uint32_t day = sk_expiry_day(key);
        size_t len = key.len;
        struct sk_envelope_id id;
        bool pieces = value.len == sizeof id.b;

        if (day >= end) {
            return false;
        }
        if (n == max) {
            return true;
        }
        memcpy(name, key.p, len);
        if (pieces) {
            memcpy(id.b, value.p, sizeof id.b);
        }
        sk_txn_delete(txn, SK_INBOX_EXPIRY, sk_bytes(name, len));
        if (len == SK_EXPIRY_KEY) {
            expire_one(txn, day, name + 4, pieces ? &id : NULL);
        }
        key = sk_bytes(from, sizeof from);
    }
    return false;
}
