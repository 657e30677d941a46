#include "keys/format/chunk.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/cursor.h"

enum { LENGTH_FIELD = SK_CHUNK_PLAIN - SK_CHUNK_CONTENT }; /* u16 k, before the content */

void sk_chunk_nonce(uint8_t nonce[12], uint64_t i, bool last)
{
    struct sk_field_writer w = sk_write_to(nonce, 12);

    sk_write_u64(&w, i);
    sk_write_zeros(&w, 3);
    sk_write_u8(&w, last ? 1 : 0);
}

enum sk_error sk_chunk_read(const uint8_t plain[SK_CHUNK_PLAIN], const uint8_t **content,
                            size_t *len)
{
    struct sk_field_reader r = sk_read_from(plain, SK_CHUNK_PLAIN);
    size_t k = sk_read_u16(&r);
    const uint8_t *p = sk_read_span(&r, k);

    if (p == NULL) {
        return SK_ERR_CHUNK_LENGTH;
    }
    sk_read_zeros(&r, r.left);
    if (r.reserved) {
        return SK_ERR_CHUNK_PADDING;
    }
    *content = p;
    *len = k;
    return SK_OK;
}

uint8_t *sk_chunker_content(struct sk_chunker *chunker)
{
    return chunker->plain + LENGTH_FIELD;
}

size_t sk_chunker_put(struct sk_chunker *chunker, const uint8_t *content, size_t len)
{
    size_t room = SK_CHUNK_CONTENT - (size_t)chunker->fill;
    size_t n = len < room ? len : room;

    if (n > 0) {
        memcpy(sk_chunker_content(chunker) + chunker->fill, content, n);
        chunker->fill = (uint16_t)(chunker->fill + n);
    }
    return n;
}

void sk_chunker_seal(struct sk_chunker *chunker, const struct sk_payload_key *key, bool last,
                     uint8_t out[SK_CHUNK_BYTES])
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    struct sk_field_writer w = sk_write_to(chunker->plain, LENGTH_FIELD);

    sk_write_u16(&w, chunker->fill);
    sk_chunk_nonce(nonce, chunker->next, last);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, chunker->plain, sizeof chunker->plain,
                                              NULL, 0, NULL, nonce, key->b);
    /* Wipes the content, and zeroes the padding of the next chunk. */
    sodium_memzero(chunker->plain, sizeof chunker->plain);
    chunker->fill = 0;
    chunker->next++;
}
