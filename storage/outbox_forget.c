/* What has arrived everywhere, and forgetting it. */
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/outbox_private.h"

enum { SERIAL_KEY = 4, ID_KEY = 8 };
/* One transaction of forgetting. */
#define FORGET_GROUP 4096

/* ---- what is safe -------------------------------------------------------------------------- */

struct safe {
    struct sk_sheet sheet;
    bool any;
    uint32_t serial;
};

/* How far this organisation says, or must not be asked, that everything has arrived. */
static enum sk_error lower(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                           const struct sk_org *org, struct safe *safe)
{
    uint32_t serial = sk_org_arrived(org);
    enum sk_error e = sk_org_sheet(txn, pin, &safe->sheet);

    if (e != SK_OK || safe->sheet.weeks == 0) {
        return e; /* revoked: nothing waits for it */
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
    struct sk_chain_state chain = {0};

    if (safe == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    enum sk_error e = sk_chain_get(txn, &chain);

    if (e == SK_OK) {
        e = lower_all(txn, safe);
    }
    sk_txn_abort(txn);
    if (e == SK_OK) {
        /* What a copy knows to have arrived was said to the store that it was copied from. */
        uint32_t last = chain.copied ? 0 : chain.last;

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
    uint8_t name[SERIAL_KEY];

    if (!sk_txn_seek(txn, SK_OUTBOX_BUNDLES, &key, &value) || key.len != sizeof name ||
        sk_get_u32_be(key.p) > serial) {
        return false;
    }
    memcpy(name, key.p, sizeof name);
    sk_txn_delete(txn, SK_OUTBOX_BUNDLES, sk_bytes(name, sizeof name));
    sk_txn_delete(txn, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(name, sizeof name));
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
        struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
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
