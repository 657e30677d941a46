#include <stdlib.h>
#include <string.h>

#include "keys/base/plain.h"
#include "keys/format/answer.h"
#include "storage/outbox_private.h"

/* Text, and on one line: what is shown to residents beside a tick box. */
static bool name_valid(const char *name)
{
    size_t len = strnlen(name, SK_NAME_MAX + 1);

    return len > 0 && len <= SK_NAME_MAX && sk_text_valid(name, len) &&
           strpbrk(name, "\t\n") == NULL;
}

/* Nobody else may have the name: residents choose by it. Bounds the number of organisations too. */
static enum sk_error name_free(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                               const char *name)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_org org;
    enum sk_error e;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value); more;
         more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        e = sk_org_decode(value, &org);
        if (e != SK_OK) {
            return e;
        }
        if (strcmp(org.name, name) == 0 &&
            (key.len != sizeof pin->b || memcmp(key.p, pin->b, sizeof pin->b) != 0)) {
            return SK_ERR_EXISTS;
        }
    }
    return sk_txn_error(txn);
}

/* A new organisation: what was bundled before it joined was never addressed to it. */
static enum sk_error join(struct sk_txn *txn, const char *name, struct sk_org *org)
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

/* Trust against what is stored; a revocation that is otherwise good is good. */
static enum sk_error trust(const struct sk_sheet *sheet, const struct sk_sheet *last,
                           const struct sk_ed25519_pk *pin, time_t now)
{
    enum sk_error e = sk_sheet_trust(sheet, pin, last == NULL ? 0 : last->serial,
                                     last == NULL ? NULL : &last->digest, now);

    return e == SK_ERR_SHEET_REVOKED ? SK_OK : e;
}

struct import {
    struct sk_sheet sheet, last;
    struct sk_org org;
};

static enum sk_error import(struct sk_txn *txn, struct import *x, const char *name,
                            const struct sk_ed25519_pk *pin, time_t now)
{
    enum sk_error e = sk_org_get(txn, pin, &x->org);
    bool known = e == SK_OK;

    if (known) {
        e = sk_org_sheet(txn, pin, &x->last);
    }
    if (e == SK_OK || e == SK_ERR_NOT_FOUND) {
        e = trust(&x->sheet, known ? &x->last : NULL, pin, now);
    }
    if (e == SK_OK && known && x->sheet.serial != x->last.serial) {
        e = sk_offered_keep(txn, pin, x->last.serial);
    }
    if (e == SK_OK && !known) {
        sk_offered_drop(txn, pin, x->sheet.serial);
        e = join(txn, name, &x->org);
    }
    if (e == SK_OK && name != NULL) {
        e = name_free(txn, pin, name);
        strncpy(x->org.name, name, SK_NAME_MAX);
    }
    return e;
}

static enum sk_error check_and_store(struct sk_outbox *outbox, struct import *x, const char *name,
                                     const struct sk_ed25519_pk *pin, struct sk_bytes bytes,
                                     time_t now)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK) {
        e = import(txn, x, name, pin, now);
    }
    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    sk_org_put(txn, pin, &x->org);
    sk_txn_put(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), bytes);
    sk_outbox_raise_version(txn);
    return sk_txn_commit(txn);
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
        e = check_and_store(outbox, x, name, pin, sk_bytes(bytes, len), now);
    }
    free(x);
    return e;
}

/* ---- GET /sheets ---------------------------------------------------------------------- */

/* Adds up the lengths; with out, copies too. */
static size_t gather(struct sk_txn *txn, uint8_t *out)
{
    struct sk_bytes key = {NULL, 0}, value;
    size_t len = 0;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_SHEETS, &key, &value); more;
         more = sk_txn_next(txn, SK_OUTBOX_SHEETS, &key, &value)) {
        if (out != NULL) {
            memcpy(out + len, value.p, value.len);
        }
        len += value.len;
    }
    return len;
}

enum sk_error sk_outbox_sheets(struct sk_outbox *outbox, uint8_t **out, size_t *len)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    size_t n = gather(txn, NULL);
    uint8_t *all = malloc(n + 1);

    if (all != NULL) {
        gather(txn, all);
    }
    enum sk_error e = all == NULL ? SK_ERR_MEMORY : sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(all);
        return e;
    }
    *out = all;
    *len = n;
    return SK_OK;
}
