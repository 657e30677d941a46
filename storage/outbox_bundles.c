#include "storage/outbox_bundles.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/carry.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_offered.h"
#include "storage/outbox_purge.h"
#include "storage/outbox_tables.h"

void sk_bundle_record_free(struct sk_bundle_record *record)
{
    free(record->header);
    free(record->sheets);
    free(record->ids);
    *record = (struct sk_bundle_record){0};
}

/* ---- recording --------------------------------------------------------------------------- */

static void put_record(struct sk_txn *txn, const struct sk_carry *carry,
                       const struct sk_bundle_record *record)
{
    struct sk_digest digest;
    uint8_t key[SK_SERIAL_KEY], id_key[SK_BUNDLE_ID_KEY], serial[4];

    sk_put_u32_be(key, carry->serial);
    sk_txn_put(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key),
               sk_bytes(record->header, record->header_len));
    if (record->sheets_len > 0) {
        sk_txn_put(txn, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(key, sizeof key),
                   sk_bytes(record->sheets, record->sheets_len));
    }
    sk_put_u32(serial, carry->serial);
    for (size_t i = 0; i < record->count && sk_txn_error(txn) == SK_OK; i++) {
        struct sk_bytes id = sk_bytes(record->ids[i].b, sizeof record->ids[i].b);

        sk_bundle_id_key(id_key, carry->serial, (uint32_t)i);
        sk_txn_put(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(id_key, sizeof id_key), id);
        sk_txn_put(txn, SK_OUTBOX_CARRIED, id, sk_bytes(serial, sizeof serial));
    }
    sk_blake2b(&digest, record->header, record->header_len);
    sk_chain_put_bundle(txn, &carry->chain, carry->serial, &digest);
    sk_offered_clear(txn);
    sk_outbox_raise_version(txn);
}

/* EXISTS, CARRY_CHAIN. *begins: this bundle begins another chain. */
static enum sk_error check_follows(struct sk_txn *txn, const struct sk_carry *carry, bool *begins)
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

/* The old chain's bundles are deleted before the new one is recorded, in groups, since there may be
 * a million envelopes in them. The end of the chain is on disk first: cut off in between, the next
 * bundle begins a new one all the same, with every envelope in it. */
static enum sk_error delete_old_chain(struct sk_outbox *outbox, const struct sk_carry *carry)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    bool begins = false;
    enum sk_error e = check_follows(txn, carry, &begins);

    if (e != SK_OK || !begins) {
        sk_txn_abort(txn);
        return e;
    }
    sk_chain_mark_ended(txn);
    e = sk_txn_commit(txn);
    return e == SK_OK ? sk_outbox_delete_bundles(outbox, UINT32_MAX) : e;
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
    enum sk_error e = delete_old_chain(outbox, &carry);

    if (e != SK_OK) {
        return e;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

    sk_txn_fail(txn, check_follows(txn, &carry, &begins));
    if (begins) {
        sk_txn_fail(txn, sk_chain_begin(txn, &carry.chain));
    }
    put_record(txn, &carry, record);
    return sk_txn_commit(txn);
}

/* ---- reading ------------------------------------------------------------------------------ */

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

/* On failure too, *out is to be freed. */
static enum sk_error load_bundle(struct sk_txn *txn, uint32_t serial, struct sk_bundle_record *out)
{
    uint8_t key[SK_SERIAL_KEY], id_key[SK_BUNDLE_ID_KEY];
    struct sk_bytes header, sheets = {NULL, 0}, id;
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
    if (e != SK_OK) {
        return e;
    }
    e = load_bytes(sheets, &out->sheets, &out->sheets_len);
    if (e != SK_OK) {
        return e;
    }
    out->count = carry.count;
    out->ids = calloc(out->count + 1, sizeof *out->ids);
    if (out->ids == NULL) {
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < out->count; i++) {
        sk_bundle_id_key(id_key, serial, (uint32_t)i);
        if (!sk_txn_get(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(id_key, sizeof id_key), &id) ||
            id.len != sizeof out->ids->b) {
            return sk_txn_error_or(txn, SK_ERR_CORRUPT);
        }
        memcpy(out->ids[i].b, id.p, sizeof out->ids->b);
    }
    return SK_OK;
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

/* CORRUPT: it cannot be written again as it was. */
static enum sk_error check_record(struct sk_txn *txn, const struct sk_bundle_record *record)
{
    struct sk_carry_sheet *sheets = calloc(SK_CARRY_SHEETS_MAX, sizeof *sheets);
    struct sk_carry_entry *entries = calloc(record->count + 1, sizeof *entries);
    struct sk_digest digest;
    struct sk_carry carry;
    enum sk_error e = SK_ERR_MEMORY;

    if (sheets == NULL || entries == NULL) {
        goto out;
    }
    e = sk_carry_read(&carry, sheets, entries, record->header, record->header_len, &digest);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_carry_sheets_check(sheets, carry.sheets, record->sheets, record->sheets_len);
    if (e == SK_OK && !sk_chain_knows(txn, &carry.chain, carry.serial, &digest)) {
        e = SK_ERR_CORRUPT;
    }
out:
    free(sheets);
    free(entries);
    return sk_stored_error(e);
}

enum sk_error sk_outbox_check_bundles(struct sk_outbox *outbox, uint64_t *bundles, uint64_t *broken)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct sk_bytes key, value;
    uint64_t all = 0, bad = 0;

    SK_TXN_EACH(txn, SK_OUTBOX_BUNDLES, SK_KV_ALL, key, value)
    {
        struct sk_bundle_record record = {0};
        enum sk_error e = key.len == SK_SERIAL_KEY ? load_bundle(txn, sk_get_u32_be(key.p), &record)
                                                   : SK_ERR_CORRUPT;

        if (e == SK_OK) {
            e = check_record(txn, &record);
        }
        sk_bundle_record_free(&record);
        all++;
        if (e == SK_ERR_CORRUPT && sk_txn_error(txn) == SK_OK) {
            bad++;
        } else {
            sk_txn_fail(txn, e);
        }
    }
    enum sk_error e = sk_txn_error(txn);

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
