#include "keys/format/block_digest.h"

#include "keys/format/class.h"

void sk_block_digest_init(struct sk_block_digest *digest)
{
    crypto_hash_sha256_init(&digest->blocks);
    crypto_hash_sha256_init(&digest->block);
    digest->fill = 0;
}

static void block_end(struct sk_block_digest *digest)
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_final(&digest->block, hash);
    crypto_hash_sha256_update(&digest->blocks, hash, sizeof hash);
    crypto_hash_sha256_init(&digest->block);
    digest->fill = 0;
    sodium_memzero(hash, sizeof hash); /* it could confirm a guess at the text */
}

void sk_block_digest_update(struct sk_block_digest *digest, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        size_t room = SK_CHUNK_CONTENT - digest->fill;
        size_t n = len < room ? len : room;

        crypto_hash_sha256_update(&digest->block, bytes, n);
        digest->fill += n;
        bytes += n;
        len -= n;
        if (digest->fill == SK_CHUNK_CONTENT) {
            block_end(digest);
        }
    }
}

void sk_block_digest_final(struct sk_block_digest *digest, uint8_t d[32])
{
    if (digest->fill > 0) {
        block_end(digest);
    }
    crypto_hash_sha256_final(&digest->blocks, d);
    sodium_memzero(digest, sizeof *digest);
}
