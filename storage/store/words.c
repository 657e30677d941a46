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
