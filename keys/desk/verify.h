/* The first pass over a sealed original: verifies every chunk and the writer's signature, and
 * discards the content. */
#ifndef SK_KEYS_DESK_VERIFY_H
#define SK_KEYS_DESK_VERIFY_H

#include "keys/base/key_types.h"
#include "keys/cli/progress.h"
#include "keys/open/opener.h"

/* fd: at the beginning of an envelope of len bytes whose BLAKE2b-256 must be `expected`; own: the
 * key of its epoch. Recipients are not checked (readers.h). On success *opened and *key are set.
 * CORRUPT (another digest), ENVELOPE_..., CHUNK_..., CONTENT_..., IO. */
enum sk_error sk_verify_file(int fd, uint64_t len, const struct sk_digest *expected,
                             const struct sk_x25519_sk *own, struct sk_progress *progress,
                             struct sk_opened *opened, struct sk_payload_key *key);

#endif
