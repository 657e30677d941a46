/* Carry bundles: the header (length first, then structure, then signature), and behind it the
 * sheets. */
#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/carry.h"
#include "tests/fuzz/fuzz.h"

enum { SHEETS = 4, LENGTH_AT = 32, CURRENT_AT = 36 };

/* The sheets as a gateway would list them that signs anything at all: with digests that fit. */
static void check_sheets(const uint8_t *table, uint32_t count, const uint8_t *data, size_t size)
{
    struct sk_carry_sheet sheets[SHEETS] = {0};
    size_t at = 0;

    count = count < SHEETS ? count : SHEETS;
    for (uint32_t i = 0; i < count; i++, table += SK_CARRY_SHEET) {
        sheets[i].length = sk_get_u32(table + LENGTH_AT);
        sheets[i].current = table[CURRENT_AT] == 1;
        if (sheets[i].length <= size - at) {
            sk_blake2b(&sheets[i].digest, data + at, sheets[i].length);
            at += sheets[i].length;
        }
    }
    (void)sk_carry_sheets_check(sheets, count, data, size);
}

/* sheets and entries: as many as the fixed part says. */
static void read_whole(const uint8_t *data, size_t size, size_t header,
                       struct sk_carry_sheet *sheets, struct sk_carry_entry *entries)
{
    struct sk_carry whole;
    struct sk_digest digest;

    if (sk_carry_read(&whole, sheets, entries, data, header, &digest) != SK_OK) {
        return;
    }
    FUZZ_MUST(sk_carry_header_length(whole.sheets, whole.count) == header);
    (void)sk_carry_follows(&whole, NULL, 0, NULL);
    (void)sk_carry_sheets_check(sheets, whole.sheets, data + header, size - header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_carry fixed;

    if (size < SK_CARRY_FIXED || sk_carry_read_fixed(&fixed, data) != SK_OK) {
        return 0;
    }
    FUZZ_MUST(fixed.count <= SK_CARRY_COUNT_MAX && fixed.sheets <= SK_CARRY_SHEETS_MAX);
    size_t header = sk_carry_header_length(fixed.sheets, fixed.count);

    if (header > size) {
        return 0;
    }
    struct sk_carry_sheet *sheets = calloc(fixed.sheets + 1u, sizeof *sheets);
    struct sk_carry_entry *entries = calloc(fixed.count + 1u, sizeof *entries);

    FUZZ_MUST(sheets != NULL && entries != NULL);
    read_whole(data, size, header, sheets, entries);
    check_sheets(data + SK_CARRY_FIXED, fixed.sheets, data + header, size - header);
    free(sheets);
    free(entries);
    return 0;
}
