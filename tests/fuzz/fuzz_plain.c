/* Text files: taken exactly when a second reading of UTF-8 finds text between the ends of lines;
 * what is taken has no CR and no mark, is never longer, and is taken again as it is. */
#include <string.h>

#include "keys/base/plain.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    FUZZ_MUST(copy != NULL);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

/* With every CR as a newline it has the same length, and no mark or CR to think of. */
static bool is_text(const uint8_t *data, size_t size)
{
    size_t from = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    uint8_t *copy = copy_of(data + from, size - from);

    for (size_t i = 0; i < size - from; i++) {
        copy[i] = copy[i] == '\r' ? '\n' : copy[i];
    }
    bool good = fuzz_text((const char *)copy, size - from, true);

    free(copy);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *text = copy_of(data, size);
    struct sk_plain_fault fault = {0};
    size_t len = size;
    enum sk_error e = sk_plain_text(text, &len, &fault);

    FUZZ_MUST((e == SK_OK) == is_text(data, size));
    if (e != SK_OK) {
        FUZZ_MUST(e == SK_ERR_TEXT && len == size && memcmp(text, data, size) == 0);
        FUZZ_MUST(fault.line >= 1 && fault.byte >= 1 && fault.byte <= size);
    } else {
        FUZZ_MUST(len <= size && memchr(text, '\r', len) == NULL);
        FUZZ_MUST(sk_text_valid((const char *)text, len));
    }
    free(text);
    return 0;
}
