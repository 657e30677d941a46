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

#define SK_PEER_NAME_MAX 64

struct sk_bundle { /* one that was imported whole */
    uint32_t serial;
    struct sk_digest digest, previous;
};

struct sk_committed { /* records of an index segment that are known to be on disk */
    uint32_t segment;
    uint64_t records;
};

struct sk_peer { /* another organisation: its keys tell who else can read a report */
    char name[SK_PEER_NAME_MAX + 1];
    struct sk_ed25519_pk identity;
    uint32_t serial;
    struct sk_digest sheet;
};

struct sk_state {
    bool gateway_known;
    struct sk_ed25519_pk gateway;
    uint32_t start;            /* the bundle with which this desk joined; 1 unless told otherwise */
    struct sk_bundle *bundles; /* by ascending serial */
    size_t bundle_count;
    struct sk_digest last_board; /* of its header; zero: none */
    uint8_t keep_weeks;
    struct sk_committed *committed;
    size_t committed_count;
    struct sk_peer *peers;
    size_t peer_count;
};

void sk_state_init(struct sk_state *state);
void sk_state_free(struct sk_state *state);

/* NOT_FOUND, CORRUPT, MEMORY, IO. */
enum sk_error sk_state_load(struct sk_state *state, const char *path, const uint8_t key[32]);
enum sk_error sk_state_save(const struct sk_state *state, const char *path, const uint8_t key[32]);

/* NULL if that bundle was not imported. */
const struct sk_bundle *sk_state_bundle(const struct sk_state *state, uint32_t serial);
enum sk_error sk_state_add_bundle(struct sk_state *state, const struct sk_bundle *bundle);

/* The highest serial up to which every bundle since the start was imported; 0: none. This is
 * what a board tells the operator, who deletes it: never count over a gap. */
uint32_t sk_state_acknowledged(const struct sk_state *state);

/* The first run of serials at or after `from` that are missing below the highest imported. */
bool sk_state_gap(const struct sk_state *state, uint32_t from, uint32_t *first, uint32_t *last);

uint64_t sk_state_committed(const struct sk_state *state, uint32_t segment);
enum sk_error sk_state_commit(struct sk_state *state, uint32_t segment, uint64_t records);
void sk_state_forget(struct sk_state *state, uint32_t segment); /* a segment that is gone */

/* Adds or replaces the peer with that identity. */
enum sk_error sk_state_put_peer(struct sk_state *state, const struct sk_peer *peer);

#endif
