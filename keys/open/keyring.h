/* The desk's secrets at rest (FORMAT section 7), and in guarded memory while it runs. */
#ifndef SK_KEYS_OPEN_KEYRING_H
#define SK_KEYS_OPEN_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

enum sk_keyring_type {
    SK_KEY_IDENTITY = 1,      /* Ed25519, 64 bytes; id 0 the current, 1 the next */
    SK_KEY_DESK = 2,          /* Ed25519, 64 bytes */
    SK_KEY_WEEK = 3,          /* X25519, 32 bytes; id = week number */
    SK_KEY_MONTH = 4,         /* X25519, 32 bytes; id = month number */
    SK_KEY_INDEX = 5,         /* 32 bytes; id = epoch of the index segment, 0 = the threads */
    SK_KEY_SHEET_SERIAL = 6,  /* u32: the serial last issued */
    SK_KEY_BOARD_COUNTER = 7, /* u64: the counter last spent */
    SK_KEY_IDENTITY_PK = 8,   /* Ed25519, 32 bytes: the identity's public half, id 0 */
    SK_KEY_THREADS = 9,       /* 32 bytes: of the log of threads; id = its generation */
    SK_KEY_DESTROYED = 10     /* u32 day on which the keys of this epoch (id) were destroyed */
};

#define SK_KEYRING_MAX (16u << 20)

struct sk_keyring;

void sk_keyring_free(struct sk_keyring *ring); /* NULL is a no-op; wipes */

/* The data of a record, in guarded memory owned by the ring, valid until this record is replaced
 * or removed; NULL if there is none. */
const uint8_t *sk_keyring_get(const struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id,
                              size_t *len);

/* Adds or replaces a record (data is copied); removes and wipes it. USAGE (data of a length that
 * the type does not have), TOO_LARGE (past SK_KEYRING_MAX), MEMORY, NOT_FOUND. */
enum sk_error sk_keyring_put(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id,
                             const uint8_t *data, size_t len);
enum sk_error sk_keyring_remove(struct sk_keyring *ring, enum sk_keyring_type type, uint32_t id);

/* Calls fn for every record of a type, by ascending id. fn must not change the ring. */
void sk_keyring_each(const struct sk_keyring *ring, enum sk_keyring_type type,
                     void (*fn)(void *ctx, uint32_t id, const uint8_t *data, size_t len),
                     void *ctx);

/* For keyring_file.c, which also keeps records of types that only a later version knows. */

/* Whether a record of this type can have this length. */
bool sk_keyring_length_fits(uint8_t type, size_t len);

/* Adds a record that must be new. data is copied. EXISTS, TOO_LARGE, MEMORY. */
enum sk_error sk_keyring_add(struct sk_keyring *ring, uint8_t type, uint32_t id,
                             const uint8_t *data, size_t len);

#endif
