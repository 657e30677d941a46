/* The pages that work without a network, as the gateway would serve them today (gateway/pages/page.h). */
#ifndef SK_STORAGE_STORE_OFFLINE_H
#define SK_STORAGE_STORE_OFFLINE_H

#include "gateway/pages/page.h"
#include "storage/store/store.h"

struct sk_offline_sums {
    bool made; /* false: the translations are not installed */
    /* SHA-256 of the whole page; and without its line of organisations, which is the same for
     * every store. */
    char page[SK_LANG_COUNT][SK_HEX_TEXT];
    char program[SK_LANG_COUNT][SK_HEX_TEXT];
};

enum sk_error sk_offline_sums(struct sk_offline_sums *sums, struct sk_outbox *outbox);

#endif
