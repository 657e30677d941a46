/* Values of request headers: Content-Type, Content-Length, Range, Accept. */
#include <string.h>

#include "gateway/http/head_value.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static void check_media(const char *value)
{
    char boundary[SK_BOUNDARY_MAX + 1];
    size_t len, value_len = strlen(value);

    memset(boundary, 'x', sizeof boundary);
    if (sk_media_parse(value, boundary) != SK_MEDIA_MULTIPART) {
        return;
    }
    FUZZ_MUST(memchr(boundary, '\0', sizeof boundary) != NULL);
    len = strlen(boundary);
    FUZZ_MUST(sk_boundary_check(boundary, len) == SK_OK);
    if (value[value_len - 1] == '"') { /* no boundary ends with one */
        value_len--;
    }
    FUZZ_MUST(value_len > len && memcmp(value + value_len - len, boundary, len) == 0);
    FUZZ_MUST(strchr("=\"", value[value_len - len - 1]) != NULL);
}

static void check_range(const char *value, uint64_t size)
{
    struct sk_range range = {0, 0};

    if (sk_range_parse(value, size, &range) == SK_RANGE_PART) {
        FUZZ_MUST(range.length > 0 && range.first < size && range.length <= size - range.first);
    } else {
        FUZZ_MUST(range.first == 0 && range.length == 0);
    }
}

static void check_length(const char *value)
{
    static const uint64_t sizes[] = {0, 1, 1000, UINT64_MAX};
    uint64_t length = 0;

    if (sk_length_parse(value, &length)) {
        FUZZ_MUST(strtoull(value, NULL, 10) == length && sk_token_valid(value, strlen(value)));
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_range(value, sizes[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *value = fuzz_string(data, size);

    check_media(value);
    check_length(value);
    FUZZ_MUST(!sk_accept_json(value) || strcasestr(value, "application/json") != NULL);
    FUZZ_MUST(!sk_token_valid(value, size) || strlen(value) == size);
    free(value);
    return 0;
}
