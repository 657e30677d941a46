#include "keys/desk/state.h"

#include <stdlib.h>
#include <string.h>

void sk_state_init(struct sk_state *state)
{
    memset(state, 0, sizeof *state);
    state->start = 1;
}

void sk_state_free(struct sk_state *state)
{
    free(state->bundles);
    free(state->committed);
    free(state->peers);
    sk_state_init(state);
}

const struct sk_bundle *sk_state_bundle(const struct sk_state *state, uint32_t serial)
{
    for (size_t i = 0; i < state->bundle_count; i++) {
        if (state->bundles[i].serial == serial) {
            return &state->bundles[i];
        }
    }
    return NULL;
}

/* Room for one more element of a growing array. */
static void *grown(void *array, size_t count, size_t size)
{
    return count < SIZE_MAX / size - 1 ? realloc(array, (count + 1) * size) : NULL;
}

enum sk_error sk_state_add_bundle(struct sk_state *state, const struct sk_bundle *bundle)
{
    struct sk_bundle *b = grown(state->bundles, state->bundle_count, sizeof *b);
    size_t at = state->bundle_count;

    if (b == NULL) {
        return SK_ERR_MEMORY;
    }
    state->bundles = b;
    while (at > 0 && b[at - 1].serial > bundle->serial) {
        b[at] = b[at - 1];
        at--;
    }
    b[at] = *bundle;
    state->bundle_count++;
    return SK_OK;
}

uint32_t sk_state_acknowledged(const struct sk_state *state)
{
    uint32_t expected = state->start;

    for (size_t i = 0; i < state->bundle_count; i++) {
        if (state->bundles[i].serial == expected) {
            expected++;
        }
    }
    return expected == state->start ? 0 : expected - 1;
}

bool sk_state_gap(const struct sk_state *state, uint32_t from, uint32_t *first, uint32_t *last)
{
    for (size_t i = 0; i < state->bundle_count; i++) {
        uint32_t serial = state->bundles[i].serial;

        if (serial == from) {
            from++;
        } else if (serial > from) {
            *first = from;
            *last = serial - 1;
            return true;
        }
    }
    return false;
}

uint64_t sk_state_committed(const struct sk_state *state, uint32_t segment)
{
    for (size_t i = 0; i < state->committed_count; i++) {
        if (state->committed[i].segment == segment) {
            return state->committed[i].records;
        }
    }
    return 0;
}

enum sk_error sk_state_commit(struct sk_state *state, uint32_t segment, uint64_t records)
{
    struct sk_committed *c;

    for (size_t i = 0; i < state->committed_count; i++) {
        if (state->committed[i].segment == segment) {
            state->committed[i].records = records;
            return SK_OK;
        }
    }
    c = grown(state->committed, state->committed_count, sizeof *c);
    if (c == NULL) {
        return SK_ERR_MEMORY;
    }
    state->committed = c;
    c[state->committed_count++] = (struct sk_committed){segment, records};
    return SK_OK;
}

void sk_state_forget(struct sk_state *state, uint32_t segment)
{
    size_t kept = 0;

    for (size_t i = 0; i < state->committed_count; i++) {
        if (state->committed[i].segment != segment) {
            state->committed[kept++] = state->committed[i];
        }
    }
    state->committed_count = kept;
}

enum sk_error sk_state_put_peer(struct sk_state *state, const struct sk_peer *peer)
{
    struct sk_peer *p;

    for (size_t i = 0; i < state->peer_count; i++) {
        if (memcmp(&state->peers[i].identity, &peer->identity, sizeof peer->identity) == 0) {
            state->peers[i] = *peer;
            return SK_OK;
        }
    }
    p = grown(state->peers, state->peer_count, sizeof *p);
    if (p == NULL) {
        return SK_ERR_MEMORY;
    }
    state->peers = p;
    p[state->peer_count++] = *peer;
    return SK_OK;
}
