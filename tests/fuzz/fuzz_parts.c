/* The gateway's reading of a body against the desk's: what the gateway lets pass, the desk reads whole,
 * with as many parts; and what the desk reads whole within the limits, the gateway lets pass. The first
 * byte is the length of the boundary, which follows; then the body. */
#include <string.h>

#include "gateway/intake/parts.h"
#include "keys/parse/split.h"
#include "tests/fuzz/fuzz.h"

struct source {
    const uint8_t *at;
    size_t left;
};

static enum sk_error pull(void *ctx, uint8_t *out, size_t len, size_t *got)
{
    struct source *source = ctx;

    *got = len < source->left ? len : source->left;
    if (*got > 0) {
        memcpy(out, source->at, *got);
    }
    source->at += *got;
    source->left -= *got;
    return SK_OK;
}

/* What the desk makes of it (keys/parse/walk.c): the number of parts, 0 if it is not read whole. */
static unsigned desk(const char *boundary, const uint8_t *body, size_t len, size_t *longest)
{
    static struct sk_split split;
    struct source source = {body, len};
    enum sk_split_next next = SK_SPLIT_CUT;
    unsigned parts = 0;

    *longest = 0;
    sk_split_start(&split, boundary, pull, &source);
    enum sk_error e = sk_split_content(&split, NULL, NULL, &next);

    while (e == SK_OK && next == SK_SPLIT_PART && parts <= SK_BODY_PARTS_MAX) {
        const uint8_t *head;
        size_t n;

        parts++;
        e = sk_split_head(&split, &head, &n);
        for (size_t i = 0, from = 0; e == SK_OK && i + 1 < n; i++) {
            if (head[i] == '\r' && head[i + 1] == '\n') {
                *longest = i - from > *longest ? i - from : *longest;
                from = i + 2;
            }
        }
        e = e == SK_OK ? sk_split_content(&split, NULL, NULL, &next) : e;
    }
    return e == SK_OK && next == SK_SPLIT_CLOSE && parts <= SK_BODY_PARTS_MAX ? parts : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char boundary[SK_BOUNDARY_MAX + 1] = "";
    size_t longest;

    if (size < 1 || data[0] == 0 || data[0] > SK_BOUNDARY_MAX || size - 1 < data[0]) {
        return 0;
    }
    for (size_t i = 0; i < data[0]; i++) { /* of what the gateway takes as a boundary */
        boundary[i] = data[1 + i] > ' ' && data[1 + i] < 0x7F ? (char)data[1 + i] : 'x';
    }
    const uint8_t *body = data + 1 + data[0];
    size_t len = size - 1 - data[0];
    unsigned read = desk(boundary, body, len, &longest);

    for (size_t step = 1; step <= 64; step += 21) {
        struct sk_parts parts;

        sk_parts_start(&parts, boundary);
        for (size_t at = 0; at < len && parts.fault == SK_PARTS_FINE; at += step) {
            sk_parts_take(&parts, body + at, len - at < step ? len - at : step);
        }
        FUZZ_MUST(sk_parts_whole(&parts) == (read > 0 && longest <= SK_BODY_LINE_MAX));
        FUZZ_MUST(!sk_parts_whole(&parts) || parts.count == read);
    }
    return 0;
}
