/*
 * The one keyed hash of all formats (FORMAT, Rules):
 *   F(key, label, data) = BLAKE2b-256 with key over  u8 len(label) || label || data
 */
#ifndef SK_KEYS_BASE_HASH_H
#define SK_KEYS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/key_types.h"

/* key: 32 bytes, or NULL for none. label: at most 255 bytes, NUL-terminated. data may be NULL
 * when len is 0. out must not overlap data. Cannot fail. */
void sk_derive(uint8_t out[32], const uint8_t *key, const char *label, const void *data,
               size_t len);

/* Plain BLAKE2b-256. */
void sk_blake2b(struct sk_digest *out, const void *data, size_t len);

#endif
