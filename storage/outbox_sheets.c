#include "storage/outbox_sheets.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/plain.h"
#include "storage/outbox_boards.h"
#include "storage/outbox_chain.h"
#include "storage/outbox_offered.h"
#include "storage/outbox_organisations.h"
#include "storage/outbox_tables.h"

/* ---- import ------------------------------------------------------------------------------- */

/* Text on one line: residents see it beside a tick box. */
static bool name_valid(const char *name)
{
    size_t len = strnlen(name, SK_NAME_MAX + 1);

    return len > 0 && len <= SK_NAME_MAX && sk_text_valid(name, len) &&
           strpbrk(name, "\t\n") == NULL;
}

/* EXISTS: another organisation has the name, and residents choose by it. */
static enum sk_error check_name(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                const char *name)
{
    struct sk_bytes key, value;
    struct sk_ed25519_pk other;
    struct sk_organisation_record org;

    SK_TXN_EACH(txn, SK_OUTBOX_ORGANISATIONS, SK_KV_ALL, key, value)
    {
        enum sk_error e = sk_organisation_decode(key, value, &other, &org);

        if (e != SK_OK) {
            return e;
        }
        if (strcmp(org.name, name) == 0 && memcmp(other.b, pin->b, sizeof pin->b) != 0) {
            return SK_ERR_EXISTS;
        }
    }
    return sk_txn_error(txn);
}

/* A new organisation: earlier bundles hold nothing that was addressed to it. */
static enum sk_error join(struct sk_txn *txn, const char *name, struct sk_organisation_record *org)
{
    struct sk_chain_state chain;

    if (name == NULL) {
        return SK_ERR_STORE_NAME;
    }
    if (sk_txn_count(txn, SK_OUTBOX_ORGANISATIONS) >= SK_ORGANISATIONS_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    enum sk_error e = sk_chain_get(txn, &chain);

    if (e != SK_OK) {
        return e;
    }
    memset(org, 0, sizeof *org);
    /* A copy's next bundle begins a new chain, and nothing of that came before. */
    org->joined_serial = chain.copied ? 0 : chain.last;
    return SK_OK;
}

struct import {
    struct sk_sheet sheet, last;
    struct sk_organisation_record org;
};

static enum sk_error import(struct sk_txn *txn, struct import *x, const char *name,
                            const struct sk_ed25519_pk *pin, time_t now)
{
    enum sk_error e = sk_organisation_find(txn, pin, &x->org);
    bool known = e == SK_OK;

    if (known) {
        e = sk_organisation_sheet(txn, pin, &x->last);
    }
    if (e != SK_OK && e != SK_ERR_NOT_FOUND) {
        return e;
    }
    e = sk_sheet_trust(&x->sheet, pin, known ? x->last.serial : 0, known ? &x->last.digest : NULL,
                       now);
    if (e != SK_OK && e != SK_ERR_SHEET_REVOKED) { /* a revocation that is otherwise good is good */
        return e;
    }
    if (!known) {
        sk_offered_delete_from(txn, pin, x->sheet.serial);
        e = join(txn, name, &x->org);
    } else {
        e = x->sheet.serial != x->last.serial ? sk_offered_replace(txn, pin, x->last.serial)
                                              : SK_OK;
    }
    if (e != SK_OK || name == NULL) {
        return e;
    }
    strncpy(x->org.name, name, SK_NAME_MAX);
    return check_name(txn, pin, name);
}

enum sk_error sk_outbox_import_sheet(struct sk_outbox *outbox, const char *name,
                                     const struct sk_ed25519_pk *pin, const uint8_t *bytes,
                                     size_t len, time_t now)
{
    if (name != NULL && !name_valid(name)) {
        return SK_ERR_STORE_NAME;
    }
    struct import *x = calloc(1, sizeof *x);

    if (x == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = sk_sheet_read(&x->sheet, bytes, len);

    if (e == SK_OK) {
        struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

        sk_txn_fail(txn, import(txn, x, name, pin, now));
        sk_organisation_put(txn, pin, &x->org);
        sk_txn_put(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), sk_bytes(bytes, len));
        sk_outbox_raise_version(txn);
        e = sk_txn_commit(txn);
    }
    free(x);
    return e;
}

/* ---- retiring ----------------------------------------------------------------------------- */

static enum sk_error retire(struct sk_txn *txn, const struct sk_ed25519_pk *pin)
{
    struct sk_bytes key = sk_bytes(pin->b, sizeof pin->b);
    struct sk_organisation_record org;
    struct sk_sheet sheet;
    enum sk_error e = sk_organisation_find(txn, pin, &org);

    if (e != SK_OK) {
        return e;
    }
    e = sk_organisation_sheet(txn, pin, &sheet);
    if (e != SK_OK) {
        return e;
    }
    e = sk_offered_replace(txn, pin, sheet.serial);
    if (e != SK_OK) {
        return e;
    }
    if (org.has_previous) {
        sk_board_delete(txn, pin, org.previous);
    }
    if (org.has_board) {
        sk_board_delete(txn, pin, org.board);
    }
    sk_txn_delete(txn, SK_OUTBOX_SHEETS, key);
    sk_txn_delete(txn, SK_OUTBOX_ORGANISATIONS, key);
    sk_outbox_raise_version(txn);
    return SK_OK;
}

enum sk_error sk_outbox_retire(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

    sk_txn_fail(txn, retire(txn, pin));
    return sk_txn_commit(txn);
}

/* ---- GET /sheets ---------------------------------------------------------------------- */

enum sk_error sk_outbox_sheets(struct sk_outbox *outbox, uint8_t **out, size_t *len)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct sk_bytes key, value;
    size_t room = 0, n = 0;

    SK_TXN_EACH(txn, SK_OUTBOX_SHEETS, SK_KV_ALL, key, value)
    {
        room += value.len;
    }
    uint8_t *all = malloc(room + 1);

    if (all == NULL) {
        sk_txn_fail(txn, SK_ERR_MEMORY);
    }
    SK_TXN_EACH(txn, SK_OUTBOX_SHEETS, SK_KV_ALL, key, value)
    {
        memcpy(all + n, value.p, value.len);
        n += value.len;
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(all);
        return e;
    }
    *out = all;
    *len = n;
    return SK_OK;
}
