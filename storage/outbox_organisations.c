#include "storage/outbox_organisations.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/outbox_tables.h"

/* ---- the record ------------------------------------------------------------------------------ */

/* The name follows, without a zero. */
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
    RECORD_FIXED = 55
};

enum sk_error sk_organisation_decode(struct sk_bytes key, struct sk_bytes value,
                                     struct sk_ed25519_pk *pin, struct sk_organisation_record *out)
{
    if (key.len != sizeof pin->b || value.len <= RECORD_FIXED ||
        value.len > RECORD_FIXED + SK_NAME_MAX || value.p[AT_KIND] > SK_ACK_UNKNOWN) {
        return SK_ERR_CORRUPT;
    }
    memcpy(pin->b, key.p, sizeof pin->b);
    out->joined_serial = sk_get_u32(value.p + AT_JOINED);
    out->has_board = value.p[AT_HAS_BOARD] != 0;
    out->board = sk_get_u64(value.p + AT_BOARD);
    out->has_previous = value.p[AT_HAS_PREVIOUS] != 0;
    out->previous = sk_get_u64(value.p + AT_PREVIOUS);
    out->kind = (enum sk_acknowledgement)value.p[AT_KIND];
    out->acknowledged = sk_get_u32(value.p + AT_ACKNOWLEDGED);
    out->acknowledged_before = sk_get_u32(value.p + AT_BEFORE);
    out->gaps.missing = sk_get_u64(value.p + AT_MISSING);
    out->gaps.first = sk_get_u64(value.p + AT_GAP_FIRST);
    out->gaps.last = sk_get_u64(value.p + AT_GAP_LAST);
    memset(out->name, 0, sizeof out->name);
    memcpy(out->name, value.p + RECORD_FIXED, value.len - RECORD_FIXED);
    return SK_OK;
}

enum sk_error sk_organisation_find(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                   struct sk_organisation_record *out)
{
    struct sk_bytes key = sk_bytes(pin->b, sizeof pin->b), value;
    struct sk_ed25519_pk found;
    enum sk_error e = sk_txn_find(txn, SK_OUTBOX_ORGANISATIONS, key, &value);

    return e == SK_OK ? sk_organisation_decode(key, value, &found, out) : e;
}

void sk_organisation_put(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                         const struct sk_organisation_record *record)
{
    uint8_t value[RECORD_FIXED + SK_NAME_MAX];
    size_t name_len = strlen(record->name);

    sk_put_u32(value + AT_JOINED, record->joined_serial);
    value[AT_HAS_BOARD] = record->has_board ? 1 : 0;
    sk_put_u64(value + AT_BOARD, record->board);
    value[AT_HAS_PREVIOUS] = record->has_previous ? 1 : 0;
    sk_put_u64(value + AT_PREVIOUS, record->previous);
    value[AT_KIND] = (uint8_t)record->kind;
    sk_put_u32(value + AT_ACKNOWLEDGED, record->acknowledged);
    sk_put_u32(value + AT_BEFORE, record->acknowledged_before);
    sk_put_u64(value + AT_MISSING, record->gaps.missing);
    sk_put_u64(value + AT_GAP_FIRST, record->gaps.first);
    sk_put_u64(value + AT_GAP_LAST, record->gaps.last);
    memcpy(value + RECORD_FIXED, record->name, name_len);
    sk_txn_put(txn, SK_OUTBOX_ORGANISATIONS, sk_bytes(pin->b, sizeof pin->b),
               sk_bytes(value, RECORD_FIXED + name_len));
}

uint32_t sk_organisation_arrived(const struct sk_organisation_record *record)
{
    uint32_t both = record->acknowledged < record->acknowledged_before
                        ? record->acknowledged
                        : record->acknowledged_before;

    return both > record->joined_serial ? both : record->joined_serial;
}

/* ---- the signed files ------------------------------------------------------------------------ */

enum sk_error sk_organisation_sheet(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                    struct sk_sheet *out)
{
    struct sk_bytes value;

    if (!sk_txn_get(txn, SK_OUTBOX_SHEETS, sk_bytes(pin->b, sizeof pin->b), &value)) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    return sk_stored_error(sk_sheet_read(out, value.p, value.len));
}

enum sk_error sk_organisation_board(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                    uint64_t counter, struct sk_board *out)
{
    uint8_t key[SK_BOARD_KEY];
    struct sk_ed25519_pk desk;
    struct sk_bytes value;

    sk_board_key(key, pin, counter);
    if (!sk_txn_get(txn, SK_OUTBOX_BOARDS, sk_bytes(key, sizeof key), &value) ||
        value.len <= sizeof desk.b) {
        return sk_txn_error_or(txn, SK_ERR_CORRUPT);
    }
    /* The desk key of that time: a later sheet may have another. */
    memcpy(desk.b, value.p, sizeof desk.b);
    return sk_stored_error(
        sk_board_read(out, value.p + sizeof desk.b, value.len - sizeof desk.b, &desk));
}

/* ---- all of it ------------------------------------------------------------------------------- */

enum sk_error sk_organisation_load(struct sk_txn *txn, const struct sk_ed25519_pk *pin,
                                   struct sk_organisation *out)
{
    struct sk_organisation_record record;
    enum sk_error e = sk_organisation_find(txn, pin, &record);

    if (e != SK_OK) {
        return e;
    }
    e = sk_organisation_sheet(txn, pin, &out->sheet);
    if (e == SK_OK && record.has_board) {
        e = sk_organisation_board(txn, pin, record.board, &out->board);
    }
    if (e != SK_OK) {
        return e;
    }
    sodium_bin2hex(out->slug, sizeof out->slug, pin->b, (sizeof out->slug - 1) / 2);
    memcpy(out->name, record.name, sizeof out->name);
    out->pin = *pin;
    out->has_board = record.has_board;
    out->gaps = record.gaps;
    out->joined_serial = record.joined_serial;
    out->acknowledgement = record.kind;
    out->acknowledged =
        record.acknowledged > record.joined_serial ? record.acknowledged : record.joined_serial;
    out->arrived = sk_organisation_arrived(&record);
    return SK_OK;
}

enum sk_error sk_outbox_organisation(struct sk_outbox *outbox, const struct sk_ed25519_pk *pin,
                                     struct sk_organisation **out)
{
    struct sk_organisation *found = calloc(1, sizeof *found);

    if (found == NULL) {
        return SK_ERR_MEMORY;
    }
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    enum sk_error e = sk_organisation_load(txn, pin, found);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        free(found);
        return e;
    }
    *out = found;
    return SK_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct sk_organisation *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static enum sk_error load_all(struct sk_txn *txn, struct sk_organisation **out, size_t *count)
{
    size_t room = (size_t)sk_txn_count(txn, SK_OUTBOX_ORGANISATIONS), n = 0;
    struct sk_bytes key, value;
    struct sk_ed25519_pk pin;

    if (room > SK_ORGANISATIONS_MAX) {
        return SK_ERR_CORRUPT;
    }
    *out = calloc(room + 1, sizeof **out);
    if (*out == NULL) {
        return sk_txn_error_or(txn, SK_ERR_MEMORY);
    }
    SK_TXN_EACH(txn, SK_OUTBOX_ORGANISATIONS, SK_KV_ALL, key, value)
    {
        if (key.len != sizeof pin.b || n == room) {
            return SK_ERR_CORRUPT;
        }
        memcpy(pin.b, key.p, sizeof pin.b);
        enum sk_error e = sk_organisation_load(txn, &pin, &(*out)[n++]);

        if (e != SK_OK) {
            return e;
        }
    }
    *count = n;
    return sk_txn_error(txn);
}

enum sk_error sk_outbox_organisations(struct sk_outbox *outbox, struct sk_organisation **out,
                                      size_t *count)
{
    struct sk_txn *txn = sk_kv_begin(outbox->kv, false);
    struct sk_organisation *all = NULL;
    size_t n = 0;
    enum sk_error e = load_all(txn, &all, &n);

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
