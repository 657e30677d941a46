/* Text of answers: valid exactly when a second reading of UTF-8 finds it so. */
#include "keys/base/plain.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    FUZZ_MUST(sk_text_valid(text, size) == fuzz_text(text, size, true));
    return 0;
}
