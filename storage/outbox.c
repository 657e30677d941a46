#include "storage/outbox.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/outbox_private.h"

static const char *const tables[SK_OUTBOX_TABLES] = {
    "meta",       "organisations", "sheets",        "boards",  "buckets", "bundles",
    "bundle_ids", "carried",       "bundle_sheets", "digests", "replaced"};

const struct sk_kv_shape sk_outbox_shape = {
    .name = "outbox", .version = 2, .tables = tables, .table_count = SK_OUTBOX_TABLES};

/* ---- making, opening -------------------------------------------------------------- */

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

/* ---- version ------------------------------------------------------------------------ */

static uint64_t read_version(struct sk_txn *txn)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_OUTBOX_META, sk_bytes("version", 7), &value) && value.len == 8
               ? sk_get_u64(value.p)
               : 0;
}

enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    uint64_t found = read_version(txn);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *version = found;
    }
    return e;
}

void sk_outbox_raise_version(struct sk_txn *txn)
{
    uint8_t value[8];

    sk_put_u64(value, read_version(txn) + 1);
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("version", 7), sk_bytes(value, sizeof value));
}

/* ---- keys: big-endian, so that key order is number order -------------------------------- */

void sk_put_u32_be(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

uint32_t sk_get_u32_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void sk_board_key(uint8_t key[SK_BOARD_KEY], const struct sk_ed25519_pk *pin, uint64_t counter)
{
    memcpy(key, pin->b, sizeof pin->b);
    sk_put_u32_be(key + 32, (uint32_t)(counter >> 32));
    sk_put_u32_be(key + 36, (uint32_t)counter);
}

void sk_bucket_key(uint8_t key[SK_BUCKET_KEY], const struct sk_ed25519_pk *pin, uint64_t counter,
                   uint32_t bucket)
{
    sk_board_key(key, pin, counter);
    sk_put_u32_be(key + SK_BOARD_KEY, bucket);
}
