/* Preludes: what reads must write back to the same bytes. */
#include <string.h>

#include "keys/format/content.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_prelude prelude;
    uint8_t again[SK_PRELUDE_BYTES];

    if (size >= SK_PRELUDE_BYTES && sk_prelude_read(&prelude, data) == SK_OK) {
        FUZZ_MUST(sk_prelude_write(again, &prelude) == SK_OK);
        FUZZ_MUST(memcmp(again, data, sizeof again) == 0);
    }
    return 0;
}
