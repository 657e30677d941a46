/*
 * Who can read an opened report: slots are made again from its file key (FORMAT section 1,
 * "Opening"), which proves those of known keys and dummies; the others belong to unknown keys.
 */
#ifndef SK_KEYS_OPEN_RECIPIENTS_H
#define SK_KEYS_OPEN_RECIPIENTS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"

#define SK_KNOWN_MAX 32 /* bits of `known` */

struct sk_recipients {
    uint32_t known;   /* bit i: the i-th known key has a slot */
    unsigned dummies; /* slots of dummies, which nobody can open */
    unsigned unknown; /* the others */
};

/* RECIPIENTS_SLOTS unless the proven slots ascend and all slots differ. A known key of low order
 * has no slot. USAGE for more than SK_KNOWN_MAX. */
enum sk_error sk_recipients_find(struct sk_recipients *out, const uint8_t header[SK_HEADER_BYTES],
                                 const struct sk_file_key *file_key,
                                 const struct sk_x25519_pk *known, size_t known_count);

#endif
