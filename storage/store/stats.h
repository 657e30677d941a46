/* What `stats` knows, apart from how it is shown. */
#ifndef SK_STORAGE_STORE_STATS_H
#define SK_STORAGE_STORE_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "storage/store/store.h"

struct sk_stats {
    struct sk_ed25519_pk gateway;
    uint64_t envelopes, waiting; /* waiting: in no bundle yet */
    uint64_t rows, rows_carried;
    uint64_t bytes;                 /* of the envelopes */
    uint64_t uploads, upload_bytes; /* resumable ones under way, and what is here of them */
    struct sk_inbox_space space;
    struct sk_chain_state chain;
    uint32_t safe_serial;
    struct sk_organisation *organisations;
    size_t count;
};

unsigned sk_stats_used_percent(const struct sk_stats *stats);

void sk_stats_print_table(const struct sk_stats *stats);
enum sk_error sk_stats_print_json(const struct sk_stats *stats);

#endif
