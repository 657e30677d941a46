/* Days as people type them: what parses must print back to the same. */
#include <string.h>

#include "keys/base/calendar.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size), again[11];
    uint32_t day = UINT32_MAX;

    if (sk_day_parse(text, &day)) {
        FUZZ_MUST(sk_day_format(day, again) && strcmp(again, text) == 0);
    } else {
        FUZZ_MUST(day == UINT32_MAX);
    }
    free(text);
    return 0;
}
