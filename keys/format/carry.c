#include "keys/format/carry.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/class.h"
#include "keys/format/signed.h"

enum {
    AT_SERIAL = 8,
    AT_COUNT = 12,
    AT_FIRST_DAY = 16,
    AT_LAST_DAY = 20,
    AT_GATEWAY = 24,
    AT_PREVIOUS = 56,
    AT_CHAIN = 88,
    AT_SHEETS = 104,
    AT_ZERO = 108,
    SHEET_AT_LENGTH = 32,
    SHEET_AT_CURRENT = 36,
    SHEET_AT_COUNTER = 40,
    ENTRY_AT_CHUNKS = 4,
    ENTRY_AT_DIGEST = 8,
    SIGNATURE = 64
};

static const char label[] = "skrynka/1 carry";

/* Where the entries begin. */
static size_t entries_at(uint32_t sheets)
{
    return SK_CARRY_FIXED + (size_t)SK_CARRY_SHEET * sheets;
}

size_t sk_carry_header_length(uint32_t sheets, uint32_t count)
{
    return entries_at(sheets) + (size_t)SK_CARRY_ENTRY * count + SIGNATURE;
}

static bool counts_possible(const struct sk_carry *carry)
{
    return carry->serial > 0 && carry->count <= SK_CARRY_COUNT_MAX &&
           carry->sheets <= SK_CARRY_SHEETS_MAX && carry->first_day <= carry->last_day;
}

static bool decode_sheet(struct sk_carry_sheet *out, const uint8_t *bytes)
{
    uint32_t current = sk_get_u32(bytes + SHEET_AT_CURRENT);

    memcpy(out->digest.b, bytes, 32);
    out->length = sk_get_u32(bytes + SHEET_AT_LENGTH);
    out->current = current == 1;
    out->board_counter = sk_get_u64(bytes + SHEET_AT_COUNTER);
    return current <= 1;
}

static bool sheet_fits(const struct sk_carry_sheet *sheet)
{
    return sheet->length > SK_SHEET_FIXED && sheet->length <= SK_SHEET_MAX;
}

static void decode_entry(struct sk_carry_entry *out, const uint8_t *bytes)
{
    out->day = sk_get_u32(bytes);
    out->chunks = sk_get_u32(bytes + ENTRY_AT_CHUNKS);
    memcpy(out->envelope.b, bytes + ENTRY_AT_DIGEST, 32);
}

/* *day: of the entry before, or the first day; moves on. */
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

static void encode_sheet(uint8_t *out, const struct sk_carry_sheet *sheet)
{
    memcpy(out, sheet->digest.b, 32);
    sk_put_u32(out + SHEET_AT_LENGTH, sheet->length);
    sk_put_u32(out + SHEET_AT_CURRENT, sheet->current ? 1 : 0);
    sk_put_u64(out + SHEET_AT_COUNTER, sheet->board_counter);
}

static void encode(uint8_t *out, const struct sk_carry *carry, const struct sk_carry_sheet *sheets,
                   const struct sk_carry_entry *entries)
{
    memcpy(out, "SKCARRY1", 8);
    sk_put_u32(out + AT_SERIAL, carry->serial);
    sk_put_u32(out + AT_COUNT, carry->count);
    sk_put_u32(out + AT_FIRST_DAY, carry->first_day);
    sk_put_u32(out + AT_LAST_DAY, carry->last_day);
    memcpy(out + AT_GATEWAY, carry->gateway.b, 32);
    memcpy(out + AT_PREVIOUS, carry->previous.b, 32);
    memcpy(out + AT_CHAIN, carry->chain.b, sizeof carry->chain.b);
    sk_put_u32(out + AT_SHEETS, carry->sheets);
    sk_put_u32(out + AT_ZERO, 0);
    for (uint32_t i = 0; i < carry->sheets; i++) {
        encode_sheet(out + SK_CARRY_FIXED + (size_t)SK_CARRY_SHEET * i, &sheets[i]);
    }
    for (uint32_t i = 0; i < carry->count; i++) {
        uint8_t *p = out + entries_at(carry->sheets) + (size_t)SK_CARRY_ENTRY * i;

        sk_put_u32(p, entries[i].day);
        sk_put_u32(p + ENTRY_AT_CHUNKS, entries[i].chunks);
        memcpy(p + ENTRY_AT_DIGEST, entries[i].envelope.b, 32);
    }
}

static enum sk_error plan_check(const struct sk_carry *carry, const struct sk_carry_sheet *sheets,
                                const struct sk_carry_entry *entries)
{
    if (!counts_possible(carry)) {
        return SK_ERR_CARRY_COUNTS;
    }
    for (uint32_t i = 0; i < carry->sheets; i++) {
        if (!sheet_fits(&sheets[i])) {
            return SK_ERR_CARRY_COUNTS;
        }
    }
    for (uint32_t i = 0, day = carry->first_day; i < carry->count; i++) {
        if (!entry_fits(carry, &entries[i], &day)) {
            return SK_ERR_CARRY_COUNTS;
        }
    }
    return SK_OK;
}

enum sk_error sk_carry_write(uint8_t *out, const struct sk_carry *carry,
                             const struct sk_carry_sheet *sheets,
                             const struct sk_carry_entry *entries,
                             const struct sk_ed25519_sk *gateway_sk, struct sk_digest *digest)
{
    size_t len = sk_carry_header_length(carry->sheets, carry->count);
    struct sk_signature signature;
    struct sk_ed25519_pk signer;
    enum sk_error e;

    crypto_sign_ed25519_sk_to_pk(signer.b, gateway_sk->b);
    if (memcmp(signer.b, carry->gateway.b, 32) != 0) {
        return SK_ERR_USAGE;
    }
    e = plan_check(carry, sheets, entries);
    if (e != SK_OK) {
        return e;
    }
    encode(out, carry, sheets, entries);
    e = sk_signed_make(&signature, label, out, len - SIGNATURE, gateway_sk);
    if (e != SK_OK) {
        return e;
    }
    memcpy(out + len - SIGNATURE, signature.b, SIGNATURE);
    if (digest != NULL) {
        sk_blake2b(digest, out, len);
    }
    return SK_OK;
}

/* ---- reading ---------------------------------------------------------------- */

enum sk_error sk_carry_read_fixed(struct sk_carry *out, const uint8_t bytes[SK_CARRY_FIXED])
{
    struct sk_carry carry;

    if (memcmp(bytes, "SKCARRY1", 8) != 0) {
        return SK_ERR_CARRY_MAGIC;
    }
    carry.serial = sk_get_u32(bytes + AT_SERIAL);
    carry.count = sk_get_u32(bytes + AT_COUNT);
    carry.first_day = sk_get_u32(bytes + AT_FIRST_DAY);
    carry.last_day = sk_get_u32(bytes + AT_LAST_DAY);
    memcpy(carry.gateway.b, bytes + AT_GATEWAY, 32);
    memcpy(carry.previous.b, bytes + AT_PREVIOUS, 32);
    memcpy(carry.chain.b, bytes + AT_CHAIN, sizeof carry.chain.b);
    carry.sheets = sk_get_u32(bytes + AT_SHEETS);
    if (!counts_possible(&carry)) {
        return SK_ERR_CARRY_COUNTS;
    }
    if (!sk_all_zero(bytes + AT_ZERO, 4)) {
        return SK_ERR_CARRY_RESERVED;
    }
    *out = carry;
    return SK_OK;
}

/* Sheets and entries, as far as they can be judged without what follows the header. */
static bool tables_fit(const struct sk_carry *carry, const uint8_t *bytes)
{
    uint32_t day = carry->first_day;

    for (uint32_t i = 0; i < carry->sheets; i++) {
        struct sk_carry_sheet sheet;

        if (!decode_sheet(&sheet, bytes + SK_CARRY_FIXED + (size_t)SK_CARRY_SHEET * i) ||
            !sheet_fits(&sheet)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < carry->count; i++) {
        struct sk_carry_entry entry;

        decode_entry(&entry, bytes + entries_at(carry->sheets) + (size_t)SK_CARRY_ENTRY * i);
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
    struct sk_carry carry;
    enum sk_error e;

    if (len < SK_CARRY_FIXED + SIGNATURE) {
        return SK_ERR_CARRY_LENGTH;
    }
    e = sk_carry_read_fixed(&carry, bytes);
    if (e != SK_OK) {
        return e;
    }
    if (len != sk_carry_header_length(carry.sheets, carry.count)) {
        return SK_ERR_CARRY_LENGTH;
    }
    if (!tables_fit(&carry, bytes)) {
        return SK_ERR_CARRY_COUNTS;
    }
    e = sk_signed_check(bytes + len - SIGNATURE, label, bytes, len - SIGNATURE, &carry.gateway,
                        SK_ERR_CARRY_SIGNATURE);
    if (e != SK_OK) {
        return e;
    }
    for (uint32_t i = 0; i < carry.sheets; i++) {
        decode_sheet(&sheets[i], bytes + SK_CARRY_FIXED + (size_t)SK_CARRY_SHEET * i);
    }
    for (uint32_t i = 0; i < carry.count; i++) {
        decode_entry(&entries[i],
                     bytes + entries_at(carry.sheets) + (size_t)SK_CARRY_ENTRY * i);
    }
    if (digest != NULL) {
        sk_blake2b(digest, bytes, len);
    }
    *out = carry;
    return SK_OK;
}

/* A desk may join late: its first bundle may have any serial, but the gateway's very first one
 * follows nothing. */
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

/* One sheet after the other: by identity, then by serial. */
static bool sheet_follows(const struct sk_sheet *sheet, const struct sk_sheet *before)
{
    int order = memcmp(before->identity.b, sheet->identity.b, 32);

    return order < 0 || (order == 0 && before->serial < sheet->serial);
}

static enum sk_error read_one(struct sk_sheet *out, const struct sk_carry_sheet *listed,
                              const uint8_t *bytes)
{
    struct sk_digest digest;

    sk_blake2b(&digest, bytes, listed->length);
    if (memcmp(digest.b, listed->digest.b, sizeof digest.b) != 0) {
        return SK_ERR_CARRY_DIGEST;
    }
    return sk_sheet_read(out, bytes, listed->length);
}

/* pair: two sheets to read into, by turns. */
static enum sk_error check_sheets(const struct sk_carry_sheet *sheets, uint32_t count,
                                  const uint8_t *bytes, size_t len, struct sk_sheet pair[2])
{
    for (uint32_t i = 0; i < count; i++) {
        const struct sk_sheet *before = &pair[(i + 1) % 2];
        struct sk_sheet *sheet = &pair[i % 2];
        enum sk_error e = sheets[i].length <= len ? read_one(sheet, &sheets[i], bytes)
                                                  : SK_ERR_CARRY_LENGTH;

        if (e != SK_OK) {
            return e;
        }
        bool another = i > 0 && memcmp(before->identity.b, sheet->identity.b, 32) != 0;

        /* The last of an identity is current, the others are not. */
        if (i > 0 && (!sheet_follows(sheet, before) || sheets[i - 1].current != another)) {
            return SK_ERR_CARRY_COUNTS;
        }
        bytes += sheets[i].length;
        len -= sheets[i].length;
    }
    if (count > 0 && !sheets[count - 1].current) {
        return SK_ERR_CARRY_COUNTS;
    }
    return len == 0 ? SK_OK : SK_ERR_CARRY_LENGTH;
}

enum sk_error sk_carry_sheets_check(const struct sk_carry_sheet *sheets, uint32_t count,
                                    const uint8_t *bytes, size_t len)
{
    struct sk_sheet *pair = calloc(2, sizeof *pair);

    if (pair == NULL) {
        return SK_ERR_MEMORY;
    }
    enum sk_error e = check_sheets(sheets, count, bytes, len, pair);

    free(pair);
    return e;
}
