#include "storage/inbox_retention.h"

#include "storage/collect.h"
#include "storage/inbox_private.h"

/* Envelopes that one transaction deletes: the gateway's writer waits no longer than for this. */
#define GROUP 256

/* With its record the envelope is gone; its pieces are collected after that, by this process or the
 * next one that writes. */
static bool delete_envelope(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes key = sk_bytes(id->b, sizeof id->b), value;

    if (!sk_txn_get(txn, SK_INBOX_ENVELOPES, key, &value)) {
        return false;
    }
    sk_txn_delete(txn, SK_INBOX_ENVELOPES, key);
    sk_deleted_put(txn, id);
    return sk_txn_error(txn) == SK_OK;
}

static enum sk_error delete_group(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                                  size_t count, uint64_t *deleted)
{
    uint64_t n = 0;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    for (size_t i = 0; i < count; i++) {
        n += delete_envelope(txn, &ids[i]) ? 1 : 0;
    }
    bool more = sk_deleted_collect(txn, GROUP);
    enum sk_error e = sk_txn_commit(txn);

    if (e != SK_OK) {
        return e;
    }
    *deleted += n;
    return more ? sk_deleted_collect_all(inbox) : SK_OK;
}

enum sk_error sk_inbox_delete(struct sk_inbox *inbox, const struct sk_envelope_id *ids,
                              size_t count, uint64_t *deleted)
{
    uint64_t n = 0;
    enum sk_error e = sk_deleted_collect_all(inbox); /* what an interrupted run left */

    for (size_t from = 0; from < count && e == SK_OK; from += GROUP) {
        e = delete_group(inbox, ids + from, count - from < GROUP ? count - from : GROUP, &n);
    }
    *deleted = n;
    return e;
}

enum sk_error sk_inbox_drop_rows_before(struct sk_inbox *inbox, uint32_t month)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    sk_meta_put_u32(txn, "keep", month);
    return sk_txn_commit(txn);
}
