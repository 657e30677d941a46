/* Envelopes in the making that no resumable upload is, and collecting the pieces of what nobody
 * will finish. */
#include <string.h>

#include "storage/inbox_private.h"

/* One transaction of a process that does nothing else: short enough that nobody waits for it. */
#define SWEEP_STEPS 256
#define ABANDON_GROUP 512

static struct sk_bytes name_of(const struct sk_envelope_id *id)
{
    return sk_bytes(id->b, sizeof id->b);
}

enum sk_error sk_partial_find(struct sk_txn *txn, const struct sk_envelope_id *id,
                              struct sk_partial *out)
{
    struct sk_bytes value;
    enum sk_error e = sk_txn_find(txn, SK_INBOX_PARTIAL, name_of(id), &value);

    return e == SK_OK && !sk_partial_decode(value, out) ? SK_ERR_CORRUPT : e;
}

void sk_partial_put(struct sk_txn *txn, const struct sk_envelope_id *id,
                    const struct sk_partial *partial)
{
    uint8_t value[SK_PARTIAL_RECORD];

    sk_partial_encode(value, partial);
    sk_txn_put(txn, SK_INBOX_PARTIAL, name_of(id), sk_bytes(value, sizeof value));
}

bool sk_partial_abandon(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_INBOX_PARTIAL, name_of(id), &value)) {
        return false;
    }
    sk_txn_delete(txn, SK_INBOX_PARTIAL, name_of(id));
    sk_deleted_put(txn, id);
    return true;
}

static enum sk_error abandon_some(struct sk_inbox *inbox, bool *more)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);
    uint8_t name[SK_KV_KEY_MAX];
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_envelope_id id;
    size_t n = 0;

    for (; n < ABANDON_GROUP && sk_txn_seek(txn, SK_INBOX_PARTIAL, &key, &value); n++) {
        size_t len = key.len;

        memcpy(name, key.p, len);
        sk_txn_delete(txn, SK_INBOX_PARTIAL, sk_bytes(name, len));
        if (len == sizeof id.b) {
            memcpy(id.b, name, sizeof id.b);
            sk_deleted_put(txn, &id);
        }
        key = sk_bytes(NULL, 0);
    }
    *more = n == ABANDON_GROUP;
    return sk_txn_commit(txn);
}

enum sk_error sk_partial_abandon_all(struct sk_inbox *inbox)
{
    bool more = true;
    enum sk_error e = SK_OK;

    while (e == SK_OK && more) {
        e = abandon_some(inbox, &more);
    }
    return e;
}

/* ---- collecting ------------------------------------------------------------------------- */

void sk_deleted_put(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    sk_txn_put(txn, SK_INBOX_DELETED, name_of(id), sk_bytes(NULL, 0));
}

bool sk_deleted_any(struct sk_txn *txn)
{
    return sk_txn_count(txn, SK_INBOX_DELETED) > 0;
}

bool sk_deleted_collect(struct sk_txn *txn, size_t max)
{
    uint8_t name[SK_KV_KEY_MAX];
    struct sk_bytes key = {NULL, 0}, value;

    for (size_t steps = 0; sk_txn_seek(txn, SK_INBOX_DELETED, &key, &value); steps++) {
        size_t len = key.len;

        memcpy(name, key.p, len);
        steps += sk_txn_delete_prefix(txn, SK_INBOX_PIECES, sk_bytes(name, len), max - steps);
        if (steps >= max) {
            return sk_txn_error(txn) == SK_OK;
        }
        sk_txn_delete(txn, SK_INBOX_DELETED, sk_bytes(name, len));
        key = sk_bytes(NULL, 0);
    }
    return false;
}

enum sk_error sk_deleted_collect_all(struct sk_inbox *inbox)
{
    bool more = true;

    while (more) {
        struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

        if (!sk_deleted_any(txn) && sk_txn_error(txn) == SK_OK) {
            sk_txn_abort(txn); /* nothing to do costs no sync */
            return SK_OK;
        }
        more = sk_deleted_collect(txn, SWEEP_STEPS);
        enum sk_error e = sk_txn_commit(txn);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}
