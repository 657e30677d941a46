/*
 * What a desk remembers between commands that is no key: the gateway it trusts, the bundles it
 * imported, the last board, the other organisations it knows, how much of the index is on disk.
 * Kept as one encrypted file, so that nobody can make the desk acknowledge what it never got.
 */
#ifndef SK_KEYS_DESK_STATE_H
#define SK_KEYS_DESK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/carry.h"

#define SK_PEER_NAME_MAX 64

struct sk_known_bundle { /* one that was imported whole, or that is known to be lost */
    uint32_t serial;
    bool lost; /* the gateway cannot write it any more; then the digests are zero */
    struct sk_digest digest, previous;
};

struct sk_series { /* the bundles of one chain of one gateway */
    struct sk_chain id;
    struct sk_ed25519_pk gateway;
    uint32_t start; /* the bundle with which this desk joined; 1 unless told otherwise */
    struct sk_known_bundle *bundles; /* by ascending serial */
    size_t bundle_count;
};

struct sk_committed { /* records of an index segment that are known to be on disk */
    uint32_t segment;
    uint64_t records;
};

struct sk_known_peer { /* another organisation: its keys tell who else can read a report */
    char name[SK_PEER_NAME_MAX + 1];
    struct sk_ed25519_pk identity;
    uint32_t serial;
    struct sk_digest sheet;
};

struct sk_set_back {  /* what a bundle showed that this desk does not remember; all zero: nothing */
    uint32_t serial;  /* of a sheet of this desk */
    uint64_t counter; /* of a board of this desk */
};

struct sk_state {
    bool gateway_known;
    struct sk_ed25519_pk gateway;
    struct sk_series *series; /* the one that boards speak of is the last of the gateway's */
    size_t series_count;
    uint8_t keep_weeks;
    struct sk_set_back set_back;
    struct sk_digest *offered; /* key sheets that the gateway offered, see sheets.h */
    size_t offered_count;
    struct sk_digest judged; /* with which sheets the reports' readers were named last */
    struct sk_committed *committed;
    size_t committed_count;
    struct sk_known_peer *peers;
    size_t peer_count;
};

void sk_state_init(struct sk_state *state);
void sk_state_free(struct sk_state *state);

/* The chain that boards acknowledge: the newest of the gateway that is trusted. NULL: none yet. */
struct sk_series *sk_state_current(const struct sk_state *state);
struct sk_series *sk_state_series(const struct sk_state *state, const struct sk_ed25519_pk *gateway,
                                  const struct sk_chain *chain);
/* A new one, which becomes current if it is of the trusted gateway. MEMORY. */
enum sk_error sk_state_add_series(struct sk_state *state, const struct sk_ed25519_pk *gateway,
                                  const struct sk_chain *chain);
/* Makes a known one the current one; its pointer, and all others, end to be valid. */
void sk_state_turn_to(struct sk_state *state, struct sk_series *series);

/* NULL if that bundle was neither imported nor recorded as lost. */
const struct sk_known_bundle *sk_series_bundle(const struct sk_series *series, uint32_t serial);
/* Replaces one that was lost. MEMORY. */
enum sk_error sk_series_add(struct sk_series *series, const struct sk_known_bundle *bundle);

/* The last bundle such that every one since the start was imported or is recorded as lost, and that
 * was imported itself; NULL: none. This is what a board tells the operator, who deletes it: never
 * count over a gap. */
const struct sk_known_bundle *sk_series_arrived(const struct sk_series *series);

/* The first run of serials at or after `from` that are missing below the highest known. */
bool sk_series_gap(const struct sk_series *series, uint32_t from, uint32_t *first, uint32_t *last);

/* Whether a bundle showed that this desk was put back from a backup. */
bool sk_state_is_set_back(const struct sk_state *state);

bool sk_state_offered(const struct sk_state *state, const struct sk_digest *sheet);
enum sk_error sk_state_add_offered(struct sk_state *state, const struct sk_digest *sheet);

uint64_t sk_state_committed(const struct sk_state *state, uint32_t segment);
enum sk_error sk_state_commit(struct sk_state *state, uint32_t segment, uint64_t records);
void sk_state_forget(struct sk_state *state, uint32_t segment); /* a segment that is gone */

/* Adds or replaces the peer with that identity. */
enum sk_error sk_state_put_peer(struct sk_state *state, const struct sk_known_peer *peer);
/* NULL if there is none. */
const struct sk_known_peer *sk_state_peer(const struct sk_state *state,
                                          const struct sk_ed25519_pk *identity);

#endif
