/* Whole boards as somebody with a code reads them: header, then the bucket of the code. The
 * receipt and the desk key are the fixed ones that made the seeds. */
#include <sodium.h>
#include <string.h>

#include "keys/format/answer.h"
#include "tests/fuzz/answers.h"
#include "tests/fuzz/fuzz.h"

struct file {
    const uint8_t *bytes;
    size_t size, header;
};

static enum sk_error bucket_read(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct file *f = ctx;
    size_t left = f->size - f->header;

    if (left / len <= bucket) {
        return SK_ERR_IO;
    }
    memcpy(bytes, f->bytes + f->header + bucket * len, len);
    return SK_OK;
}

static void desk_key(struct sk_ed25519_pk *pk)
{
    uint8_t seed[32], sk[64];

    memset(seed, 0x42, sizeof seed);
    crypto_sign_seed_keypair(pk->b, sk, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sk_board board;
    static struct sk_answer answer;
    static struct sk_ed25519_pk desk;
    struct file file = {data, size, sk_board_header_length(data, size)};

    desk_key(&desk);
    if (file.header == 0 || file.header > size ||
        sk_board_read(&board, data, file.header, &desk) != SK_OK) {
        return 0;
    }
    FUZZ_MUST(sk_board_file_length(&board) ==
              file.header + ((uint64_t)sk_board_bucket_length(&board) << board.bucket_bits));
    if (sk_answer_read(&answer, &board, fuzz_receipt(), bucket_read, &file) == SK_OK) {
        fuzz_answer_check(&answer);
    }
    return 0;
}
