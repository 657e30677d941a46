#include "keys/format/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/cursor.h"
#include "keys/base/hash.h"
#include "keys/format/class.h"
#include "keys/format/signed.h"
#include "keys/format/slots.h"

/* ---- layout ----------------------------------------------------------------- */

static size_t key_count(const struct sk_sheet *sheet)
{
    return (size_t)sheet->weeks + sheet->months;
}

size_t sk_sheet_bytes(const struct sk_sheet *sheet)
{
    return SK_SHEET_FIXED + 32 * key_count(sheet) + SK_SIGNATURE_BYTES;
}

void sk_sheet_write(uint8_t *out, const struct sk_sheet *sheet)
{
    struct sk_field_writer w = sk_write_to(out, sk_sheet_bytes(sheet) - SK_SIGNATURE_BYTES);

    sk_write_magic(&w, SK_SHEET_MAGIC);
    sk_write_u8(&w, SK_SUITE_X25519);
    sk_write_u8(&w, sheet->weeks);
    sk_write_u8(&w, sheet->months);
    sk_write_u8(&w, sheet->keep_weeks);
    sk_write_u32(&w, sheet->serial);
    sk_write_u32(&w, sheet->first_week);
    sk_write_u32(&w, sheet->first_month);
    sk_write_u32(&w, sheet->issued_week);
    sk_write_zeros(&w, 4);
    sk_write_u64(&w, sheet->board_floor);
    sk_write_bytes(&w, sheet->identity.b, sizeof sheet->identity.b);
    sk_write_bytes(&w, sheet->desk.b, sizeof sheet->desk.b);
    sk_write_bytes(&w, sheet->next_identity.b, sizeof sheet->next_identity.b);
    sk_write_bytes(&w, sheet->onion, sizeof sheet->onion);
    sk_write_bytes(&w, sheet->keys, 32 * key_count(sheet));
}

/* Up to the numbers of keys, which give the length. SHEET_MAGIC, SHEET_SUITE. */
static enum sk_error read_counts(struct sk_field_reader *r, struct sk_sheet *out)
{
    if (!sk_read_magic(r, SK_SHEET_MAGIC)) {
        return SK_ERR_SHEET_MAGIC;
    }
    if (sk_read_u8(r) != SK_SUITE_X25519) {
        return SK_ERR_SHEET_SUITE;
    }
    out->weeks = sk_read_u8(r);
    out->months = sk_read_u8(r);
    return SK_OK;
}

static void read_rest(struct sk_field_reader *r, struct sk_sheet *out)
{
    out->keep_weeks = sk_read_u8(r);
    out->serial = sk_read_u32(r);
    out->first_week = sk_read_u32(r);
    out->first_month = sk_read_u32(r);
    out->issued_week = sk_read_u32(r);
    sk_read_zeros(r, 4);
    out->board_floor = sk_read_u64(r);
    sk_read_bytes(r, out->identity.b, sizeof out->identity.b);
    sk_read_bytes(r, out->desk.b, sizeof out->desk.b);
    sk_read_bytes(r, out->next_identity.b, sizeof out->next_identity.b);
    sk_read_bytes(r, out->onion, sizeof out->onion);
    memset(out->keys, 0, sizeof out->keys);
    sk_read_bytes(r, out->keys, 32 * key_count(out));
}

/* ---- reading ---------------------------------------------------------------- */

size_t sk_sheet_length(const uint8_t *bytes, size_t len)
{
    struct sk_field_reader r = sk_read_from(bytes, len);
    struct sk_sheet sheet;

    return len >= SK_SHEET_FIXED && read_counts(&r, &sheet) == SK_OK ? sk_sheet_bytes(&sheet) : 0;
}

static int compare_32(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* Public keys: constant time is not needed. */
static enum sk_error check_keys(const struct sk_sheet *sheet)
{
    struct sk_x25519_pk sorted[255 + 255];
    size_t count = key_count(sheet);

    memcpy(sorted, sheet->keys, count * sizeof *sorted);
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

enum sk_error sk_sheet_read(struct sk_sheet *out, const uint8_t *bytes, size_t len)
{
    struct sk_field_reader r = sk_read_from(bytes, len);
    struct sk_sheet sheet;
    enum sk_error e;

    if (len < SK_SHEET_FIXED + SK_SIGNATURE_BYTES || len > SK_SHEET_MAX) {
        return SK_ERR_SHEET_LENGTH;
    }
    e = read_counts(&r, &sheet);
    if (e != SK_OK) {
        return e;
    }
    if (len != sk_sheet_bytes(&sheet)) {
        return SK_ERR_SHEET_LENGTH;
    }
    read_rest(&r, &sheet);
    if (r.reserved) {
        return SK_ERR_SHEET_RESERVED;
    }
    if (sheet.weeks == 0 && sheet.months != 0) {
        return SK_ERR_SHEET_COUNTS;
    }
    e = sk_signed_check(bytes, len, SK_SHEET_LABEL, &sheet.identity, SK_ERR_SHEET_SIGNATURE);
    if (e != SK_OK) {
        return e;
    }
    e = check_keys(&sheet);
    if (e != SK_OK) {
        return e;
    }
    sk_blake2b(&sheet.digest, bytes, len);
    *out = sheet;
    return SK_OK;
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

/* Differences to the first epoch, since first + count could wrap around. */
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
    sk_derive(out->b, NULL, "sheets", sorted, count * sizeof *sorted);
    free(sorted);
    return SK_OK;
}
