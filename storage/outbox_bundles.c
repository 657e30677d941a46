/* The bundles of this chain, as they are known to write them again. */
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "storage/outbox_private.h"

#define ID_KEY 8

static void id_key(uint8_t key[ID_KEY], uint32_t serial, uint32_t index)
{
    sk_put_u32_be(key, serial);
    sk_put_u32_be(key + 4, index);
}

void sk_bundle_record_free(struct sk_bundle_record *record)
{
    free(record->header);
    free(record->sheets);
    free(record->ids);
    *record = (struct sk_bundle_record){0};
}

/* ---- recording --------------------------------------------------------------------------- */

static void put_ids(struct sk_txn *txn, uint32_t serial, const struct sk_envelope_id *ids,
                    size_t count)
{
    uint8_t key[ID_KEY], value[4];

    sk_put_u32(value, serial);
    for (size_t i = 0; i < count && sk_txn_error(txn) == SK_OK; i++) {
        struct sk_bytes id = sk_bytes(ids[i].b, sizeof ids[i].b);

        id_key(key, serial, (uint32_t)i);
        sk_txn_put(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(key, sizeof key), id);
        sk_txn_put(txn, SK_OUTBOX_CARRIED, id, sk_bytes(value, sizeof value));
    }
}

static void put_record(struct sk_txn *txn, const struct sk_carry *carry,
                       const struct sk_bundle_record *record)
{
    struct sk_digest digest;
    uint8_t key[4];

    sk_put_u32_be(key, carry->serial);
    sk_txn_put(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key),
               sk_bytes(record->header, record->header_len));
    if (record->sheets_len > 0) {
        sk_txn_put(txn, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(key, sizeof key),
                   sk_bytes(record->sheets, record->sheets_len));
    }
    put_ids(txn, carry->serial, record->ids, record->count);
    sk_blake2b(&digest, record->header, record->header_len);
    sk_chain_put_last(txn, carry->serial, &digest);
    sk_chain_remember(txn, &carry->chain, carry->serial, &digest);
    sk_offered_forget(txn);
    sk_outbox_raise_version(txn);
}

/* *begins: with this bundle another chain takes the place of this one. */
static enum sk_error may_follow(struct sk_txn *txn, const struct sk_carry *carry, bool *begins)
{
    struct sk_chain_state state;
    enum sk_error e = sk_chain_get(txn, &state);

    if (e != SK_OK) {
        return e;
    }
    *begins = memcmp(carry->chain.b, state.chain.b, sizeof state.chain.b) != 0;
    if (*begins) {
        return carry->serial == 1 ? SK_OK : SK_ERR_CARRY_CHAIN;
    }
    if (state.copied) {
        return SK_ERR_CARRY_CHAIN;
    }
    if (carry->serial <= state.last) {
        return SK_ERR_EXISTS;
    }
    return carry->serial - 1 == state.last && memcmp(carry->previous.b, state.digest.b, 32) == 0
               ? SK_OK
               : SK_ERR_CARRY_CHAIN;
}

/* What is left of the old chain's bundles goes before the new one is recorded, in groups, since
 * there may be a million envelopes in them. That the chain has ended is said first: cut off in
 * between, the next bundle begins a new one all the same, with every envelope in it. */
static enum sk_error clear_way(struct sk_outbox *outbox, const struct sk_carry *carry)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    bool begins = false;
    enum sk_error e = may_follow(txn, carry, &begins);

    if (e != SK_OK || !begins) {
        sk_txn_abort(txn);
        return e;
    }
    sk_chain_mark_ended(txn);
    e = sk_txn_commit(txn);
    return e == SK_OK ? sk_outbox_forget_bundles(outbox, UINT32_MAX) : e;
}

enum sk_error sk_outbox_record_bundle(struct sk_outbox *outbox,
                                      const struct sk_bundle_record *record)
{
    struct sk_carry carry;
    bool begins = false;

    if (record->header_len < SK_CARRY_FIXED ||
        sk_carry_read_fixed(&carry, record->header) != SK_OK || carry.count != record->count) {
        return SK_ERR_USAGE;
    }
    enum sk_error e = clear_way(outbox, &carry);

    if (e != SK_OK) {
        return e;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

    e = may_follow(txn, &carry, &begins);
    if (e == SK_OK && begins) {
        e = sk_chain_begin(txn, &carry.chain);
    }
    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    put_record(txn, &carry, record);
    return sk_txn_commit(txn);
}

/* ---- reading ------------------------------------------------------------------------------ */

static enum sk_error load_ids(struct sk_txn *txn, uint32_t serial, struct sk_envelope_id *ids,
                              size_t count)
{
    uint8_t key[ID_KEY];
    struct sk_bytes value;

    for (size_t i = 0; i < count; i++) {
        id_key(key, serial, (uint32_t)i);
        if (!sk_txn_get(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(key, sizeof key), &value) ||
            value.len != sizeof ids->b) {
            return sk_txn_error_or(txn, SK_ERR_CORRUPT);
        }
        memcpy(ids[i].b, value.p, sizeof ids->b);
    }
    return SK_OK;
}

static enum sk_error load_bytes(struct sk_bytes value, uint8_t **out, size_t *len)
{
    *out = malloc(value.len + 1);
    if (*out == NULL) {
        return SK_ERR_MEMORY;
    }
    if (value.len > 0) {
        memcpy(*out, value.p, value.len);
    }
    *len = value.len;
    return SK_OK;
}

static enum sk_error load_bundle(struct sk_txn *txn, uint32_t serial, struct sk_bundle_record *out)
{
    uint8_t key[4];
    struct sk_bytes header, sheets = {NULL, 0};
    struct sk_carry carry;

    sk_put_u32_be(key, serial);
    enum sk_error e = sk_txn_find(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key), &header);

    if (e != SK_OK) {
        return e;
    }
    if (header.len < SK_CARRY_FIXED || sk_carry_read_fixed(&carry, header.p) != SK_OK ||
        carry.serial != serial) {
        return SK_ERR_CORRUPT;
    }
    if (!sk_txn_get(txn, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(key, sizeof key), &sheets)) {
        sheets = sk_bytes(NULL, 0); /* there were none */
    }
    e = load_bytes(header, &out->header, &out->header_len);

    if (e == SK_OK) {
        e = load_bytes(sheets, &out->sheets, &out->sheets_len);
    }
    if (e != SK_OK) {
        return e;
    }
    out->count = carry.count;
    out->ids = calloc(out->count + 1, sizeof *out->ids);
    return out->ids == NULL ? SK_ERR_MEMORY : load_ids(txn, serial, out->ids, out->count);
}

enum sk_error sk_outbox_bundle(struct sk_outbox *outbox, uint32_t serial,
                               struct sk_bundle_record *out)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct sk_bundle_record found = {0};
    enum sk_error e = load_bundle(txn, serial, &found);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        sk_bundle_record_free(&found);
        return e;
    }
    *out = found;
    return SK_OK;
}

/* ---- check --------------------------------------------------------------------------------- */

static bool digest_known(struct sk_txn *txn, const struct sk_carry *carry,
                         const struct sk_digest *digest)
{
    const size_t chain = sizeof carry->chain.b;
    struct sk_bytes value;

    return sk_txn_get(txn, SK_OUTBOX_DIGESTS, sk_bytes(digest->b, sizeof digest->b), &value) &&
           value.len == chain + 4 && memcmp(value.p, carry->chain.b, chain) == 0 &&
           sk_get_u32(value.p + chain) == carry->serial;
}

/* CORRUPT: it cannot be written again as it was. */
static enum sk_error check_record(struct sk_txn *txn, const struct sk_bundle_record *record)
{
    struct sk_carry_sheet *sheets = calloc(SK_CARRY_SHEETS_MAX, sizeof *sheets);
    struct sk_carry_entry *entries = calloc(record->count + 1, sizeof *entries);
    struct sk_digest digest;
    struct sk_carry carry;
    enum sk_error e = SK_ERR_MEMORY;

    if (sheets != NULL && entries != NULL) {
        e = sk_carry_read(&carry, sheets, entries, record->header, record->header_len, &digest);
    }
    if (e == SK_OK) {
        e = sk_carry_sheets_check(sheets, carry.sheets, record->sheets, record->sheets_len);
    }
    if (e == SK_OK && !digest_known(txn, &carry, &digest)) {
        e = SK_ERR_CORRUPT;
    }
    free(sheets);
    free(entries);
    return e == SK_OK || e == SK_ERR_MEMORY ? e : SK_ERR_CORRUPT;
}

static enum sk_error check_bundle(struct sk_txn *txn, struct sk_bytes key)
{
    struct sk_bundle_record record = {0};
    enum sk_error e =
        key.len == 4 ? load_bundle(txn, sk_get_u32_be(key.p), &record) : SK_ERR_CORRUPT;

    if (e == SK_OK) {
        e = check_record(txn, &record);
    }
    sk_bundle_record_free(&record);
    return e;
}

enum sk_error sk_outbox_check_bundles(struct sk_outbox *outbox, uint64_t *bundles, uint64_t *broken)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct sk_bytes key = {NULL, 0}, value;
    uint64_t all = 0, bad = 0;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_BUNDLES, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_OUTBOX_BUNDLES, &key, &value)) {
        e = check_bundle(txn, key);
        all++;
        if (e == SK_ERR_CORRUPT) {
            bad++;
            e = SK_OK;
        }
    }
    e = sk_txn_error_or(txn, e);
    sk_txn_abort(txn);
    if (e == SK_OK) {
        *bundles = all;
        *broken = bad;
    }
    return e;
}

/* ---- envelopes ------------------------------------------------------------------------------- */

static bool carried(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_OUTBOX_CARRIED, sk_bytes(id->b, sizeof id->b), &value)) {
        return false;
    }
    if (value.len != 4) {
        sk_txn_fail(txn, SK_ERR_CORRUPT);
        return false;
    }
    return sk_get_u32(value.p) != 0;
}

enum sk_error sk_outbox_uncarried(struct sk_outbox *outbox, struct sk_envelope_info *envelopes,
                                  size_t *count)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    size_t left = 0;

    for (size_t i = 0; i < *count && sk_txn_error(txn) == SK_OK; i++) {
        if (!carried(txn, &envelopes[i].id)) {
            envelopes[left++] = envelopes[i];
        }
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *count = left;
    }
    return e;
}
