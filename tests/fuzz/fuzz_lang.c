/* Languages: the code in a path, and the Accept-Language header. */
#include <string.h>

#include "gateway/http/negotiate.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

/* Nothing weighs more than what comes first with the full weight. */
static void check_first(const char *header)
{
    static const char first[] = "crh,";
    size_t len = strlen(header);
    char *both = malloc(sizeof first + len);

    FUZZ_MUST(both != NULL);
    memcpy(both, first, sizeof first - 1);
    memcpy(both + sizeof first - 1, header, len + 1);
    FUZZ_MUST(sk_lang_accept(both) == SK_LANG_CRH);
    free(both);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = fuzz_string(data, size);
    enum sk_lang lang = SK_LANG_COUNT, accepted = sk_lang_accept(header);

    /* Of the bytes themselves: nothing ends them but their number. */
    if (sk_lang_of_code((const char *)data, size, &lang)) {
        FUZZ_MUST(lang < SK_LANG_COUNT && strcmp(sk_lang_code(lang), header) == 0);
        FUZZ_MUST(accepted == lang);
    } else {
        FUZZ_MUST(lang == SK_LANG_COUNT);
    }
    FUZZ_MUST(accepted < SK_LANG_COUNT);
    FUZZ_MUST(accepted == SK_LANG_UK || strcasestr(header, sk_lang_code(accepted)) != NULL);
    check_first(header);
    free(header);
    return 0;
}
