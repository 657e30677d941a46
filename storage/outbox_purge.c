#include "storage/outbox_purge.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/upload.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_organisations.h"
#include "storage/outbox_tables.h"

/* Ids that one transaction deletes. */
#define GROUP 4096

/* ---- what has arrived ----------------------------------------------------------------------- */

/* The least that any organisation with a sheet in force says has arrived; 0: there is none. */
static enum sk_error least_arrived(struct sk_txn *txn, struct sk_sheet *scratch, uint32_t *out)
{
    struct sk_bytes key, value;
    struct sk_ed25519_pk pin;
    struct sk_organisation_record org;
    bool any = false;
    uint32_t least = 0;

    SK_TXN_EACH(txn, SK_OUTBOX_ORGANISATIONS, SK_KV_ALL, key, value)
    {
        enum sk_error e = sk_organisation_decode(key, value, &pin, &org);

        if (e != SK_OK) {
            return e;
        }
        e = sk_organisation_sheet(txn, &pin, scratch);
        if (e != SK_OK) {
            return e;
        }
        uint32_t arrived = sk_organisation_arrived(&org);

        if (scratch->weeks > 0 && (!any || arrived < least)) {
            least = arrived;
            any = true;
        }
    }
    *out = least;
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_safe_serial(struct sk_outbox *outbox, uint32_t *serial)
{
    struct sk_sheet *scratch = calloc(1, sizeof *scratch);
    struct sk_chain_state chain = {0};
    uint32_t least = 0;

    if (scratch == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    enum sk_error e = sk_chain_get(txn, &chain);

    if (e == SK_OK) {
        e = least_arrived(txn, scratch, &least);
    }
    sk_txn_abort(txn);
    free(scratch);
    if (e == SK_OK) {
        /* What a copy knows to have arrived was said to the store that it was copied from. */
        uint32_t last = chain.copied ? 0 : chain.last;

        *serial = least < last ? least : last;
    }
    return e;
}

/* ---- deleting records ------------------------------------------------------------------------ */

/* Headers first: a bundle without its header does not exist any more, whatever of its ids is left
 * when this is cut off; the next run finds those by their serial. */
static bool delete_header(struct sk_txn *txn, uint32_t serial)
{
    struct sk_bytes first = {NULL, 0}, value;
    uint8_t key[SK_SERIAL_KEY];

    if (!sk_txn_seek(txn, SK_OUTBOX_BUNDLES, &first, &value) || first.len != sizeof key ||
        sk_get_u32_be(first.p) > serial) {
        return false;
    }
    memcpy(key, first.p, sizeof key);
    sk_txn_delete(txn, SK_OUTBOX_BUNDLES, sk_bytes(key, sizeof key));
    sk_txn_delete(txn, SK_OUTBOX_BUNDLE_SHEETS, sk_bytes(key, sizeof key));
    return sk_txn_error(txn) == SK_OK;
}

static bool delete_id(struct sk_txn *txn, uint32_t serial)
{
    struct sk_bytes first = {NULL, 0}, value, carried;
    uint8_t key[SK_BUNDLE_ID_KEY];
    struct sk_envelope_id id;

    if (!sk_txn_seek(txn, SK_OUTBOX_BUNDLE_IDS, &first, &value) || first.len != sizeof key ||
        value.len != sizeof id.b || sk_get_u32_be(first.p) > serial) {
        return false;
    }
    memcpy(key, first.p, sizeof key);
    memcpy(id.b, value.p, sizeof id.b);
    /* An envelope in a later bundle as well is still carried. */
    if (sk_txn_get(txn, SK_OUTBOX_CARRIED, sk_bytes(id.b, sizeof id.b), &carried) &&
        carried.len == 4 && sk_get_u32(carried.p) <= serial) {
        sk_txn_delete(txn, SK_OUTBOX_CARRIED, sk_bytes(id.b, sizeof id.b));
    }
    sk_txn_delete(txn, SK_OUTBOX_BUNDLE_IDS, sk_bytes(key, sizeof key));
    return sk_txn_error(txn) == SK_OK;
}

enum sk_error sk_outbox_delete_bundles(struct sk_outbox *outbox, uint32_t serial)
{
    size_t n = GROUP;
    enum sk_error e = SK_OK;

    while (e == SK_OK && n == GROUP) {
        struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
        bool changed = false;

        while (delete_header(txn, serial)) {
            changed = true;
        }
        for (n = 0; n < GROUP && delete_id(txn, serial); n++) {
            changed = true;
        }
        if (changed) {
            sk_outbox_raise_version(txn);
        }
        e = sk_txn_commit(txn);
    }
    return e;
}
