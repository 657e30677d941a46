/*
 * D of the writer's signature (FORMAT section 2): SHA-256 of the concatenated SHA-256 of each
 * 16,382-byte block of prelude || body. Internal to the sealing and opening code. The state holds
 * bytes of the content: keep it in memory from sk_secret_new().
 */
#ifndef SK_KEYS_FORMAT_BLOCK_DIGEST_H
#define SK_KEYS_FORMAT_BLOCK_DIGEST_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

struct sk_block_digest {
    crypto_hash_sha256_state blocks; /* over the digests of the blocks before this one */
    crypto_hash_sha256_state block;
    size_t fill; /* bytes in this block */
};

void sk_block_digest_init(struct sk_block_digest *digest);

/* Bytes in pieces of any size: blocks are counted here. */
void sk_block_digest_update(struct sk_block_digest *digest, const uint8_t *bytes, size_t len);

/* Wipes the state. */
void sk_block_digest_final(struct sk_block_digest *digest, uint8_t d[32]);

#endif
