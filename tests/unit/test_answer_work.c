/* Looking an answer up costs the same whatever the code is: counted, not timed. What is counted are
 * the buckets read, and the openings of both layers, by functions that stand before libsodium's. */
#include <dlfcn.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/format/answer.h"
#include "tests/unit/formats.h"

enum { HEADER = 136 + 2 * 32 + 64, BUCKET = 8 * 1024 };
enum { EMPTY, SHORT, LONG, LONGEST, ANSWERS }; /* LONG has two parts, LONGEST four */

static struct work {
    unsigned buckets, outer, inner, ladders;
} done;

typedef int (*decrypt_type)(unsigned char *, unsigned long long *, unsigned char *,
                            const unsigned char *, unsigned long long, const unsigned char *,
                            unsigned long long, const unsigned char *, const unsigned char *);
typedef int (*open_type)(unsigned char *, const unsigned char *, unsigned long long,
                         const unsigned char *, const unsigned char *);

/* ISO C has no way from an object pointer to a function; POSIX has. */
static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    return found;
}

int crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char *m, unsigned long long *m_len,
                                              unsigned char *nsec, const unsigned char *c,
                                              unsigned long long c_len, const unsigned char *ad,
                                              unsigned long long ad_len, const unsigned char *npub,
                                              const unsigned char *k)
{
    decrypt_type real;

    *(void **)&real = next("crypto_aead_chacha20poly1305_ietf_decrypt");
    done.outer++;
    return real(m, m_len, nsec, c, c_len, ad, ad_len, npub, k);
}

int crypto_box_seal_open(unsigned char *m, const unsigned char *c, unsigned long long c_len,
                         const unsigned char *pk, const unsigned char *sk)
{
    unsigned char shared[crypto_scalarmult_BYTES];
    open_type real;

    *(void **)&real = next("crypto_box_seal_open");
    done.inner++;
    /* An ephemeral key of low order is refused before the work is done. */
    done.ladders += crypto_scalarmult(shared, sk, c) == 0;
    return real(m, c, c_len, pk, sk);
}

static enum sk_error read_bucket(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct formats *f = ctx;

    assert_int_equal(len, BUCKET);
    done.buckets++;
    memcpy(bytes, f->file.p + HEADER + (size_t)BUCKET * bucket, len);
    return SK_OK;
}

static void expect_work(struct formats *f, const struct sk_board *board, const uint8_t *r,
                        enum sk_error error)
{
    struct sk_receipt receipt;
    struct sk_answer answer;

    sk_receipt_derive(&receipt, r);
    done = (struct work){0};
    assert_error(sk_answer_read(&answer, board, &receipt, read_bucket, f), error);
    assert_int_equal(done.buckets, SK_ANSWER_PARTS);
    assert_int_equal(done.outer, SK_ANSWER_PARTS);
    assert_int_equal(done.inner, SK_ANSWER_PARTS);
    assert_int_equal(done.ladders, SK_ANSWER_PARTS);
}

static void test_every_code_costs_the_same(void **state)
{
    uint8_t r[SK_CODE_RANDOM];
    struct sk_ed25519_pk desk;
    struct sk_board board;
    struct formats f;

    (void)state;
    formats_open(&f, "board");
    memcpy(desk.b, f.desk.b + 32, 32);
    assert_error(sk_board_read(&board, f.file.p, HEADER, &desk), SK_OK);
    const json_t *answers = json_object_get(json_object_get(f.json, "board"), "answers");

    for (size_t i = 0; i < ANSWERS; i++) {
        unit_hex_field(r, sizeof r, json_array_get(answers, i), "r");
        expect_work(&f, &board, r, SK_OK);
    }
    for (int i = 0; i < 20; i++) {
        randombytes_buf(r, sizeof r);
        expect_work(&f, &board, r, SK_ERR_NOT_FOUND);
    }
    formats_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_code_costs_the_same)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
