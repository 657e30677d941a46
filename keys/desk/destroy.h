/*
 * Destroying past weeks and months: their keys, and with them what the index says, the sealed
 * originals, and what is no longer needed of threads and answers.
 *
 * The keyring that is written without the keys is the one step that decides. Before it, only a new
 * log of threads is made that nobody reads yet; after it, files are swept away whose keys are gone.
 * Whatever moment it is cut off at, running it again finishes it.
 */
#ifndef SK_KEYS_DESK_DESTROY_H
#define SK_KEYS_DESK_DESTROY_H

#include "keys/desk/digests.h"
#include "keys/desk/home.h"
#include "keys/desk/threads.h"

struct sk_doomed { /* a week or a month */
    uint32_t epoch;
    unsigned reports;
};

struct sk_destroy {
    struct sk_desk *desk;
    bool named;          /* one epoch by name, not all beyond what is kept */
    uint32_t today;      /* as this machine's clock has it */
    uint32_t newest;     /* day of the newest report, as the gateway's clock had it; 0: none */
    uint32_t first_week; /* the oldest one that is kept: what was answered before it goes */
    struct sk_doomed *doomed;
    size_t count;
    struct sk_threads *threads;
    struct sk_digests kept, gone; /* reports that stay; with named: those of the named epoch */
    unsigned threads_end;         /* threads of which nothing stays */
    unsigned open_end;            /* those among them that are not closed and wanted answers */
    unsigned texts_end;           /* answers whose text goes while the thread stays */
};

/* Whether the keys of an epoch were destroyed at this desk. */
bool sk_destroyed(const struct sk_desk *desk, uint32_t epoch);

/* Looks what goes: with epoch NULL everything beyond what is kept, else that epoch. An epoch
 * without any key here: NOT_FOUND. CORRUPT, MEMORY, IO. */
enum sk_error sk_destroy_plan(struct sk_destroy *d, struct sk_desk *desk, const uint32_t *epoch);
void sk_destroy_free(struct sk_destroy *d);

/* Whether the plan would change anything. */
bool sk_destroy_has_work(const struct sk_destroy *d);

/* Destroys the keys. */
enum sk_error sk_destroy_keys(struct sk_destroy *d);

/* Erases every file whose keys are destroyed, logs of threads that are no longer used, leftovers,
 * and boards of before first_week (the last two stay). */
enum sk_error sk_destroy_sweep(struct sk_desk *desk, uint32_t first_week);

#endif
