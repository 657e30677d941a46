/* Key sheets: nothing is accepted whose signature does not cover every byte of it. */
#include "keys/format/sheet.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sk_sheet sheet;

    if (sk_sheet_read(&sheet, data, size) == SK_OK) {
        FUZZ_MUST(size == SK_SHEET_FIXED + 32u * (unsigned)(sheet.weeks + sheet.months) + 64);
        (void)sk_sheet_trust(&sheet, &sheet.identity, 0, NULL, 1700000000);
        (void)sk_sheet_key(&sheet, sheet.first_week);
    }
    return 0;
}
