#include "keys/desk/verify.h"
#include "keys/base/file.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

static enum sk_error pass(int fd, struct sk_opener *opener, uint32_t chunks,
                          crypto_generichash_state *hash, struct sk_progress *progress)
{
    uint8_t chunk[SK_CHUNK_BYTES];
    const uint8_t *content;
    size_t len;
    enum sk_error e = SK_OK;

    for (uint32_t i = 0; e == SK_OK && i < chunks; i++) {
        e = sk_fd_read(fd, chunk, sizeof chunk, SK_ERR_IO);
        if (e == SK_OK) {
            crypto_generichash_update(hash, chunk, sizeof chunk);
            e = sk_opener_chunk(opener, chunk, &content, &len);
            sk_progress_add(progress, sizeof chunk);
        }
    }
    return e;
}

enum sk_error sk_verify_file(int fd, uint64_t len, const struct sk_digest *expected,
                             const struct sk_x25519_sk *own, struct sk_progress *progress,
                             struct sk_opened *opened, struct sk_payload_key *key)
{
    uint8_t header[SK_HEADER_BYTES];
    crypto_generichash_state hash;
    struct sk_digest actual;
    struct sk_opener *opener = NULL;
    enum sk_error e = len < sizeof header ? SK_ERR_ENVELOPE_LENGTH
                                          : sk_fd_read(fd, header, sizeof header, SK_ERR_IO);

    if (e == SK_OK) {
        e = sk_opener_new(&opener, header, len, own, 1);
    }
    if (e != SK_OK) {
        return e;
    }
    crypto_generichash_init(&hash, NULL, 0, sizeof actual.b);
    crypto_generichash_update(&hash, header, sizeof header);
    e = pass(fd, opener, sk_class_of_length(len), &hash, progress);
    if (e == SK_OK) {
        e = sk_opener_end(opener, NULL, 0, opened);
    }
    crypto_generichash_final(&hash, actual.b, sizeof actual.b);
    if (e == SK_OK && memcmp(&actual, expected, sizeof actual) != 0) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        sk_opener_payload_key(opener, key);
    }
    sk_opener_free(opener);
    return e;
}
