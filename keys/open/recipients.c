#include "keys/open/recipients.h"

#include <stdbool.h>
#include <string.h>

#include "keys/format/slots.h"

struct place {
    bool proven;
    uint8_t order[32];
};

static bool any_twice(const uint8_t *header)
{
    for (size_t i = 0; i < SK_SLOTS; i++) {
        for (size_t j = 0; j < i; j++) {
            if (memcmp(sk_header_slot(header, i), sk_header_slot(header, j), SK_SLOT_BYTES) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the slot that the file key produces for pk is in the header; marks its place as proven.
 */
static bool prove(struct place places[SK_SLOTS], const uint8_t *header,
                  const struct sk_file_key *file_key, const struct sk_x25519_pk *pk)
{
    uint8_t slot[SK_SLOT_BYTES];

    if (sk_slot_make(slot, file_key, pk) != SK_OK) {
        return false;
    }
    for (size_t i = 0; i < SK_SLOTS; i++) {
        if (memcmp(slot, sk_header_slot(header, i), sizeof slot) == 0) {
            places[i].proven = true;
            sk_slot_order(places[i].order, file_key, pk);
            return true;
        }
    }
    return false;
}

static unsigned proven_count(const struct place places[SK_SLOTS])
{
    unsigned n = 0;

    for (size_t i = 0; i < SK_SLOTS; i++) {
        n += places[i].proven;
    }
    return n;
}

/* The order of unknown slots cannot be computed: they are skipped. */
static bool in_order(const struct place places[SK_SLOTS])
{
    const uint8_t *previous = NULL;

    for (size_t i = 0; i < SK_SLOTS; i++) {
        if (!places[i].proven) {
            continue;
        }
        if (previous != NULL && memcmp(previous, places[i].order, 32) > 0) {
            return false;
        }
        previous = places[i].order;
    }
    return true;
}

enum sk_error sk_recipients_find(struct sk_recipients *out, const uint8_t header[SK_HEADER_BYTES],
                                 const struct sk_file_key *file_key,
                                 const struct sk_x25519_pk *known, size_t known_count)
{
    struct place places[SK_SLOTS] = {{0}};
    struct sk_recipients found = {0};

    if (known_count > SK_KNOWN_MAX) {
        return SK_ERR_USAGE;
    }
    for (size_t i = 0; i < known_count; i++) {
        if (prove(places, header, file_key, &known[i])) {
            found.known |= UINT32_C(1) << i;
        }
    }
    /* Dummies have the numbers from the count of recipients to 7, so 7 is the likeliest; 0 is none,
     * since every report has a recipient. Stops when every slot is proven. */
    for (unsigned i = SK_SLOTS - 1; i > 0 && proven_count(places) < SK_SLOTS; i--) {
        struct sk_x25519_pk pk;

        sk_dummy_pk(&pk, file_key, i);
        found.dummies += prove(places, header, file_key, &pk);
    }
    if (any_twice(header) || !in_order(places)) {
        return SK_ERR_RECIPIENTS_SLOTS;
    }
    found.unknown = SK_SLOTS - proven_count(places);
    *out = found;
    return SK_OK;
}
