/*
 * The signature under sheets, boards and carry bundles (FORMAT sections 4 to 6): the last 64 bytes,
 * Ed25519 over  label || 00 || all bytes before.
 */
#ifndef SK_KEYS_FORMAT_SIGNED_H
#define SK_KEYS_FORMAT_SIGNED_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"

#define SK_SIGNATURE_BYTES sizeof(struct sk_signature)

/* label: NUL-terminated, at most SK_SIGNED_LABEL_MAX bytes. */
#define SK_SIGNED_LABEL_MAX 31

/* Signs all but the last 64 of len bytes and writes the signature there. USAGE (fewer than 64),
 * MEMORY. */
enum sk_error sk_signed_make(uint8_t *bytes, size_t len, const char *label,
                             const struct sk_ed25519_sk *sk);

/* SK_OK, MEMORY, or `bad` when it does not verify. The key must be of prime order, so that
 * implementations with different habits cannot disagree on a file. */
enum sk_error sk_signed_check(const uint8_t *bytes, size_t len, const char *label,
                              const struct sk_ed25519_pk *pk, enum sk_error bad);

#endif
