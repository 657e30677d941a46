/* Upload-Metadata: what is found stands in the header, in another reading of it. */
#include <sodium.h>
#include <string.h>

#include "gateway/intake/upload_meta.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

/* The header holds "key base64-of-16-bytes", at the beginning of a pair. */
static void must_hold(const char *header, const char *key, const uint8_t bytes[16])
{
    char text[25], pair[40] = "";
    const char *at = header;

    sodium_bin2base64(text, sizeof text, bytes, 16, sodium_base64_VARIANT_ORIGINAL);
    strcat(strcat(strcat(pair, key), " "), text);
    do {
        at = strstr(at, pair);
        FUZZ_MUST(at != NULL);
    } while (at > header && strchr(", \t", at[-1]) == NULL && *++at != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = fuzz_string(data, size);
    struct sk_upload_meta meta, again;

    if (sk_upload_meta_parse(header, &meta)) {
        FUZZ_MUST(*header != '\0' && strstr(header, ",,") == NULL);
        if (meta.has_row) {
            must_hold(header, "row", meta.row.b);
        }
        if (meta.has_token) {
            must_hold(header, "token", meta.token.b);
        }
        FUZZ_MUST(meta.has_row == (strncmp(header, "row ", 4) == 0 || strstr(header, ",row ") ||
                                   strstr(header, " row ") || strstr(header, "\trow ")));
        FUZZ_MUST(sk_upload_meta_parse(header, &again) && memcmp(&meta, &again, sizeof meta) == 0);
    }
    free(header);
    return 0;
}
