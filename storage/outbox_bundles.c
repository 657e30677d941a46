#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "storage/outbox_private.h"

#define BUNDLE_FIXED 8 /* last day, number of ids */
#define ID_KEY 8
/* One transaction of forgetting. */
#define FORGET_GROUP 4096

static void id_key(uint8_t key[ID_KEY], uint32_t serial, uint32_t index)
{
    sk_put_u32_be(key, serial);
    sk_put_u32_be(key + 4, index);
}

static enum sk_error last_bundle(struct sk_txn *txn, uint32_t *serial, struct sk_digest *digest)
{
    struct sk_bytes value;

    *serial = 0;
    memset(digest, 0, sizeof *digest);
    if (!sk_txn_get(txn, SK_OUTBOX_META, sk_bytes("bundle", 6), &value)) {
        return sk_txn_error(txn);
    }
    if (value.len != 36) {
        return SK_ERR_CORRUPT;
    }
    *serial = sk_get_u32(value.p);
    memcpy(digest->b, value.p + 4, sizeof digest->b);
    return SK_OK;
}

enum sk_error sk_outbox_last_bundle(struct sk_outbox *outbox, uint32_t *serial,
                                    struct sk_digest *digest)
{
    struct sk_txn *txn = sk_txn_begin(outbox->engine, false);
    struct sk_digest found_digest;
    uint32_t found;
    enum sk_error e = last_bundle(txn, &found, &found_digest);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *serial = found;
        *digest = found_digest;
    }
    return e;
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

static void put_last(struct sk_txn *txn, uint32_t serial, const uint8_t *header, size_t len)
{
    struct sk_digest digest;
    uint8_t value[36];

    sk_blake2b(&digest, header, len);
    sk_put_u32(value, serial);
    memcpy(value + 4, digest.b, sizeof digest.b);
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("bundle", 6), sk_bytes(value, sizeof value));
}

static enum sk_error put_bundle(struct sk_txn *txn, uint32_t serial, uint32_t last_day,
                                const uint8_t *header, size_t header_len, size_t count)
{
    uint8_t key[4];
    uint8_t *value = malloc(BUNDLE_FIXED + header_len);

    if (value == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_put_u32_be(key, serial);
    sk_put_u32(value, last_day);
    sk_put_u32(value + 4, (uint32_t)count);
    memcpy(value + BUNDLE_FIXED, header, header_len);
    sk_txn_put(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key),
               sk_bytes(value, BUNDLE_FIXED + header_len));
    free(value);
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_record_bundle(struct sk_outbox *outbox, uint32_t serial,
                                      const uint8_t *header, size_t header_len,
                                      const struct sk_envelope_id *ids, size_t count,
                                      uint32_t last_day)
{
    struct sk_digest digest;
    uint32_t last;

    if (count > SK_CARRY_COUNT_MAX || header_len == 0) {
        return SK_ERR_USAGE;
    }
    struct sk_txn *txn = sk_txn_begin(outbox->engine, true);
    enum sk_error e = last_bundle(txn, &last, &digest);

    if (e == SK_OK && serial != last + 1) {
        e = serial <= last ? SK_ERR_EXISTS : SK_ERR_CARRY_CHAIN;
    }
    if (e == SK_OK) {
        e = put_bundle(txn, serial, last_day, header, header_len, count);
    }
    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    put_ids(txn, serial, ids, count);
    put_last(txn, serial, header, header_len);
    sk_outbox_raise_version(txn);
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
            return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_CORRUPT;
        }
        memcpy(ids[i].b, value.p, sizeof ids->b);
    }
    return SK_OK;
}

static enum sk_error load_bundle(struct sk_txn *txn, uint32_t serial, uint8_t **header,
                                 size_t *header_len, struct sk_envelope_id **ids, size_t *count)
{
    uint8_t key[4];
    struct sk_bytes value;

    sk_put_u32_be(key, serial);
    if (!sk_txn_get(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key), &value)) {
        return sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : SK_ERR_NOT_FOUND;
    }
    if (value.len <= BUNDLE_FIXED || sk_get_u32(value.p + 4) > SK_CARRY_COUNT_MAX) {
        return SK_ERR_CORRUPT;
    }
    *count = sk_get_u32(value.p + 4);
    *header_len = value.len - BUNDLE_FIXED;
    *header = malloc(*header_len);
    *ids = calloc(*count + 1, sizeof **ids);
    if (*header == NULL || *ids == NULL) {
        return SK_ERR_MEMORY;
    }
    memcpy(*header, value.p + BUNDLE_FIXED, *header_len);
    return load_ids(txn, serial, *ids, *count);
}

enum sk_error sk_outbox_bundle(struct sk_outbox *outbox, uint32_t serial, uint8_t **header,
                               size_t *header_len, struct sk_envelope_id **ids, size_t *count)
{
    struct sk_txn *txn = sk_txn_begin(outbox->engine, false);
    struct sk_envelope_id *found_ids = NULL;
    uint8_t *found = NULL;
    size_t found_len = 0, found_count = 0;
    enum sk_error e = load_bundle(txn, serial, &found, &found_len, &found_ids, &found_count);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(found);
        free(found_ids);
        return e;
    }
    *header = found;
    *header_len = found_len;
    *ids = found_ids;
    *count = found_count;
    return SK_OK;
}

enum sk_error sk_outbox_carried(struct sk_outbox *outbox, const struct sk_envelope_id *id,
                                uint32_t *serial)
{
    struct sk_txn *txn = sk_txn_begin(outbox->engine, false);
    struct sk_bytes value;
    enum sk_error e = SK_ERR_NOT_FOUND;

    if (sk_txn_get(txn, SK_OUTBOX_CARRIED, sk_bytes(id->b, sizeof id->b), &value)) {
        e = value.len == 4 ? SK_OK : SK_ERR_CORRUPT;
        if (e == SK_OK) {
            *serial = sk_get_u32(value.p);
        }
    }
    e = sk_txn_error(txn) != SK_OK ? sk_txn_error(txn) : e;
    sk_txn_abort(txn);
    return e;
}

/* ---- forgetting ------------------------------------------------------------------------------ */

struct safe {
    struct sk_sheet sheet;
    struct sk_board board;
    bool any;
    uint32_t serial;
};

/* How far this organisation says, or must not be asked, that everything has arrived. */
static enum sk_error lower(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                           const struct sk_org *org, struct safe *safe)
{
    uint32_t serial = org->joined_serial;
    enum sk_error e = sk_org_sheet(txn, pin, &safe->sheet);

    if (e != SK_OK || safe->sheet.weeks == 0) {
        return e; /* revoked: nothing waits for it */
    }
    if (org->has_board) {
        e = sk_org_board(txn, pin, org->board, &safe->board);
        if (e != SK_OK) {
            return e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
        }
        serial = safe->board.carry_serial > serial ? safe->board.carry_serial : serial;
    }
    safe->serial = !safe->any || serial < safe->serial ? serial : safe->serial;
    safe->any = true;
    return SK_OK;
}

static enum sk_error lower_all(struct sk_txn *txn, struct safe *safe)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_ed25519_pk pin;
    struct sk_org org;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        e = key.len == sizeof pin.b ? sk_org_decode(value, &org) : SK_ERR_CORRUPT;
        if (e == SK_OK) {
            memcpy(pin.b, key.p, sizeof pin.b);
            e = lower(txn, &pin, &org, safe);
        }
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

enum sk_error sk_outbox_safe_serial(struct sk_outbox *outbox, uint32_t *serial)
{
    struct safe *safe = calloc(1, sizeof *safe);
    struct sk_digest digest;
    uint32_t last = 0;

    if (safe == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_txn_begin(outbox->engine, false);
    enum sk_error e = last_bundle(txn, &last, &digest);

    if (e == SK_OK) {
        e = lower_all(txn, safe);
    }
    sk_txn_abort(txn);
    if (e == SK_OK) {
        *serial = safe->serial < last ? safe->serial : last;
    }
    free(safe);
    return e;
}

/* Headers first: a bundle without its header does not exist any more, whatever of its ids is left
 * when this is broken off; the next run finds those by their serial. */
static bool forget_header(struct sk_txn *txn, uint32_t serial)
{
    struct sk_bytes key = {NULL, 0}, value;
    uint8_t name[4];

    if (!sk_txn_seek(txn, SK_OUTBOX_BUNDLES, &key, &value) || key.len != sizeof name ||
        sk_get_u32_be(key.p) > serial) {
        return false;
    }
    memcpy(name, key.p, sizeof name);
    sk_txn_delete(txn, SK_OUTBOX_BUNDLES, sk_bytes(name, sizeof name));
    return sk_txn_error(txn) == SK_OK;
}

static bool forget_id(struct sk_txn *txn, uint32_t serial)
{
    struct sk_bytes key = {NULL, 0}, value, carried;
    uint8_t name[ID_KEY];
    struct sk_envelope_id id;

    if (!sk_txn_seek(txn, SK_OUTBOX_BUNDLE_IDS, &key, &value) || key.len != sizeof name ||
        value.len != sizeof id.b || sk_get_u32_be(key.p) > serial) {
        return false;
    }
    memcpy(name, key.p, sizeof name);
    memcpy(id.b, value.p, sizeof id.b);
    /* An envelope in a later bundle as well is still carried. */
    if (sk_txn_get(txn, SK_OUTBOX_CARRIED, sk_bytes(id.b, sizeof id.b), &carried) &&
        carried.len == 4 && sk_get_u32(carried.p) <= serial) {
        sk_txn_delete(txn, SK_OUTBOX_CARRIED, sk_bytes(id.b, sizeof id.b));
    }
    sk_txn_delete(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(name, sizeof name));
    return sk_txn_error(txn) == SK_OK;
}

enum sk_error sk_outbox_forget_bundles(struct sk_outbox *outbox, uint32_t serial)
{
    size_t n = FORGET_GROUP;
    enum sk_error e = SK_OK;

    while (e == SK_OK && n == FORGET_GROUP) {
        struct sk_txn *txn = sk_txn_begin(outbox->engine, true);
        bool changed = false;

        while (forget_header(txn, serial)) {
            changed = true;
        }
        for (n = 0; n < FORGET_GROUP && forget_id(txn, serial); n++) {
            changed = true;
        }
        if (changed) {
            sk_outbox_raise_version(txn);
        }
        e = sk_txn_commit(txn);
    }
    return e;
}
