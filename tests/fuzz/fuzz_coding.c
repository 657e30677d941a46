/* The Accept-Encoding header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http/negotiate.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static enum sk_coding with(const char *before, const char *header, const char *after)
{
    size_t len = strlen(before) + strlen(header) + strlen(after);
    char *all = malloc(len + 1);

    FUZZ_MUST(all != NULL);
    snprintf(all, len + 1, "%s%s%s", before, header, after);
    enum sk_coding coding = sk_coding_accept(all);
    free(all);
    return coding;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = fuzz_string(data, size);
    enum sk_coding coding = sk_coding_accept(header);

    FUZZ_MUST(coding < SK_CODING_COUNT);
    /* Nothing comes packed that was not named, but gzip for a star. */
    FUZZ_MUST(coding != SK_CODING_BR || strcasestr(header, "br") != NULL);
    FUZZ_MUST(coding != SK_CODING_GZIP || strcasestr(header, "gzip") != NULL ||
              strchr(header, '*') != NULL);
    /* What is said last counts, and what is refused is refused. */
    FUZZ_MUST(with("", header, ",br") == SK_CODING_BR);
    FUZZ_MUST(with("", header, ",br;q=0, gzip ; q=0.000") == SK_CODING_IDENTITY);
    /* Empty elements and blanks say nothing. */
    FUZZ_MUST(with(" ,\t,", header, " , ") == coding);
    free(header);
    return 0;
}
