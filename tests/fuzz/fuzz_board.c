/* Board headers. The desk key is the fixed one that made the seeds. */
#include <sodium.h>

#include "keys/format/board.h"
#include "tests/fuzz/fuzz.h"

static void desk_key(struct sk_ed25519_pk *pk)
{
    uint8_t seed[32], sk[64];

    for (unsigned i = 0; i < sizeof seed; i++) {
        seed[i] = 0x42;
    }
    crypto_sign_seed_keypair(pk->b, sk, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sk_board board;
    static struct sk_ed25519_pk desk;
    static int ready;

    if (!ready) {
        desk_key(&desk);
        ready = 1;
    }
    size_t header = sk_board_header_length(data, size);

    FUZZ_MUST(header <= SK_BOARD_HEADER_MAX);
    if (header != 0 && header <= size && sk_board_read(&board, data, header, &desk) == SK_OK) {
        size_t bucket = sk_board_bucket_length(&board);

        FUZZ_MUST(board.header_len == header);
        if (size - header >= bucket) {
            (void)sk_board_bucket_check(&board, 0, data + header, bucket);
        }
    }
    return 0;
}
