/*
 * Destroying past weeks and months: their keys, and with them index, sealed originals, and the
 * threads and answers that are no longer needed.
 *
 * The commit point is the keyring written without the keys. Before it, only a new log of threads is
 * made that nobody reads yet; after it, the files whose keys are gone are erased (sweep.h). After a
 * crash at any moment, running it again finishes it.
 */
#ifndef SK_KEYS_DESK_DESTROY_H
#define SK_KEYS_DESK_DESTROY_H

#include "keys/desk/digests.h"
#include "keys/desk/home.h"
#include "keys/desk/threads.h"

struct sk_expired { /* a week or a month whose keys are to be destroyed */
    uint32_t epoch;
    unsigned reports;
};

struct sk_destroy {
    struct sk_desk *desk;
    bool named;          /* one epoch by name, not all beyond what is kept */
    uint32_t today;      /* by this machine's clock */
    uint32_t newest;     /* day of the newest report, by the gateway's clock; 0: none */
    uint32_t first_week; /* the oldest that is kept; threads answered before it end */
    struct sk_expired *expired;
    size_t count;
    struct sk_threads *threads;
    struct sk_digests kept, gone; /* reports that stay; with named: those of the named epoch */
    unsigned threads_end;         /* threads that are erased whole */
    unsigned open_end;            /* those among them that are not closed and wanted answers */
    unsigned texts_end;           /* answers whose text is erased while the thread stays */
};

/* Whether the keys of an epoch were destroyed at this desk. */
bool sk_destroyed(const struct sk_desk *desk, uint32_t epoch);

/* Plans what is destroyed: with epoch NULL everything older than what is kept, otherwise that
 * epoch. NOT_FOUND (no key of that epoch is here), CORRUPT, MEMORY, IO. */
enum sk_error sk_destroy_plan(struct sk_destroy *d, struct sk_desk *desk, const uint32_t *epoch);
void sk_destroy_free(struct sk_destroy *d);

/* Whether the plan would change anything. */
bool sk_destroy_has_work(const struct sk_destroy *d);

/* Destroys the keys. */
enum sk_error sk_destroy_keys(struct sk_destroy *d);

#endif
