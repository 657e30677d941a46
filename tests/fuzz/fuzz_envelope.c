/* Envelopes on the desk, with the key that the seeds are sealed to (bytes 40 40 ... 40). */
#include <string.h>

#include "keys/open/opener.h"
#include "tests/fuzz/fuzz.h"

static enum sk_error open_all(struct sk_opener *opener, const uint8_t *data, uint32_t chunks)
{
    enum sk_error e = SK_OK;
    struct sk_opened opened;
    const uint8_t *content;
    size_t len;

    for (uint32_t i = 0; i < chunks && e == SK_OK; i++) {
        e = sk_opener_chunk(opener, data + SK_HEADER_BYTES + (size_t)i * SK_CHUNK_BYTES, &content,
                            &len);
        FUZZ_MUST(e != SK_OK || len <= SK_CHUNK_CONTENT);
    }
    return e != SK_OK ? e : sk_opener_end(opener, NULL, 0, &opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sk_x25519_sk key;
    struct sk_opener *opener;
    uint32_t epoch, chunks;

    if (size < SK_HEADER_BYTES) {
        return 0;
    }
    memset(key.b, 0x40, sizeof key.b);
    if (sk_envelope_epoch(data, size, &epoch, &chunks) != SK_OK) {
        return 0;
    }
    FUZZ_MUST(sk_envelope_length(chunks) == size);
    if (sk_opener_new(&opener, data, size, &key, 1) == SK_OK) {
        (void)open_all(opener, data, chunks);
        sk_opener_free(opener);
    }
    return 0;
}
