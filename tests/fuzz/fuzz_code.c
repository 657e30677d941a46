/* Receipt codes as people type them: what parses must print and parse back to the same. */
#include <string.h>

#include "keys/format/receipt.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t r[SK_CODE_RANDOM], again[SK_CODE_RANDOM];
    char text[SK_CODE_TEXT];

    if (sk_code_parse(r, (const char *)data, size) == SK_OK) {
        sk_code_format(text, r);
        FUZZ_MUST(sk_code_parse(again, text, strlen(text)) == SK_OK);
        FUZZ_MUST(memcmp(r, again, sizeof r) == 0);
    }
    return 0;
}
