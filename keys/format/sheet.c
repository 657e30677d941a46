#include "keys/format/sheet.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/base/hash.h"
#include "keys/format/signed.h"
#include "keys/format/slots.h"

enum {
    AT_SUITE = 8,
    AT_WEEKS = 9,
    AT_MONTHS = 10,
    AT_KEEP = 11,
    AT_SERIAL = 12,
    AT_FIRST_WEEK = 16,
    AT_FIRST_MONTH = 20,
    AT_ISSUED = 24,
    AT_ZERO = 28,
    AT_FLOOR = 32,
    AT_IDENTITY = 40,
    AT_DESK = 72,
    AT_NEXT = 104,
    AT_ONION = 136,
    SIGNATURE = 64
};

static size_t key_count(const uint8_t *bytes)
{
    return (size_t)bytes[AT_WEEKS] + bytes[AT_MONTHS];
}

static enum sk_error check_structure(const uint8_t *bytes, size_t len)
{
    if (len < SK_SHEET_FIXED + SIGNATURE || len > SK_SHEET_MAX) {
        return SK_ERR_SHEET_LENGTH;
    }
    if (memcmp(bytes, "SKSHEET1", 8) != 0) {
        return SK_ERR_SHEET_MAGIC;
    }
    if (bytes[AT_SUITE] != 1) {
        return SK_ERR_SHEET_SUITE;
    }
    if (len != SK_SHEET_FIXED + 32 * key_count(bytes) + SIGNATURE) {
        return SK_ERR_SHEET_LENGTH;
    }
    if (!sk_all_zero(bytes + AT_ZERO, 4)) {
        return SK_ERR_SHEET_RESERVED;
    }
    if (bytes[AT_WEEKS] == 0 && bytes[AT_MONTHS] != 0) {
        return SK_ERR_SHEET_COUNTS;
    }
    return SK_OK;
}

static int compare_32(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* Keys are public: nothing here need be in constant time. */
static enum sk_error check_keys(const uint8_t *bytes)
{
    struct sk_x25519_pk sorted[255 + 255];
    size_t count = key_count(bytes);

    if (count == 0) {
        return SK_OK;
    }
    memcpy(sorted, bytes + SK_SHEET_FIXED, 32 * count);
    for (size_t i = 0; i < count; i++) {
        if (sk_pk_low_order(&sorted[i])) {
            return SK_ERR_KEY_LOW_ORDER;
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_32);
    for (size_t i = 1; i < count; i++) {
        if (memcmp(&sorted[i - 1], &sorted[i], 32) == 0) {
            return SK_ERR_KEY_REPEATED;
        }
    }
    return SK_OK;
}

static void decode(struct sk_sheet *out, const uint8_t *bytes, size_t len)
{
    out->weeks = bytes[AT_WEEKS];
    out->months = bytes[AT_MONTHS];
    out->keep_weeks = bytes[AT_KEEP];
    out->serial = sk_get_u32(bytes + AT_SERIAL);
    out->first_week = sk_get_u32(bytes + AT_FIRST_WEEK);
    out->first_month = sk_get_u32(bytes + AT_FIRST_MONTH);
    out->issued_week = sk_get_u32(bytes + AT_ISSUED);
    out->board_floor = sk_get_u64(bytes + AT_FLOOR);
    memcpy(out->identity.b, bytes + AT_IDENTITY, 32);
    memcpy(out->desk.b, bytes + AT_DESK, 32);
    memcpy(out->next_identity.b, bytes + AT_NEXT, 32);
    memcpy(out->onion, bytes + AT_ONION, 32);
    memset(out->keys, 0, sizeof out->keys);
    memcpy(out->keys, bytes + SK_SHEET_FIXED, 32 * key_count(bytes));
    sk_blake2b(&out->digest, bytes, len);
}

enum sk_error sk_sheet_read(struct sk_sheet *out, const uint8_t *bytes, size_t len)
{
    struct sk_ed25519_pk identity;
    enum sk_error e = check_structure(bytes, len);

    if (e != SK_OK) {
        return e;
    }
    memcpy(identity.b, bytes + AT_IDENTITY, 32);
    e = sk_signed_check(bytes + len - SIGNATURE, "skrynka/1 sheet", bytes, len - SIGNATURE,
                        &identity, SK_ERR_SHEET_SIGNATURE);
    if (e == SK_OK) {
        e = check_keys(bytes);
    }
    if (e == SK_OK) {
        decode(out, bytes, len);
    }
    return e;
}

/* ---- trust ------------------------------------------------------------------ */

enum sk_error sk_sheet_trust(const struct sk_sheet *sheet, const struct sk_ed25519_pk *pin,
                             uint32_t last_serial, const struct sk_digest *last_digest, time_t now)
{
    uint32_t week = sk_week_of(now);

    if (memcmp(sheet->identity.b, pin->b, 32) != 0) {
        return SK_ERR_SHEET_PIN;
    }
    if (sheet->serial < last_serial) {
        return SK_ERR_SHEET_SERIAL;
    }
    if (sheet->serial == last_serial && last_digest != NULL &&
        memcmp(sheet->digest.b, last_digest->b, 32) != 0) {
        return SK_ERR_SHEET_SERIAL;
    }
    if (sheet->issued_week > week) {
        return SK_ERR_SHEET_FUTURE;
    }
    if (sheet->weeks == 0) {
        return SK_ERR_SHEET_REVOKED;
    }
    return sk_sheet_key(sheet, week) != NULL ? SK_OK : SK_ERR_SHEET_UNCOVERED;
}

/* Counted from the first, so that a range that ends beyond 2^32 does not wrap around. */
const struct sk_x25519_pk *sk_sheet_key(const struct sk_sheet *sheet, uint32_t epoch)
{
    if ((epoch & SK_EPOCH_MONTH) != 0) {
        uint32_t month = epoch & ~SK_EPOCH_MONTH;

        if (month < sheet->first_month || month - sheet->first_month >= sheet->months) {
            return NULL;
        }
        return &sheet->keys[sheet->weeks + (month - sheet->first_month)];
    }
    if (epoch < sheet->first_week || epoch - sheet->first_week >= sheet->weeks) {
        return NULL;
    }
    return &sheet->keys[epoch - sheet->first_week];
}

int sk_sheet_weeks_left(const struct sk_sheet *sheet, time_t now)
{
    uint32_t week = sk_week_of(now);

    if (sk_sheet_key(sheet, week) == NULL) {
        return -1;
    }
    return (int)(sheet->weeks - 1 - (week - sheet->first_week));
}

enum sk_error sk_sheets_digest(struct sk_digest *out, const struct sk_digest *digests, size_t count)
{
    struct sk_digest *sorted;

    if (count > SIZE_MAX / sizeof *sorted) {
        return SK_ERR_MEMORY;
    }
    sorted = malloc(count > 0 ? count * sizeof *sorted : 1);
    if (sorted == NULL) {
        return SK_ERR_MEMORY;
    }
    if (count > 0) {
        memcpy(sorted, digests, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_32);
    }
    sk_F(out->b, NULL, "sheets", sorted, count * sizeof *sorted);
    free(sorted);
    return SK_OK;
}
