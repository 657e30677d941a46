#include "storage/outbox.h"

#include <sodium.h>
#include <stdlib.h>

#include "storage/outbox_chain.h"
#include "storage/outbox_tables.h"

static enum sk_error fill_new(struct sk_txn *txn, void *ctx)
{
    struct sk_chain chain;

    (void)ctx;
    randombytes_buf(chain.b, sizeof chain.b);
    sk_outbox_raise_version(txn);
    sk_chain_put(txn, &chain);
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_create(const char *address)
{
    return sk_kv_create(address, &sk_outbox_shape, 0, fill_new, NULL);
}

enum sk_error sk_outbox_open(struct sk_outbox **out, const char *address, bool writable)
{
    struct sk_outbox *outbox = calloc(1, sizeof *outbox);

    if (outbox == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = sk_kv_open(&outbox->kv, address, &sk_outbox_shape, writable);

    if (e != SK_OK) {
        free(outbox);
        return e;
    }
    *out = outbox;
    return SK_OK;
}

void sk_outbox_close(struct sk_outbox *outbox)
{
    if (outbox != NULL) {
        sk_kv_close(outbox->kv);
        free(outbox);
    }
}

enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    uint64_t found = sk_outbox_read_version(txn);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *version = found;
    }
    return e;
}

enum sk_error sk_outbox_tick(struct sk_outbox *outbox)
{
    return sk_kv_tick(outbox->kv);
}

static enum sk_error mark_copied(struct sk_txn *txn, void *ctx)
{
    const uint32_t *today = ctx;

    sk_chain_mark_copied(txn, *today);
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_backup(struct sk_outbox *outbox, const char *to_address, uint32_t today)
{
    return sk_kv_copy(outbox->kv, to_address, mark_copied, &today);
}
