/* Numbers for people. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "storage/store/store.h"

const char *sk_store_chain_text(char out[SK_CHAIN_TEXT], const struct sk_chain *chain)
{
    return sodium_bin2hex(out, SK_CHAIN_TEXT, chain->b, sizeof chain->b);
}

const char *sk_store_size_text(char out[SK_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t u = 0;

    if (bytes < 1024) {
        snprintf(out, SK_SIZE_TEXT, "%u B", (unsigned)bytes);
        return out;
    }
    while (bytes >= 1024 * 1024) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, SK_SIZE_TEXT, "%u.%u %s", (unsigned)(bytes / 1024),
             (unsigned)(bytes % 1024 * 10 / 1024), units[u]);
    return out;
}

const char *sk_store_day_text(char out[SK_DAY_TEXT], uint32_t day)
{
    if (!sk_day_format(day, out)) {
        memcpy(out, "-", 2);
    }
    return out;
}

void sk_store_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct sk_progress *p = ctx;

    p->total = total;
    if (done > p->done) {
        sk_progress_add(p, done - p->done);
    }
}
