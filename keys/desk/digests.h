/* A set of digests with a number for each: which reports are known. */
#ifndef SK_KEYS_DESK_DIGESTS_H
#define SK_KEYS_DESK_DIGESTS_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

struct sk_digests { /* all zero: empty */
    struct sk_digest *keys;
    size_t *values; /* value + 1; 0: free */
    size_t room, count;
};

/* An existing digest keeps its value. MEMORY. */
enum sk_error sk_digests_add(struct sk_digests *set, const struct sk_digest *digest, size_t value);

/* value may be NULL. */
bool sk_digests_find(const struct sk_digests *set, const struct sk_digest *digest, size_t *value);

/* The member that shares the first eight bytes (the id of a report), or NULL. */
const struct sk_digest *sk_digests_same_id(const struct sk_digests *set,
                                           const struct sk_digest *digest);
void sk_digests_free(struct sk_digests *set);

#endif
