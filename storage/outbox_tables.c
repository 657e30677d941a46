#include "storage/outbox_tables.h"

#include "keys/base/bytes.h"

static const char *const tables[SK_OUTBOX_TABLES] = {
    "meta",       "organisations", "sheets",        "boards",  "buckets", "bundles",
    "bundle_ids", "carried",       "bundle_sheets", "digests", "replaced"};

const struct sk_kv_shape sk_outbox_shape = {
    .name = "outbox", .version = 2, .tables = tables, .table_count = SK_OUTBOX_TABLES};

uint64_t sk_outbox_read_version(struct sk_txn *txn)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_OUTBOX_META, sk_bytes("version", 7), &value) && value.len == 8
               ? sk_get_u64(value.p)
               : 0;
}

void sk_outbox_raise_version(struct sk_txn *txn)
{
    uint8_t value[8];

    sk_put_u64(value, sk_outbox_read_version(txn) + 1);
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("version", 7), sk_bytes(value, sizeof value));
}

/* ---- keys ------------------------------------------------------------------------------- */

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

void sk_bundle_id_key(uint8_t key[SK_BUNDLE_ID_KEY], uint32_t serial, uint32_t index)
{
    sk_put_u32_be(key, serial);
    sk_put_u32_be(key + SK_SERIAL_KEY, index);
}

void sk_replaced_key(uint8_t key[SK_REPLACED_KEY], const struct sk_ed25519_pk *pin, uint32_t serial)
{
    memcpy(key, pin->b, sizeof pin->b);
    sk_put_u32_be(key + sizeof pin->b, serial);
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

/* ---- values ------------------------------------------------------------------------------ */

enum sk_error sk_stored_error(enum sk_error read)
{
    return read == SK_OK || read == SK_ERR_MEMORY || read == SK_ERR_IO ? read : SK_ERR_CORRUPT;
}
