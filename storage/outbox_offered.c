/* The key sheets that bundles carry: what this gateway offered since the last one. */
#include <stdlib.h>
#include <string.h>

#include "storage/outbox_private.h"

/* Of one organisation, so that all together are at most SK_CARRY_SHEETS_MAX. */
enum { KEPT = SK_CARRY_SHEETS_MAX / SK_ORGANISATIONS_MAX - 1, REPLACED_KEY = 36 };

/* ---- what was replaced -------------------------------------------------------------------- */

static void replaced_key(uint8_t key[REPLACED_KEY], const struct sk_ed25519_pk *pin,
                         uint32_t serial)
{
    memcpy(key, pin->b, sizeof pin->b);
    sk_put_u32_be(key + 32, serial);
}

/* The first of this organisation at or after *key; how many there are. */
static size_t count_of(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t *first)
{
    uint8_t from[REPLACED_KEY];
    struct sk_bytes key = sk_bytes(from, sizeof from), value;
    size_t n = 0;

    replaced_key(from, pin, 0);
    for (bool more = sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value);
         more && key.len == REPLACED_KEY && memcmp(key.p, pin->b, sizeof pin->b) == 0;
         more = sk_txn_next(txn, SK_OUTBOX_REPLACED, &key, &value)) {
        if (n++ == 0) {
            *first = sk_get_u32_be(key.p + 32);
        }
    }
    return n;
}

enum sk_error sk_offered_keep(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial)
{
    uint8_t key[REPLACED_KEY], sheet[SK_SHEET_MAX];
    struct sk_bytes value;
    uint32_t first = 0;

    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), &value) ||
        value.len > sizeof sheet) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    size_t len = value.len;

    memcpy(sheet, value.p, len);
    if (count_of(txn, pin, &first) >= KEPT) {
        replaced_key(key, pin, first);
        sk_txn_delete(txn, SK_OUTBOX_REPLACED, sk_bytes(key, sizeof key));
    }
    replaced_key(key, pin, serial);
    sk_txn_put(txn, SK_OUTBOX_REPLACED, sk_bytes(key, sizeof key), sk_bytes(sheet, len));
    return sk_txn_error(txn);
}

void sk_offered_drop(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint32_t serial)
{
    uint8_t from[REPLACED_KEY], name[REPLACED_KEY];
    struct sk_bytes key = sk_bytes(from, sizeof from), value;

    replaced_key(from, pin, serial);
    while (sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value) && key.len == sizeof name &&
           memcmp(key.p, pin->b, sizeof pin->b) == 0) {
        memcpy(name, key.p, sizeof name);
        sk_txn_delete(txn, SK_OUTBOX_REPLACED, sk_bytes(name, sizeof name));
        key = sk_bytes(from, sizeof from);
    }
}

void sk_offered_forget(struct sk_txn *txn)
{
    struct sk_bytes key = {NULL, 0}, value;
    uint8_t name[REPLACED_KEY];

    while (sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value) && key.len == sizeof name) {
        memcpy(name, key.p, sizeof name);
        sk_txn_delete(txn, SK_OUTBOX_REPLACED, sk_bytes(name, sizeof name));
        key = sk_bytes(NULL, 0);
    }
}

/* ---- what a bundle carries --------------------------------------------------------------------
 */

struct offered {
    struct sk_carry_sheet *sheets;
    uint32_t count, retired; /* so many of retired ones have room */
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
        return e == SK_ERR_MEMORY ? e : SK_ERR_CORRUPT;
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
                                      const struct sk_org *org, struct offered *o)
{
    uint64_t counter = org->has_board ? org->board : 0;
    uint8_t from[REPLACED_KEY];
    struct sk_bytes key = sk_bytes(from, sizeof from), value;
    enum sk_error e = SK_OK;

    replaced_key(from, pin, 0);
    for (bool more = sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value);
         more && e == SK_OK && key.len == REPLACED_KEY && memcmp(key.p, pin->b, 32) == 0;
         more = sk_txn_next(txn, SK_OUTBOX_REPLACED, &key, &value)) {
        e = add(o, value, false, counter);
    }
    if (e != SK_OK) {
        return e;
    }
    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), &value)) {
        return SK_ERR_CORRUPT;
    }
    return add(o, value, true, counter);
}

/* Sheets of organisations that were retired since the last bundle, between two that are here (NULL:
 * the beginning, the end): people could still choose them. Those that are here go first when room
 * is short. */
static enum sk_error add_retired(struct sk_txn *txn, const struct sk_ed25519_pk *after,
                                 const struct sk_ed25519_pk *before, struct offered *o)
{
    uint8_t from[REPLACED_KEY], pin[32];
    struct sk_bytes key = {NULL, 0}, value;
    bool any = false;
    enum sk_error e = SK_OK;

    if (after != NULL) {
        replaced_key(from, after, UINT32_MAX);
        key = sk_bytes(from, sizeof from);
    }
    for (bool more = sk_txn_seek(txn, SK_OUTBOX_REPLACED, &key, &value);
         more && e == SK_OK && key.len == REPLACED_KEY &&
         (before == NULL || memcmp(key.p, before->b, sizeof before->b) < 0);
         more = sk_txn_next(txn, SK_OUTBOX_REPLACED, &key, &value)) {
        if ((after != NULL && memcmp(key.p, after->b, sizeof after->b) == 0) || o->retired == 0) {
            continue;
        }
        if (any && memcmp(key.p, pin, sizeof pin) == 0) {
            o->sheets[o->count - 1].current = false; /* the last of an identity is */
        }
        memcpy(pin, key.p, sizeof pin);
        any = true;
        o->retired--;
        e = add(o, value, true, 0);
    }
    return e;
}

static uint32_t room_for_retired(struct sk_txn *txn)
{
    struct sk_bytes key = {NULL, 0}, value;
    uint32_t room = SK_CARRY_SHEETS_MAX;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value);
         more && room >= KEPT + 1; more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        room -= KEPT + 1;
    }
    return room;
}

/* By pin, and so by identity: a sheet is stored under the identity that signed it. */
static enum sk_error add_all(struct sk_txn *txn, struct offered *o)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_ed25519_pk pin, last;
    bool any = false;
    struct sk_org org;
    enum sk_error e = SK_OK;

    o->retired = room_for_retired(txn);
    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        e = key.len == sizeof pin.b ? sk_org_decode(value, &org) : SK_ERR_CORRUPT;
        if (e == SK_OK) {
            memcpy(pin.b, key.p, sizeof pin.b);
            e = add_retired(txn, any ? &last : NULL, &pin, o);
        }
        if (e == SK_OK) {
            e = add_organisation(txn, &pin, &org, o);
            last = pin;
            any = true;
        }
    }
    if (e == SK_OK) {
        e = add_retired(txn, any ? &last : NULL, NULL, o);
    }
    return sk_txn_error_or(txn, e);
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
    if (o->sheets != NULL && o->bytes != NULL) {
        struct sk_txn *txn = sk_kv_begin(outbox->kv, false);

        e = add_all(txn, o);
        sk_txn_abort(txn);
    }
    if (e == SK_OK) {
        *sheets = o->sheets;
        *count = o->count;
        *bytes = o->bytes;
        *len = o->len;
    } else {
        free(o->sheets);
        free(o->bytes);
    }
    free(o);
    return e;
}
