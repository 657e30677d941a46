#include "keys/format/envelope.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "keys/format/slots.h"

enum { SUITE_X25519 = 1 };

enum sk_error sk_envelope_visible_read(const uint8_t header[8], uint32_t *epoch)
{
    if (header[0] != SUITE_X25519) {
        return SK_ERR_ENVELOPE_SUITE;
    }
    if (!sk_all_zero(header + 1, 3)) {
        return SK_ERR_ENVELOPE_RESERVED;
    }
    *epoch = sk_get_u32(header + 4);
    return SK_OK;
}

enum sk_error sk_envelope_visible_check(const uint8_t header[8], time_t now)
{
    uint32_t epoch;
    enum sk_error e = sk_envelope_visible_read(header, &epoch);

    if (e != SK_OK) {
        return e;
    }
    return sk_epoch_accepted(epoch, now) ? SK_OK : SK_ERR_ENVELOPE_EPOCH;
}

size_t sk_chunker_put(struct sk_chunker *chunker, const uint8_t *content, size_t len)
{
    size_t room = SK_CHUNK_CONTENT - (size_t)chunker->fill;
    size_t n = len < room ? len : room;

    if (n > 0) {
        memcpy(chunker->plain + 2 + chunker->fill, content, n);
        chunker->fill = (uint16_t)(chunker->fill + n);
    }
    return n;
}

void sk_chunker_seal(struct sk_chunker *chunker, const struct sk_payload_key *key, bool last,
                     uint8_t out[SK_CHUNK_BYTES])
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    sk_put_u16(chunker->plain, chunker->fill);
    sk_chunk_nonce(nonce, chunker->next, last);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, chunker->plain, sizeof chunker->plain,
                                              NULL, 0, NULL, nonce, key->b);
    /* Wipes what was sent, and is the zero padding of a chunk that is not filled up. */
    sodium_memzero(chunker->plain, sizeof chunker->plain);
    chunker->fill = 0;
    chunker->next++;
}
