#include "storage/collect.h"

#include <string.h>

#include "storage/inbox_private.h"

#define COLLECT_STEPS 256 /* in one transaction of a process that does nothing else */

void sk_deleted_put(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    sk_txn_put(txn, SK_INBOX_DELETED, sk_bytes(id->b, sizeof id->b), sk_bytes(NULL, 0));
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

        if (sk_txn_count(txn, SK_INBOX_DELETED) == 0 && sk_txn_error(txn) == SK_OK) {
            sk_txn_abort(txn); /* nothing to do costs no sync */
            return SK_OK;
        }
        more = sk_deleted_collect(txn, COLLECT_STEPS);
        enum sk_error e = sk_txn_commit(txn);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}
