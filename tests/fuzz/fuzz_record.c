/* What a dishonest desk may seal to the holder of a code: up to four records of any plaintext,
 * on a board that is in order. Input: the plaintexts, one after the other, the last one filled
 * up with zeros. */
#include <string.h>

#include "keys/base/hash.h"
#include "keys/format/record.h"
#include "tests/fuzz/answers.h"
#include "tests/fuzz/fuzz.h"

enum { RECORD_BITS = 3, RECORDS = 1 << RECORD_BITS };

struct making {
    struct sk_board board;
    uint8_t bucket[RECORDS][SK_RECORD_BYTES];
};

static void seal(struct making *m, uint8_t part, const uint8_t *plain)
{
    static const uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    const struct sk_receipt *receipt = fuzz_receipt();
    uint8_t *tag = m->bucket[part], key[32], box[SK_RECORD_BOX];

    sk_record_tag(tag, &receipt->mailbox, &m->board.identity, m->board.counter, part);
    sk_record_key(key, &receipt->mailbox, &m->board.identity, m->board.counter, part);
    FUZZ_MUST(crypto_box_seal(box, plain, SK_RECORD_PLAIN, receipt->reply_pk.b) == 0);
    crypto_aead_chacha20poly1305_ietf_encrypt(tag + SK_RECORD_TAG, NULL, box, sizeof box, tag,
                                              SK_RECORD_TAG, NULL, nonce, key);
}

static int by_tag(const void *a, const void *b)
{
    return memcmp(a, b, SK_RECORD_TAG);
}

static unsigned make(struct making *m, const uint8_t *data, size_t size)
{
    unsigned parts = 0;

    memset(m, 0, sizeof *m);
    m->board.record_bits = RECORD_BITS;
    m->board.counter = 7;
    for (unsigned i = 0; i < RECORDS; i++) {
        m->bucket[i][SK_RECORD_TAG - 1] = (uint8_t)i; /* fillers */
    }
    for (; size > 0 && parts < SK_ANSWER_PARTS; parts++) {
        uint8_t plain[SK_RECORD_PLAIN] = {0};
        size_t n = size < sizeof plain ? size : sizeof plain;

        memcpy(plain, data, n);
        seal(m, (uint8_t)parts, plain);
        data += n;
        size -= n;
    }
    qsort(m->bucket, RECORDS, SK_RECORD_BYTES, by_tag);
    sk_blake2b(&m->board.buckets[0], m->bucket, sizeof m->bucket);
    return parts;
}

static enum sk_error bucket_read(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct making *m = ctx;

    FUZZ_MUST(bucket == 0 && len == sizeof m->bucket);
    memcpy(bytes, m->bucket, len);
    return SK_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct making m;
    static struct sk_answer answer;
    unsigned parts = make(&m, data, size);
    enum sk_error e = sk_answer_read(&answer, &m.board, fuzz_receipt(), bucket_read, &m);

    FUZZ_MUST((e == SK_ERR_NOT_FOUND) == (parts == 0));
    FUZZ_MUST(parts == 0 || e == SK_OK || e == SK_ERR_ANSWER_FORMAT || e == SK_ERR_ANSWER_PARTS);
    if (e == SK_OK) {
        FUZZ_MUST(answer.text_len <= parts * SK_ANSWER_PART_TEXT);
        fuzz_answer_check(&answer);
    }
    return 0;
}
