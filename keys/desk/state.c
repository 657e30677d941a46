#include "keys/desk/state.h"

#include <stdlib.h>
#include <string.h>

void sk_state_init(struct sk_state *state)
{
    memset(state, 0, sizeof *state);
}

void sk_state_free(struct sk_state *state)
{
    for (size_t i = 0; i < state->series_count; i++) {
        free(state->series[i].bundles);
    }
    free(state->series);
    free(state->offered);
    free(state->committed);
    free(state->peers);
    sk_state_init(state);
}

/* Room for one more element of a growing array. */
static void *grown(void *array, size_t count, size_t size)
{
    return count < SIZE_MAX / size - 1 ? realloc(array, (count + 1) * size) : NULL;
}

/* ---- chains ---------------------------------------------------------------- */

struct sk_series *sk_state_series(const struct sk_state *state, const struct sk_ed25519_pk *gateway,
                                  const struct sk_chain *chain)
{
    for (size_t i = 0; i < state->series_count; i++) {
        struct sk_series *s = &state->series[i];

        if (memcmp(&s->gateway, gateway, sizeof *gateway) == 0 &&
            memcmp(&s->id, chain, sizeof *chain) == 0) {
            return s;
        }
    }
    return NULL;
}

struct sk_series *sk_state_current(const struct sk_state *state)
{
    for (size_t i = state->series_count; state->gateway_known && i > 0; i--) {
        if (memcmp(&state->series[i - 1].gateway, &state->gateway, sizeof state->gateway) == 0) {
            return &state->series[i - 1];
        }
    }
    return NULL;
}

enum sk_error sk_state_add_series(struct sk_state *state, const struct sk_ed25519_pk *gateway,
                                  const struct sk_chain *chain)
{
    struct sk_series *s = grown(state->series, state->series_count, sizeof *s);

    if (s == NULL) {
        return SK_ERR_MEMORY;
    }
    state->series = s;
    s[state->series_count++] =
        (struct sk_series){.id = *chain, .gateway = *gateway, .start = 1, .bundles = NULL};
    return SK_OK;
}

void sk_state_turn_to(struct sk_state *state, struct sk_series *series)
{
    struct sk_series moved = *series;
    size_t at = (size_t)(series - state->series);

    memmove(series, series + 1, (state->series_count - at - 1) * sizeof moved);
    state->series[state->series_count - 1] = moved;
}

const struct sk_known_bundle *sk_series_bundle(const struct sk_series *series, uint32_t serial)
{
    for (size_t i = 0; i < series->bundle_count; i++) {
        if (series->bundles[i].serial == serial) {
            return &series->bundles[i];
        }
    }
    return NULL;
}

enum sk_error sk_series_add(struct sk_series *series, const struct sk_known_bundle *bundle)
{
    struct sk_known_bundle *b;
    size_t at = series->bundle_count;

    for (size_t i = 0; i < series->bundle_count; i++) {
        if (series->bundles[i].serial == bundle->serial) {
            series->bundles[i] = *bundle;
            return SK_OK;
        }
    }
    b = grown(series->bundles, series->bundle_count, sizeof *b);
    if (b == NULL) {
        return SK_ERR_MEMORY;
    }
    series->bundles = b;
    while (at > 0 && b[at - 1].serial > bundle->serial) {
        b[at] = b[at - 1];
        at--;
    }
    b[at] = *bundle;
    series->bundle_count++;
    return SK_OK;
}

const struct sk_known_bundle *sk_series_arrived(const struct sk_series *series)
{
    uint32_t expected = series->start;
    const struct sk_known_bundle *last = NULL;

    for (size_t i = 0; i < series->bundle_count; i++) {
        const struct sk_known_bundle *b = &series->bundles[i];

        if (b->serial == expected) {
            expected++;
            last = b->lost ? last : b;
        }
    }
    return last;
}

bool sk_series_gap(const struct sk_series *series, uint32_t from, uint32_t *first, uint32_t *last)
{
    for (size_t i = 0; i < series->bundle_count; i++) {
        uint32_t serial = series->bundles[i].serial;

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

bool sk_state_is_set_back(const struct sk_state *state)
{
    return state->set_back.serial > 0 || state->set_back.counter > 0;
}

/* ---- the rest -------------------------------------------------------------- */

bool sk_state_offered(const struct sk_state *state, const struct sk_digest *sheet)
{
    for (size_t i = 0; i < state->offered_count; i++) {
        if (memcmp(&state->offered[i], sheet, sizeof *sheet) == 0) {
            return true;
        }
    }
    return false;
}

enum sk_error sk_state_add_offered(struct sk_state *state, const struct sk_digest *sheet)
{
    struct sk_digest *d;

    if (sk_state_offered(state, sheet)) {
        return SK_OK;
    }
    d = grown(state->offered, state->offered_count, sizeof *d);
    if (d == NULL) {
        return SK_ERR_MEMORY;
    }
    state->offered = d;
    d[state->offered_count++] = *sheet;
    return SK_OK;
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

const struct sk_known_peer *sk_state_peer(const struct sk_state *state,
                                          const struct sk_ed25519_pk *identity)
{
    for (size_t i = 0; i < state->peer_count; i++) {
        if (memcmp(&state->peers[i].identity, identity, sizeof *identity) == 0) {
            return &state->peers[i];
        }
    }
    return NULL;
}

enum sk_error sk_state_put_peer(struct sk_state *state, const struct sk_known_peer *peer)
{
    struct sk_known_peer *p;

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
