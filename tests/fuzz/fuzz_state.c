/* The desk's memory. Whoever cannot seal gets no further than its cipher; so the input is what
 * stands inside, and it is sealed here. */
#include <stdio.h>
#include <string.h>

#include "keys/desk/state_file.h"
#include "keys/desk/vault.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t label[] = "skrynka desk state 1"; /* as in keys/desk/state_file.c */
static const uint8_t key[32] = {0x45};

static enum sk_error load(struct sk_state *state, const uint8_t *bytes, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fuzz_file(bytes, size));
    return sk_state_load(state, path, key);
}

static void check_lists(const struct sk_state *s)
{
    for (size_t i = 0; i < s->offered_count; i++) {
        FUZZ_MUST(sk_state_offered(s, &s->offered[i]));
    }
    for (size_t i = 0; i < s->committed_count; i++) {
        FUZZ_MUST(sk_state_committed(s, s->committed[i].segment) == s->committed[i].records);
    }
    for (size_t i = 0; i < s->peer_count; i++) {
        const char *name = s->peers[i].name;

        FUZZ_MUST(fuzz_text(name, strnlen(name, SK_PEER_NAME_MAX), false));
        FUZZ_MUST(name[SK_PEER_NAME_MAX] == '\0');
    }
}

/* No bundle is acknowledged that did not come, nor one behind a gap. */
static void check_serials(const struct sk_series *s)
{
    const struct sk_known_bundle *done = sk_series_arrived(s);
    uint32_t first = 0, last = 0;

    for (size_t i = 1; i < s->bundle_count; i++) {
        FUZZ_MUST(s->bundles[i - 1].serial < s->bundles[i].serial);
    }
    if (sk_series_bundle(s, UINT32_MAX) != NULL) {
        return; /* no serial comes behind the last one */
    }
    if (done != NULL) {
        FUZZ_MUST(sk_series_bundle(s, s->start) != NULL && !done->lost);
    }
    if (sk_series_gap(s, s->start, &first, &last)) {
        FUZZ_MUST(first <= last && (done == NULL || done->serial < first));
        FUZZ_MUST(sk_series_bundle(s, first) == NULL && sk_series_bundle(s, last) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_state state;
    uint8_t *sealed = malloc(size + SK_VAULT_EXTRA);

    FUZZ_MUST(sealed != NULL);
    sk_vault_seal(sealed, key, label, sizeof label, data, size);
    sk_state_init(&state);
    if (load(&state, sealed, size + SK_VAULT_EXTRA) == SK_OK) {
        check_lists(&state);
        for (size_t i = 0; i < state.series_count; i++) {
            check_serials(&state.series[i]);
        }
    }
    sk_state_free(&state);
    FUZZ_MUST(load(&state, data, size) == SK_ERR_CORRUPT);
    free(sealed);
    return 0;
}
