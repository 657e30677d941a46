/* Carry bundle headers: length first, then structure, then signature. */
#include "keys/seal/carry.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_carry fixed, whole;
    struct sk_digest digest;

    if (size < SK_CARRY_FIXED || sk_carry_read_fixed(&fixed, data) != SK_OK) {
        return 0;
    }
    FUZZ_MUST(fixed.count <= SK_CARRY_COUNT_MAX);
    size_t header = sk_carry_header_length(fixed.count);

    if (header > size) {
        return 0;
    }
    struct sk_carry_entry *entries = calloc(fixed.count + 1u, sizeof *entries);

    FUZZ_MUST(entries != NULL);
    if (sk_carry_read(&whole, entries, data, header, &digest) == SK_OK) {
        FUZZ_MUST(whole.count == fixed.count);
        (void)sk_carry_follows(&whole, NULL, 0, NULL);
    }
    free(entries);
    return 0;
}
