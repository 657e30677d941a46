#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/outbox_private.h"

/* Before the name. */
enum {
    AT_JOINED = 0,
    AT_HAS_BOARD = 4,
    AT_BOARD = 5,
    AT_HAS_PREVIOUS = 13,
    AT_PREVIOUS = 14,
    AT_KIND = 22,
    AT_ACKNOWLEDGED = 23,
    AT_BEFORE = 27,
    AT_MISSING = 31,
    AT_GAP_FIRST = 39,
    AT_GAP_LAST = 47,
    ORG_FIXED = 55
};

enum sk_error sk_kept(enum sk_error read)
{
    return read == SK_OK || read == SK_ERR_MEMORY || read == SK_ERR_IO ? read : SK_ERR_CORRUPT;
}

enum sk_error sk_org_decode(struct sk_bytes value, struct sk_org *out)
{
    if (value.len <= ORG_FIXED || value.len > ORG_FIXED + SK_NAME_MAX ||
        value.p[AT_KIND] > SK_ACK_UNKNOWN) {
        return SK_ERR_CORRUPT;
    }
    out->joined_serial = sk_get_u32(value.p + AT_JOINED);
    out->has_board = value.p[AT_HAS_BOARD] != 0;
    out->board = sk_get_u64(value.p + AT_BOARD);
    out->has_previous = value.p[AT_HAS_PREVIOUS] != 0;
    out->previous = sk_get_u64(value.p + AT_PREVIOUS);
    out->kind = (enum sk_acknowledgement)value.p[AT_KIND];
    out->acknowledged = sk_get_u32(value.p + AT_ACKNOWLEDGED);
    out->before = sk_get_u32(value.p + AT_BEFORE);
    out->gaps.missing = sk_get_u64(value.p + AT_MISSING);
    out->gaps.first = sk_get_u64(value.p + AT_GAP_FIRST);
    out->gaps.last = sk_get_u64(value.p + AT_GAP_LAST);
    memset(out->name, 0, sizeof out->name);
    memcpy(out->name, value.p + ORG_FIXED, value.len - ORG_FIXED);
    return SK_OK;
}

enum sk_error sk_org_get(struct sk_txn *txn, const struct sk_ed25519_pk *pin, struct sk_org *out)
{
    struct sk_bytes value;

    enum sk_error e =
        sk_txn_find(txn, SK_OUTBOX_ORGANISATIONS, sk_bytes(pin->b, sizeof pin->b), &value);

    if (e != SK_OK) {
        return e;
    }
    return sk_org_decode(value, out);
}

void sk_org_put(struct sk_txn *txn, const struct sk_ed25519_pk *pin, const struct sk_org *org)
{
    uint8_t value[ORG_FIXED + SK_NAME_MAX];
    size_t name_len = strlen(org->name);

    sk_put_u32(value + AT_JOINED, org->joined_serial);
    value[AT_HAS_BOARD] = org->has_board ? 1 : 0;
    sk_put_u64(value + AT_BOARD, org->board);
    value[AT_HAS_PREVIOUS] = org->has_previous ? 1 : 0;
    sk_put_u64(value + AT_PREVIOUS, org->previous);
    value[AT_KIND] = (uint8_t)org->kind;
    sk_put_u32(value + AT_ACKNOWLEDGED, org->acknowledged);
    sk_put_u32(value + AT_BEFORE, org->before);
    sk_put_u64(value + AT_MISSING, org->gaps.missing);
    sk_put_u64(value + AT_GAP_FIRST, org->gaps.first);
    sk_put_u64(value + AT_GAP_LAST, org->gaps.last);
    memcpy(value + ORG_FIXED, org->name, name_len);
    sk_txn_put(txn, SK_OUTBOX_ORGANISATIONS, sk_bytes(pin->b, sizeof pin->b),
               sk_bytes(value, ORG_FIXED + name_len));
}

uint32_t sk_org_arrived(const struct sk_org *org)
{
    uint32_t both = org->acknowledged < org->before ? org->acknowledged : org->before;

    return both > org->joined_serial ? both : org->joined_serial;
}

enum sk_error sk_org_sheet(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                           struct sk_sheet *out)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), &value)) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    return sk_kept(sk_sheet_read(out, value.p, value.len));
}

enum sk_error sk_org_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin, uint64_t counter,
                           struct sk_board *out)
{
    uint8_t key[SK_BOARD_KEY];
    struct sk_ed25519_pk desk;
    struct sk_bytes value;

    sk_board_key(key, pin, counter);
    enum sk_error e = sk_txn_find(txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key), &value);

    if (e != SK_OK) {
        return e;
    }
    if (value.len <= sizeof desk.b) {
        return SK_ERR_CORRUPT;
    }
    /* The desk key of that time: a later sheet may have another. */
    memcpy(desk.b, value.p, sizeof desk.b);
    return sk_kept(sk_board_read(out, value.p + sizeof desk.b, value.len - sizeof desk.b, &desk));
}

static void write_slug(char slug[9], const struct sk_ed25519_pk *pin)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < 4; i++) {
        slug[2 * i] = digits[pin->b[i] >> 4];
        slug[2 * i + 1] = digits[pin->b[i] & 15];
    }
    slug[8] = '\0';
}

enum sk_error sk_org_load(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                          struct sk_organisation *out)
{
    struct sk_org org;
    enum sk_error e = sk_org_get(txn, pin, &org);

    if (e == SK_OK) {
        e = sk_org_sheet(txn, pin, &out->sheet);
    }
    if (e == SK_OK && org.has_board) {
        e = sk_org_board(txn, pin, org.board, &out->board);
        e = e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
    }
    if (e != SK_OK) {
        return e;
    }
    write_slug(out->slug, pin);
    memcpy(out->name, org.name, sizeof out->name);
    out->pin = *pin;
    out->has_board = org.has_board;
    out->gaps = org.gaps;
    out->joined_serial = org.joined_serial;
    out->acknowledgement = org.kind;
    out->acknowledged = org.acknowledged > org.joined_serial ? org.acknowledged : org.joined_serial;
    out->arrived = sk_org_arrived(&org);
    return SK_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct sk_organisation *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static enum sk_error load_all(struct sk_txn *txn, struct sk_organisation *all, size_t count)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_ed25519_pk pin;
    size_t n = 0;
    enum sk_error e = SK_OK;

    for (bool more = sk_txn_seek(txn, SK_OUTBOX_ORGANISATIONS, &key, &value); more && e == SK_OK;
         more = sk_txn_next(txn, SK_OUTBOX_ORGANISATIONS, &key, &value)) {
        if (key.len != sizeof pin.b || n == count) {
            return SK_ERR_CORRUPT;
        }
        memcpy(pin.b, key.p, sizeof pin.b);
        e = sk_org_load(txn, &pin, &all[n++]);
    }
    return e != SK_OK ? e : sk_txn_error(txn);
}

enum sk_error sk_outbox_organisations(struct sk_outbox *outbox, struct sk_organisation **out,
                                      size_t *count)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    size_t n = (size_t)sk_txn_count(txn, SK_OUTBOX_ORGANISATIONS);
    struct sk_organisation *all = NULL;
    enum sk_error e = sk_txn_error(txn);

    if (e == SK_OK && n > SK_ORGANISATIONS_MAX) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        all = calloc(n + 1, sizeof *all);
        e = all == NULL ? SK_ERR_MEMORY : load_all(txn, all, n);
    }
    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(all);
        return e;
    }
    qsort(all, n, sizeof *all, by_name);
    *out = all;
    *count = n;
    return SK_OK;
}
