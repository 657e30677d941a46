#include "storage/outbox_offered.h"

#include <stdlib.h>
#include <string.h>

#include "storage/outbox_organisations.h"
#include "storage/outbox_tables.h"

/* Of one organisation, so that all together are at most SK_CARRY_SHEETS_MAX. */
enum { KEPT = SK_CARRY_SHEETS_MAX / SK_ORGANISATIONS_MAX - 1 };

/* ---- replaced sheets -------------------------------------------------------------------- */

enum sk_error sk_offered_replace(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                 uint32_t serial)
{
    const struct sk_bytes prefix = sk_bytes(pin->b, sizeof pin->b);
    uint8_t key[SK_REPLACED_KEY], sheet[SK_SHEET_MAX];
    struct sk_bytes replaced, value;
    size_t kept = 0;

    SK_TXN_EACH(txn, SK_OUTBOX_REPLACED, prefix, replaced, value)
    {
        kept++;
    }
    if (kept >= KEPT) {
        sk_txn_delete_prefix(txn, SK_OUTBOX_REPLACED, prefix, 1);
    }
    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, prefix, &value) || value.len > sizeof sheet) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    memcpy(sheet, value.p, value.len); /* the value ends with the write */
    sk_replaced_key(key, pin, serial);
    sk_txn_put(txn, SK_OUTBOX_REPLACED, sk_bytes(key, sizeof key), sk_bytes(sheet, value.len));
    return sk_txn_error(txn);
}

void sk_offered_delete_from(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial)
{
    uint8_t from[SK_REPLACED_KEY], key[SK_REPLACED_KEY];
    struct sk_bytes next = sk_bytes(from, sizeof from), value;

    sk_replaced_key(from, pin, serial);
    while (sk_txn_seek(txn, SK_OUTBOX_REPLACED, &next, &value) && next.len == sizeof key &&
           memcmp(next.p, pin->b, sizeof pin->b) == 0) {
        memcpy(key, next.p, sizeof key);
        sk_txn_delete(txn, SK_OUTBOX_REPLACED, sk_bytes(key, sizeof key));
        next = sk_bytes(from, sizeof from);
    }
}

void sk_offered_clear(struct sk_txn *txn)
{
    sk_txn_delete_prefix(txn, SK_OUTBOX_REPLACED, SK_KV_ALL, SIZE_MAX);
}

/* ---- what a bundle carries ----------------------------------------------------------------- */

struct offered {
    struct sk_carry_sheet *sheets;
    uint32_t count;
    uint32_t retired_room; /* so many sheets of retired organisations have room */
    uint8_t *bytes;
    size_t len;
    struct sk_sheet scratch;
};

static enum sk_error add(struct offered *o, struct sk_bytes value, bool current, uint64_t counter)
{
    enum sk_error e = o->count < SK_CARRY_SHEETS_MAX
                          ? sk_sheet_read(&o->scratch, value.p, value.len)
                          : SK_ERR_CORRUPT;

    if (e != SK_OK) {
        return sk_stored_error(e);
    }
    uint8_t *grown = realloc(o->bytes, o->len + value.len);
    if (grown == NULL) {
        return SK_ERR_MEMORY;
    }
    memcpy(grown + o->len, value.p, value.len);
    o->bytes = grown;
    o->len += value.len;
    o->sheets[o->count++] = (struct sk_carry_sheet){.digest = o->scratch.digest,
                                                    .length = (uint32_t)value.len,
                                                    .current = current,
                                                    .board_counter = counter};
    return SK_OK;
}

static enum sk_error add_organisation(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                      const struct sk_organisation_record *org, struct offered *o)
{
    const struct sk_bytes prefix = sk_bytes(pin->b, sizeof pin->b);
    uint64_t counter = org->has_board ? org->board : 0;
    struct sk_bytes key, value;

    SK_TXN_EACH(txn, SK_OUTBOX_REPLACED, prefix, key, value)
    {
        enum sk_error e = add(o, value, false, counter);

        if (e != SK_OK) {
            return e;
        }
    }
    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, prefix, &value)) {
        return SK_ERR_CORRUPT;
    }
    return add(o, value, true, counter);
}

/* Sheets of organisations that were retired since the last bundle, between two pinned ones (NULL:
 * the beginning, the end): people could still choose them. Those of pinned organisations go first
 * when room is short. */
static enum sk_error add_retired(struct sk_txn *txn, const struct sk_ed25519_pk *after,
                                 const struct sk_ed25519_pk *before, struct offered *o)
{
    uint8_t from[SK_REPLACED_KEY], pin[32];
    struct sk_bytes key = {NULL, 0}, value;
    bool any = false;
    enum sk_error e = SK_OK;

    if (after != NULL) {
        sk_replaced_key(from, after, UINT32_MAX);
        key = sk_bytes(from, sizeof from);
    }
    for (bool more = sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value);
         more && e == SK_OK && key.len == SK_REPLACED_KEY &&
         (before == NULL || memcmp(key.p, before->b, sizeof before->b) < 0);
         more = sk_txn_next(txn, SK_OUTBOX_REPLACED, &key, &value)) {
        if ((after != NULL && memcmp(key.p, after->b, sizeof after->b) == 0) ||
            o->retired_room == 0) {
            continue;
        }
        if (any && memcmp(key.p, pin, sizeof pin) == 0) {
            o->sheets[o->count - 1].current = false; /* the last of an identity is */
        }
        memcpy(pin, key.p, sizeof pin);
        any = true;
        o->retired_room--;
        e = add(o, value, true, 0);
    }
    return e;
}

/* By pin, and so by identity: a sheet is stored under the identity that signed it. */
static enum sk_error add_all(struct sk_txn *txn, struct offered *o)
{
    uint64_t pinned = (KEPT + 1) * sk_txn_count(txn, SK_OUTBOX_ORGANISATIONS);
    struct sk_bytes key, value;
    struct sk_ed25519_pk pin, last;
    struct sk_organisation_record org;
    bool any = false;

    o->retired_room = pinned < SK_CARRY_SHEETS_MAX ? (uint32_t)(SK_CARRY_SHEETS_MAX - pinned) : 0;
    SK_TXN_EACH(txn, SK_OUTBOX_ORGANISATIONS, SK_KV_ALL, key, value)
    {
        enum sk_error e = sk_organisation_decode(key, value, &pin, &org);

        if (e != SK_OK) {
            return e;
        }
        e = add_retired(txn, any ? &last : NULL, &pin, o);
        if (e != SK_OK) {
            return e;
        }
        e = add_organisation(txn, &pin, &org, o);
        if (e != SK_OK) {
            return e;
        }
        last = pin;
        any = true;
    }
    return add_retired(txn, any ? &last : NULL, NULL, o);
}

enum sk_error sk_outbox_offered(struct sk_outbox *outbox, struct sk_carry_sheet **sheets,
                                uint32_t *count, uint8_t **bytes, size_t *len)
{
    struct offered *o = calloc(1, sizeof *o);
    enum sk_error e = SK_ERR_MEMORY;

    if (o == NULL) {
        return SK_ERR_MEMORY;
    }
    o->sheets = calloc(SK_CARRY_SHEETS_MAX, sizeof *o->sheets);
    o->bytes = malloc(1);
    if (o->sheets == NULL || o->bytes == NULL) {
        goto out;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);

    e = add_all(txn, o);
    e = sk_txn_error_or(txn, e);
    sk_txn_abort(txn);
    if (e != SK_OK) {
        goto out;
    }
    *sheets = o->sheets;
    *count = o->count;
    *bytes = o->bytes;
    *len = o->len;
    o->sheets = NULL; /* the caller's now */
    o->bytes = NULL;
out:
    free(o->bytes);
    free(o->sheets);
    free(o);
    return e;
}
