#include "keys/desk/digests.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"

#define ID_BYTES 8

/* Digests are evenly spread: their first bytes are the hash. Equal ids are neighbours. */
static size_t place(const struct sk_digests *set, const struct sk_digest *digest, size_t compare)
{
    size_t i = (size_t)sk_get_u64(digest->b) & (set->room - 1);

    while (set->values[i] != 0 && memcmp(set->keys[i].b, digest->b, compare) != 0) {
        i = (i + 1) & (set->room - 1);
    }
    return i;
}

static enum sk_error grow(struct sk_digests *set)
{
    struct sk_digests bigger = {.room = set->room == 0 ? 256 : set->room * 2};

    bigger.keys = calloc(bigger.room, sizeof *bigger.keys);
    bigger.values = calloc(bigger.room, sizeof *bigger.values);
    if (bigger.keys == NULL || bigger.values == NULL) {
        sk_digests_free(&bigger);
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < set->room; i++) {
        if (set->values[i] != 0) {
            size_t at = place(&bigger, &set->keys[i], sizeof set->keys[i]);

            bigger.keys[at] = set->keys[i];
            bigger.values[at] = set->values[i];
        }
    }
    bigger.count = set->count;
    sk_digests_free(set);
    *set = bigger;
    return SK_OK;
}

enum sk_error sk_digests_add(struct sk_digests *set, const struct sk_digest *digest, size_t value)
{
    size_t at;

    if (2 * (set->count + 1) > set->room) {
        enum sk_error e = grow(set);

        if (e != SK_OK) {
            return e;
        }
    }
    at = place(set, digest, sizeof *digest);
    if (set->values[at] == 0) {
        set->keys[at] = *digest;
        set->values[at] = value + 1;
        set->count++;
    }
    return SK_OK;
}

bool sk_digests_find(const struct sk_digests *set, const struct sk_digest *digest, size_t *value)
{
    size_t at;

    if (set->room == 0) {
        return false;
    }
    at = place(set, digest, sizeof *digest);
    if (set->values[at] == 0) {
        return false;
    }
    if (value != NULL) {
        *value = set->values[at] - 1;
    }
    return true;
}

const struct sk_digest *sk_digests_same_id(const struct sk_digests *set,
                                           const struct sk_digest *digest)
{
    size_t at;

    if (set->room == 0) {
        return NULL;
    }
    at = place(set, digest, ID_BYTES);
    return set->values[at] != 0 ? &set->keys[at] : NULL;
}

void sk_digests_free(struct sk_digests *set)
{
    free(set->keys);
    free(set->values);
    memset(set, 0, sizeof *set);
}
