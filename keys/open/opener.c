#include "keys/open/opener.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/format/block_digest.h"
#include "keys/format/chunk.h"
#include "keys/format/slots.h"

enum { SIGNATURE = SK_CONTENT_SIGNATURE_BYTES };

struct sk_opener {
    enum sk_error failed; /* sticky: the error of the first refused chunk */
    uint32_t chunks, next;
    bool content_ended;
    uint64_t content_len;
    uint8_t header[SK_HEADER_BYTES];
    struct sk_file_key file_key;
    struct sk_payload_key key;
    uint8_t prelude[SK_PRELUDE_BYTES];
    uint8_t tail[SIGNATURE]; /* the last bytes of the content so far; at the end, the signature */
    size_t tail_len;
    struct sk_block_digest digest; /* of the content without the tail */
    uint8_t plain[SK_CHUNK_PLAIN];
};

enum sk_error sk_envelope_epoch(const uint8_t header[SK_HEADER_BYTES], uint64_t envelope_len,
                                uint32_t *epoch, uint32_t *chunks)
{
    uint32_t class = sk_class_of_length(envelope_len);

    if (class == 0) {
        return SK_ERR_ENVELOPE_LENGTH;
    }
    enum sk_error e = sk_envelope_visible_read(header, epoch);

    if (e != SK_OK) {
        return e;
    }
    *chunks = class;
    return SK_OK;
}

/* Tries every slot with every key. */
static enum sk_error find_file_key(struct sk_file_key *out, const uint8_t *header,
                                   const struct sk_x25519_sk *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sk_x25519_pk pk;

        crypto_scalarmult_base(pk.b, keys[i].b);
        for (size_t j = 0; j < SK_SLOTS; j++) {
            if (crypto_box_seal_open(out->b, sk_header_slot(header, j), SK_SLOT_BYTES, pk.b,
                                     keys[i].b) == 0) {
                return SK_OK;
            }
        }
    }
    return SK_ERR_ENVELOPE_NOT_OURS;
}

enum sk_error sk_opener_new(struct sk_opener **out, const uint8_t header[SK_HEADER_BYTES],
                            uint64_t envelope_len, const struct sk_x25519_sk *keys, size_t count)
{
    struct sk_opener *opener;
    uint32_t epoch, chunks;
    enum sk_error e = sk_envelope_epoch(header, envelope_len, &epoch, &chunks);

    if (e != SK_OK) {
        return e;
    }
    opener = sk_secret_new(sizeof *opener);
    if (opener == NULL) {
        return SK_ERR_MEMORY;
    }
    opener->chunks = chunks;
    memcpy(opener->header, header, sizeof opener->header);
    sk_block_digest_init(&opener->digest);
    e = find_file_key(&opener->file_key, header, keys, count);
    if (e != SK_OK) {
        goto out;
    }
    if (!sk_header_commits(header, &opener->file_key)) {
        e = SK_ERR_ENVELOPE_COMMITMENT;
        goto out;
    }
    sk_payload_key_derive(&opener->key, &opener->file_key, header);
    *out = opener;
    opener = NULL;
out:
    sk_opener_free(opener);
    return e;
}

void sk_opener_free(struct sk_opener *opener)
{
    sk_secret_free(opener);
}

void sk_opener_payload_key(const struct sk_opener *opener, struct sk_payload_key *out)
{
    *out = opener->key;
}

/* Opens chunk i into plain, which is wiped when the chunk is refused; *content points into it. */
static enum sk_error plain_open(const struct sk_payload_key *key, uint32_t chunks, uint32_t i,
                                const uint8_t *in, uint8_t plain[SK_CHUNK_PLAIN],
                                const uint8_t **content, size_t *len)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    enum sk_error e = SK_ERR_CHUNK_FORGED;

    sk_chunk_nonce(nonce, i, i == chunks - 1);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, in, SK_CHUNK_BYTES, NULL, 0,
                                                  nonce, key->b) == 0) {
        e = sk_chunk_read(plain, content, len);
    }
    if (e != SK_OK) {
        sodium_memzero(plain, SK_CHUNK_PLAIN);
    }
    return e;
}

enum sk_error sk_chunk_open(const struct sk_payload_key *key, uint32_t chunks, uint32_t i,
                            const uint8_t in[SK_CHUNK_BYTES], uint8_t *content, size_t *len)
{
    uint8_t plain[SK_CHUNK_PLAIN];
    const uint8_t *opened;
    size_t n;

    if (i >= chunks) {
        return SK_ERR_USAGE;
    }
    enum sk_error e = plain_open(key, chunks, i, in, plain, &opened, &n);

    if (e == SK_OK) {
        memcpy(content, opened, n);
        *len = n;
    }
    sodium_memzero(plain, sizeof plain);
    return e;
}

/* Keeps the prelude and digests all but the last 64 bytes so far, which may be the signature. */
static void absorb(struct sk_opener *opener, const uint8_t *content, size_t len)
{
    size_t total = opener->tail_len + len;
    size_t ready = total > SIGNATURE ? total - SIGNATURE : 0;
    size_t from_tail = ready < opener->tail_len ? ready : opener->tail_len;
    size_t from_content = ready - from_tail;

    if (opener->next == 0) {
        memcpy(opener->prelude, content, len < SK_PRELUDE_BYTES ? len : SK_PRELUDE_BYTES);
    }
    sk_block_digest_update(&opener->digest, opener->tail, from_tail);
    sk_block_digest_update(&opener->digest, content, from_content);
    opener->tail_len -= from_tail;
    memmove(opener->tail, opener->tail + from_tail, opener->tail_len);
    memcpy(opener->tail + opener->tail_len, content + from_content, len - from_content);
    opener->tail_len += len - from_content;
    opener->content_len += len;
}

enum sk_error sk_opener_chunk(struct sk_opener *opener, const uint8_t in[SK_CHUNK_BYTES],
                              const uint8_t **content, size_t *len)
{
    const uint8_t *opened;
    size_t n = 0;

    if (opener->failed != SK_OK) {
        return opener->failed;
    }
    if (opener->next >= opener->chunks) {
        return SK_ERR_USAGE;
    }
    enum sk_error e =
        plain_open(&opener->key, opener->chunks, opener->next, in, opener->plain, &opened, &n);

    if (e == SK_OK && opener->content_ended && n > 0) {
        sodium_memzero(opener->plain, sizeof opener->plain);
        e = SK_ERR_CHUNK_ORDER;
    }
    if (e != SK_OK) {
        opener->failed = e;
        return e;
    }
    absorb(opener, opened, n);
    opener->content_ended = n < SK_CHUNK_CONTENT;
    opener->next++;
    *content = opened;
    *len = n;
    return SK_OK;
}

/* Implementations of Ed25519 disagree on keys of mixed order, and a report must verify everywhere
 * or nowhere. With a key of prime order, libsodium's equation holds only for an R of prime order.
 */
static enum sk_error signature_check(const struct sk_opener *opener,
                                     const struct sk_ed25519_pk *sign_pk)
{
    struct sk_block_digest digest = opener->digest;
    uint8_t d[32], message[SK_REPORT_SIGNED_BYTES];

    sk_block_digest_final(&digest, d);
    sk_report_signed_message(message, opener->header, d);
    bool good = crypto_core_ed25519_is_valid_point(sign_pk->b) != 0 &&
                crypto_sign_verify_detached(opener->tail, message, sizeof message, sign_pk->b) == 0;

    sodium_memzero(d, sizeof d);
    sodium_memzero(message, sizeof message);
    return good ? SK_OK : SK_ERR_CONTENT_SIGNATURE;
}

/* A recipient, who holds the file key, could seal other content under this header, but only with
 * the writer's keys, from which the file key is derived (FORMAT section 1), and without their
 * signature. */
static enum sk_error keys_check(const struct sk_opener *opener, const struct sk_prelude *prelude)
{
    struct sk_file_key file_key;

    sk_file_key_derive(&file_key, prelude);
    int differs = sodium_memcmp(file_key.b, opener->file_key.b, sizeof file_key.b);

    sodium_memzero(&file_key, sizeof file_key);
    return differs == 0 ? SK_OK : SK_ERR_CONTENT_KEYS;
}

static enum sk_error content_check(const struct sk_opener *opener, struct sk_prelude *prelude)
{
    if (sk_class_for(opener->content_len) != opener->chunks) {
        return SK_ERR_CONTENT_CLASS;
    }
    if (opener->content_len < SK_PRELUDE_BYTES + SIGNATURE) {
        return SK_ERR_CONTENT_SHORT;
    }
    enum sk_error e = sk_prelude_read(prelude, opener->prelude);

    if (e != SK_OK) {
        return e;
    }
    e = keys_check(opener, prelude);
    if (e != SK_OK) {
        return e;
    }
    return signature_check(opener, &prelude->sign_pk);
}

enum sk_error sk_opener_end(struct sk_opener *opener, const struct sk_x25519_pk *known,
                            size_t known_count, struct sk_opened *out)
{
    struct sk_prelude prelude = {0};
    struct sk_recipients recipients;

    if (opener->failed != SK_OK) {
        return opener->failed;
    }
    if (opener->next != opener->chunks) {
        return SK_ERR_ENVELOPE_LENGTH;
    }
    enum sk_error e = content_check(opener, &prelude);

    if (e != SK_OK) {
        goto out;
    }
    e = sk_recipients_find(&recipients, opener->header, &opener->file_key, known, known_count);
    if (e != SK_OK) {
        goto out;
    }
    sodium_memzero(&prelude.seed, sizeof prelude.seed); /* needed for the check only */
    *out = (struct sk_opened){
        .prelude = prelude,
        .body_offset = SK_PRELUDE_BYTES,
        .body_len = opener->content_len - SK_PRELUDE_BYTES - SIGNATURE,
        .chunks = opener->chunks,
        .known = recipients.known,
        .dummies = recipients.dummies,
        .unknown = recipients.unknown,
    };
out:
    sodium_memzero(&prelude, sizeof prelude);
    return e;
}

enum sk_error sk_opener_recipients(const struct sk_opener *opener, const struct sk_x25519_pk *known,
                                   size_t known_count, struct sk_recipients *out)
{
    return sk_recipients_find(out, opener->header, &opener->file_key, known, known_count);
}
