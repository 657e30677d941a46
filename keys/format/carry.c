#include "keys/format/carry.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/cursor.h"
#include "keys/base/hash.h"
#include "keys/format/class.h"
#include "keys/format/signed.h"

static const char magic[] = "SKCARRY1";
static const char label[] = "skrynka/1 carry";

/* ---- layout ----------------------------------------------------------------- */

size_t sk_carry_header_length(uint32_t sheets, uint32_t count)
{
    return SK_CARRY_FIXED + (size_t)SK_CARRY_SHEET * sheets + (size_t)SK_CARRY_ENTRY * count +
           SK_SIGNATURE_BYTES;
}

static void write_fixed(struct sk_field_writer *w, const struct sk_carry *carry)
{
    sk_write_magic(w, magic);
    sk_write_u32(w, carry->serial);
    sk_write_u32(w, carry->count);
    sk_write_u32(w, carry->first_day);
    sk_write_u32(w, carry->last_day);
    sk_write_bytes(w, carry->gateway.b, sizeof carry->gateway.b);
    sk_write_bytes(w, carry->previous.b, sizeof carry->previous.b);
    sk_write_bytes(w, carry->chain.b, sizeof carry->chain.b);
    sk_write_u32(w, carry->sheets);
    sk_write_zeros(w, 4);
}

/* The fixed part behind the magic. */
static void read_fixed(struct sk_field_reader *r, struct sk_carry *out)
{
    out->serial = sk_read_u32(r);
    out->count = sk_read_u32(r);
    out->first_day = sk_read_u32(r);
    out->last_day = sk_read_u32(r);
    sk_read_bytes(r, out->gateway.b, sizeof out->gateway.b);
    sk_read_bytes(r, out->previous.b, sizeof out->previous.b);
    sk_read_bytes(r, out->chain.b, sizeof out->chain.b);
    out->sheets = sk_read_u32(r);
    sk_read_zeros(r, 4);
}

static void write_sheet(struct sk_field_writer *w, const struct sk_carry_sheet *sheet)
{
    sk_write_bytes(w, sheet->digest.b, sizeof sheet->digest.b);
    sk_write_u32(w, sheet->length);
    sk_write_u32(w, sheet->current ? 1 : 0);
    sk_write_u64(w, sheet->board_counter);
}

/* false: the field `current` is neither 1 nor 0. */
static bool read_sheet(struct sk_field_reader *r, struct sk_carry_sheet *out)
{
    sk_read_bytes(r, out->digest.b, sizeof out->digest.b);
    out->length = sk_read_u32(r);
    uint32_t current = sk_read_u32(r);

    out->current = current == 1;
    out->board_counter = sk_read_u64(r);
    return current <= 1;
}

static void write_entry(struct sk_field_writer *w, const struct sk_carry_entry *entry)
{
    sk_write_u32(w, entry->day);
    sk_write_u32(w, entry->chunks);
    sk_write_bytes(w, entry->envelope.b, sizeof entry->envelope.b);
}

static void read_entry(struct sk_field_reader *r, struct sk_carry_entry *out)
{
    out->day = sk_read_u32(r);
    out->chunks = sk_read_u32(r);
    sk_read_bytes(r, out->envelope.b, sizeof out->envelope.b);
}

/* ---- what is possible ------------------------------------------------------- */

static bool counts_possible(const struct sk_carry *carry)
{
    return carry->serial > 0 && carry->count <= SK_CARRY_COUNT_MAX &&
           carry->sheets <= SK_CARRY_SHEETS_MAX && carry->first_day <= carry->last_day;
}

static bool sheet_fits(const struct sk_carry_sheet *sheet)
{
    return sheet->length > SK_SHEET_FIXED && sheet->length <= SK_SHEET_MAX;
}

/* Entries ascend by day: *day is that of the entry before, or the first day, and is advanced. */
static bool entry_fits(const struct sk_carry *carry, const struct sk_carry_entry *entry,
                       uint32_t *day)
{
    if (entry->day < *day || entry->day > carry->last_day || !sk_class_valid(entry->chunks)) {
        return false;
    }
    *day = entry->day;
    return true;
}

/* ---- writing ---------------------------------------------------------------- */

static bool plan_possible(const struct sk_carry *carry, const struct sk_carry_sheet *sheets,
                          const struct sk_carry_entry *entries)
{
    if (!counts_possible(carry)) {
        return false;
    }
    for (uint32_t i = 0; i < carry->sheets; i++) {
        if (!sheet_fits(&sheets[i])) {
            return false;
        }
    }
    for (uint32_t i = 0, day = carry->first_day; i < carry->count; i++) {
        if (!entry_fits(carry, &entries[i], &day)) {
            return false;
        }
    }
    return true;
}

enum sk_error sk_carry_write(uint8_t *out, const struct sk_carry *carry,
                             const struct sk_carry_sheet *sheets,
                             const struct sk_carry_entry *entries,
                             const struct sk_ed25519_sk *gateway_sk, struct sk_digest *digest)
{
    size_t len = sk_carry_header_length(carry->sheets, carry->count);
    struct sk_field_writer w = sk_write_to(out, len - SK_SIGNATURE_BYTES);
    struct sk_ed25519_pk signer;

    crypto_sign_ed25519_sk_to_pk(signer.b, gateway_sk->b);
    if (memcmp(signer.b, carry->gateway.b, sizeof signer.b) != 0) {
        return SK_ERR_USAGE;
    }
    if (!plan_possible(carry, sheets, entries)) {
        return SK_ERR_CARRY_COUNTS;
    }
    write_fixed(&w, carry);
    for (uint32_t i = 0; i < carry->sheets; i++) {
        write_sheet(&w, &sheets[i]);
    }
    for (uint32_t i = 0; i < carry->count; i++) {
        write_entry(&w, &entries[i]);
    }
    enum sk_error e = sk_signed_make(out, len, label, gateway_sk);

    if (e == SK_OK && digest != NULL) {
        sk_blake2b(digest, out, len);
    }
    return e;
}

/* ---- reading ---------------------------------------------------------------- */

enum sk_error sk_carry_read_fixed(struct sk_carry *out, const uint8_t bytes[SK_CARRY_FIXED])
{
    struct sk_field_reader r = sk_read_from(bytes, SK_CARRY_FIXED);
    struct sk_carry carry;

    if (!sk_read_magic(&r, magic)) {
        return SK_ERR_CARRY_MAGIC;
    }
    read_fixed(&r, &carry);
    if (!counts_possible(&carry)) {
        return SK_ERR_CARRY_COUNTS;
    }
    if (r.reserved) {
        return SK_ERR_CARRY_RESERVED;
    }
    *out = carry;
    return SK_OK;
}

/* Checks the tables of sheets and entries by themselves. */
static bool tables_fit(const struct sk_carry *carry, struct sk_field_reader r)
{
    uint32_t day = carry->first_day;
    struct sk_carry_sheet sheet;
    struct sk_carry_entry entry;

    for (uint32_t i = 0; i < carry->sheets; i++) {
        if (!read_sheet(&r, &sheet) || !sheet_fits(&sheet)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < carry->count; i++) {
        read_entry(&r, &entry);
        if (!entry_fits(carry, &entry, &day)) {
            return false;
        }
    }
    return true;
}

enum sk_error sk_carry_read(struct sk_carry *out, struct sk_carry_sheet *sheets,
                            struct sk_carry_entry *entries, const uint8_t *bytes, size_t len,
                            struct sk_digest *digest)
{
    struct sk_field_reader tables;
    struct sk_carry carry;
    enum sk_error e;

    if (len < sk_carry_header_length(0, 0)) {
        return SK_ERR_CARRY_LENGTH;
    }
    e = sk_carry_read_fixed(&carry, bytes);
    if (e != SK_OK) {
        return e;
    }
    if (len != sk_carry_header_length(carry.sheets, carry.count)) {
        return SK_ERR_CARRY_LENGTH;
    }
    tables = sk_read_from(bytes + SK_CARRY_FIXED, len - SK_CARRY_FIXED);
    if (!tables_fit(&carry, tables)) {
        return SK_ERR_CARRY_COUNTS;
    }
    e = sk_signed_check(bytes, len, label, &carry.gateway, SK_ERR_CARRY_SIGNATURE);
    if (e != SK_OK) {
        return e;
    }
    for (uint32_t i = 0; i < carry.sheets; i++) {
        read_sheet(&tables, &sheets[i]);
    }
    for (uint32_t i = 0; i < carry.count; i++) {
        read_entry(&tables, &entries[i]);
    }
    if (digest != NULL) {
        sk_blake2b(digest, bytes, len);
    }
    *out = carry;
    return SK_OK;
}

/* A desk may join late, so its first bundle may have any serial; serial 1 has a zero `previous`. */
enum sk_error sk_carry_follows(const struct sk_carry *carry, const struct sk_ed25519_pk *gateway,
                               uint32_t last_serial, const struct sk_digest *last_digest)
{
    if (gateway != NULL && memcmp(carry->gateway.b, gateway->b, 32) != 0) {
        return SK_ERR_CARRY_GATEWAY;
    }
    if (carry->serial == 1 && !sk_all_zero(carry->previous.b, 32)) {
        return SK_ERR_CARRY_CHAIN;
    }
    if (last_serial == 0) {
        return SK_OK;
    }
    if (carry->serial == 0 || carry->serial - 1 != last_serial || last_digest == NULL ||
        memcmp(carry->previous.b, last_digest->b, 32) != 0) {
        return SK_ERR_CARRY_CHAIN;
    }
    return SK_OK;
}

/* ---- the sheets behind the header --------------------------------------------- */

uint64_t sk_carry_sheets_length(const struct sk_carry_sheet *sheets, uint32_t count)
{
    uint64_t len = 0;

    for (uint32_t i = 0; i < count; i++) {
        len += sheets[i].length;
    }
    return len;
}

/* Sheets ascend by identity, then by serial. */
static bool sheet_follows(const struct sk_sheet *sheet, const struct sk_sheet *before)
{
    int order = memcmp(before->identity.b, sheet->identity.b, 32);

    return order < 0 || (order == 0 && before->serial < sheet->serial);
}

enum sk_error sk_carry_sheets_check(const struct sk_carry_sheet *sheets, uint32_t count,
                                    const uint8_t *bytes, size_t len)
{
    struct sk_sheet *pair = calloc(2, sizeof *pair); /* this sheet and the one before, in turns */
    enum sk_error e = SK_ERR_MEMORY;

    if (pair == NULL) {
        return e;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct sk_sheet *before = &pair[(i + 1) % 2];
        struct sk_sheet *sheet = &pair[i % 2];
        struct sk_digest digest;

        if (sheets[i].length > len) {
            e = SK_ERR_CARRY_LENGTH;
            goto out;
        }
        sk_blake2b(&digest, bytes, sheets[i].length);
        if (memcmp(digest.b, sheets[i].digest.b, sizeof digest.b) != 0) {
            e = SK_ERR_CARRY_DIGEST;
            goto out;
        }
        e = sk_sheet_read(sheet, bytes, sheets[i].length);
        if (e != SK_OK) {
            goto out;
        }
        /* The last of an identity is current, the others are not. */
        bool another = i > 0 && memcmp(before->identity.b, sheet->identity.b, 32) != 0;

        if (i > 0 && (!sheet_follows(sheet, before) || sheets[i - 1].current != another)) {
            e = SK_ERR_CARRY_COUNTS;
            goto out;
        }
        bytes += sheets[i].length;
        len -= sheets[i].length;
    }
    if (count > 0 && !sheets[count - 1].current) {
        e = SK_ERR_CARRY_COUNTS;
        goto out;
    }
    e = len == 0 ? SK_OK : SK_ERR_CARRY_LENGTH;
out:
    free(pair);
    return e;
}
