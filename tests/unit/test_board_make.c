/* Making boards, judged by reading them back (FORMAT section 5). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/hash.h"
#include "keys/format/record.h"
#include "keys/open/board_make.h"
#include "tests/unit/formats.h"

enum { THREADS = 300 };

struct fixture {
    struct sk_ed25519_sk desk_sk;
    struct sk_ed25519_pk desk;
    struct sk_board plan;
    struct sk_thread threads[THREADS];
    struct sk_receipt receipts[THREADS];
    char text[SK_ANSWER_TEXT_MAX + 1];
    /* What was emitted. */
    uint8_t *file;
    size_t len, calls, fail_at;
    struct sk_digest digest;
    struct sk_board board;
};

/* Every sixth thread has no text, the others up to 3,584 bytes of two-byte letters after one of
 * one byte, so that letters lie across the borders of parts. */
static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);

    assert_true(sodium_init() >= 0);
    assert_non_null(x);
    crypto_sign_keypair(x->desk.b, x->desk_sk.b);
    x->plan = (struct sk_board){.issued_day = 20780,
                                .stale_day = 20794,
                                .carry_serial = 3,
                                .sheet_serial = 2,
                                .counter = 77};
    memset(x->plan.identity.b, 0x1D, 32);
    memset(x->plan.previous.b, 0x9E, 32);
    memset(x->plan.carry_digest.b, 0xCA, 32);
    x->text[0] = 'a';
    for (size_t i = 1; i + 1 < SK_ANSWER_TEXT_MAX; i += 2) {
        memcpy(x->text + i, "ї", 2);
    }
    x->text[SK_ANSWER_TEXT_MAX - 1] = 'z';
    for (size_t i = 0; i < THREADS; i++) {
        struct sk_thread *t = &x->threads[i];

        sk_receipt_random(&x->receipts[i]);
        t->mailbox = x->receipts[i].mailbox;
        t->reply_pk = x->receipts[i].reply_pk;
        t->status = (uint8_t)(1 + i % 6);
        t->day = (uint32_t)(20000 + i);
        memset(t->envelope.b, (int)i, 32);
        t->text_len = i % 6 == 0 ? 0 : 1 + i * 11 / 2 * 2;
        t->text = t->text_len > 0 ? x->text : NULL;
    }
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    free(x->file);
    free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static enum sk_error collect(void *ctx, const uint8_t *bytes, size_t len)
{
    struct fixture *x = ctx;
    uint8_t *file = realloc(x->file, x->len + len);

    assert_non_null(file);
    memcpy(file + x->len, bytes, len);
    x->file = file;
    x->len += len;
    return ++x->calls == x->fail_at ? SK_ERR_FULL : SK_OK;
}

static enum sk_error make(struct fixture *x, size_t count)
{
    free(x->file);
    x->file = NULL;
    x->len = x->calls = 0;
    return sk_board_make(&x->plan, &x->desk_sk, x->threads, count, collect, x, &x->digest);
}

/* Makes it and reads it with all checks. */
static void make_and_check(struct fixture *x, size_t count)
{
    assert_error(make(x, count), SK_OK);
    size_t header = sk_board_header_length(x->file, x->len);

    assert_error(sk_board_read(&x->board, x->file, header, &x->desk), SK_OK);
    assert_int_equal(sk_board_file_length(&x->board), x->len);
    assert_int_equal(x->calls, 1u + (1u << x->board.bucket_bits));
    assert_memory_equal(x->digest.b, x->board.digest.b, 32);
    size_t bucket = sk_board_bucket_length(&x->board);

    for (unsigned i = 0; i < 1u << x->board.bucket_bits; i++) {
        assert_error(sk_board_bucket_check(&x->board, i, x->file + header + i * bucket, bucket),
                     SK_OK);
    }
}

static enum sk_error read_bucket(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct fixture *x = ctx;

    memcpy(bytes, x->file + x->board.header_len + bucket * len, len);
    return SK_OK;
}

static enum sk_error answer_of(struct fixture *x, size_t i, struct sk_answer *answer)
{
    return sk_answer_read(answer, &x->board, &x->receipts[i], read_bucket, x);
}

static bool holds_tag(struct fixture *x, size_t thread, uint8_t part)
{
    uint8_t tag[SK_RECORD_TAG];

    sk_record_tag(tag, &x->threads[thread].mailbox, &x->plan.identity, x->plan.counter, part);
    for (size_t i = x->board.header_len; i < x->len; i += SK_RECORD_BYTES) {
        if (memcmp(x->file + i, tag, sizeof tag) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- what comes out --------------------------------------------------------- */

static void test_empty_board_has_64_records_for_nobody(void **state)
{
    struct fixture *x = *state;
    struct sk_answer answer;

    make_and_check(x, 0);
    assert_int_equal(x->board.bucket_bits, 0);
    assert_int_equal(x->board.record_bits, 6);
    assert_error(answer_of(x, 0, &answer), SK_ERR_NOT_FOUND);
    for (size_t i = x->board.header_len; i < x->len; i += SK_RECORD_BYTES) {
        assert_false(sodium_is_zero(x->file + i + 16, SK_RECORD_BYTES - 16));
    }
}

static void test_header_says_what_was_planned(void **state)
{
    struct fixture *x = *state;

    make_and_check(x, 1);
    assert_int_equal(x->board.issued_day, 20780);
    assert_int_equal(x->board.stale_day, 20794);
    assert_int_equal(x->board.carry_serial, 3);
    assert_int_equal(x->board.sheet_serial, 2);
    assert_int_equal(x->board.counter, 77);
    assert_memory_equal(x->board.identity.b, x->plan.identity.b, 32);
    assert_memory_equal(x->board.previous.b, x->plan.previous.b, 32);
    assert_memory_equal(x->board.carry_digest.b, x->plan.carry_digest.b, 32);
}

static void test_board_without_an_acknowledgement_reads(void **state)
{
    struct fixture *x = *state;

    x->plan.carry_serial = 0;
    memset(x->plan.carry_digest.b, 0, 32);
    make_and_check(x, 1);
    assert_int_equal(x->board.carry_serial, 0);
    assert_true(sodium_is_zero(x->board.carry_digest.b, 32));
}

static void test_every_thread_reads_its_answer(void **state)
{
    struct fixture *x = *state;
    struct sk_answer answer;
    size_t records = 0;

    make_and_check(x, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        const struct sk_thread *t = &x->threads[i];

        assert_error(answer_of(x, i, &answer), SK_OK);
        assert_int_equal(answer.status, t->status);
        assert_int_equal(answer.day, t->day);
        assert_memory_equal(answer.envelope.b, t->envelope.b, 32);
        assert_int_equal(answer.text_len, t->text_len);
        assert_memory_equal(answer.text, x->text, t->text_len);
        assert_int_equal(answer.text[t->text_len], 0);
        records += t->text_len == 0 ? 1 : (t->text_len + 895) / 896;
    }
    size_t places = (size_t)1 << (x->board.bucket_bits + x->board.record_bits);

    assert_int_equal(x->board.record_bits, 6);
    assert_true(2 * records <= places && 4 * records > places);
}

static void test_half_of_the_places_stay_free(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 0; i < 33; i++) {
        x->threads[i].text_len = 0;
    }
    make_and_check(x, 32);
    assert_int_equal(x->board.bucket_bits, 0);
    make_and_check(x, 33);
    assert_int_equal(x->board.bucket_bits, 1);
}

static void test_longest_answer_takes_four_parts(void **state)
{
    struct fixture *x = *state;
    struct sk_answer answer;

    x->threads[0].text = x->text;
    x->threads[0].text_len = SK_ANSWER_TEXT_MAX;
    make_and_check(x, 1);
    assert_error(answer_of(x, 0, &answer), SK_OK);
    assert_string_equal(answer.text, x->text);
    assert_true(holds_tag(x, 0, 3));
    x->threads[0].text_len = 896; /* 'a' and half a letter too many: not text */
    assert_error(make(x, 1), SK_ERR_ANSWER_FORMAT);
    x->threads[0].text_len = 895;
    make_and_check(x, 1);
    assert_false(holds_tag(x, 0, 1));
}

static void test_nothing_of_a_board_comes_again_in_the_next(void **state)
{
    struct fixture *x = *state;

    make_and_check(x, 40);
    uint8_t *first = x->file;
    size_t len = x->len, header = x->board.header_len;

    x->file = NULL;
    x->plan.counter++;
    make_and_check(x, 40);
    assert_int_equal(x->len, len);
    for (size_t i = header; i < len; i += SK_RECORD_BYTES) {
        for (size_t k = header; k < len; k += SK_RECORD_BYTES) {
            assert_memory_not_equal(first + i, x->file + k, 16);
            assert_memory_not_equal(first + i + 16, x->file + k + 16, 16);
        }
    }
    free(first);
}

/* What lies under the outer layer of a thread's first record: a sealed box, or noise. */
static void outer_open(struct fixture *x, size_t thread, uint8_t box[SK_RECORD_BOX])
{
    uint8_t tag[SK_RECORD_TAG], key[32], nonce[12] = {0};
    const struct sk_mailbox *mailbox = &x->threads[thread].mailbox;
    size_t i = x->board.header_len;

    sk_record_tag(tag, mailbox, &x->plan.identity, x->plan.counter, 0);
    sk_record_key(key, mailbox, &x->plan.identity, x->plan.counter, 0);
    while (memcmp(x->file + i, tag, sizeof tag) != 0) {
        i += SK_RECORD_BYTES;
        assert_true(i < x->len);
    }
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(box, NULL, NULL, x->file + i + 16,
                                                               1008, tag, 16, nonce, key),
                     0);
}

/* ---- hostile writers -------------------------------------------------------- */

static void test_reply_key_of_low_order_does_not_stop_a_board(void **state)
{
    struct fixture *x = *state;
    uint8_t box[3][SK_RECORD_BOX];
    struct sk_answer answer;

    memset(x->threads[1].reply_pk.b, 0, 32);
    make_and_check(x, 3);
    for (size_t i = 0; i < 3; i++) {
        outer_open(x, i, box[i]);
    }
    /* Its writer finds noise there, not what was last sealed for somebody else. */
    assert_false(sodium_is_zero(box[1] + 32, SK_RECORD_BOX - 32));
    assert_memory_not_equal(box[1] + 32, box[0] + 32, SK_RECORD_BOX - 32);
    assert_memory_not_equal(box[1] + 32, box[2] + 32, SK_RECORD_BOX - 32);
    assert_error(answer_of(x, 1, &answer), SK_ERR_ANSWER_FORGED);
    assert_error(answer_of(x, 0, &answer), SK_OK);
    assert_error(answer_of(x, 2, &answer), SK_OK);
}

static void test_of_two_threads_with_one_mailbox_the_first_is_sealed(void **state)
{
    struct fixture *x = *state;
    struct sk_answer answer;

    x->threads[200].mailbox = x->threads[3].mailbox; /* has parts that the first has not */
    assert_true(x->threads[200].text_len > 896 && x->threads[3].text_len < 896);
    make_and_check(x, THREADS);
    assert_error(answer_of(x, 3, &answer), SK_OK);
    assert_int_equal(answer.day, x->threads[3].day);
    assert_false(holds_tag(x, 3, 1));
}

/* ---- refusals --------------------------------------------------------------- */

static void expect_refused(struct fixture *x, size_t count, enum sk_error error)
{
    formats_paint(&x->digest, sizeof x->digest);
    assert_error(make(x, count), error);
    assert_int_equal(x->calls, 0);
    formats_assert_painted(&x->digest, sizeof x->digest);
}

static void test_too_long_text_is_refused(void **state)
{
    struct fixture *x = *state;

    x->threads[1].text_len = SK_ANSWER_TEXT_MAX + 1;
    expect_refused(x, 2, SK_ERR_ANSWER_LENGTH);
}

static void test_invalid_utf8_is_refused(void **state)
{
    struct fixture *x = *state;

    x->threads[1].text = "\xC3\x28";
    x->threads[1].text_len = 2;
    expect_refused(x, 2, SK_ERR_ANSWER_FORMAT);
}

static void test_unknown_status_is_refused(void **state)
{
    struct fixture *x = *state;

    x->threads[0].status = 0;
    expect_refused(x, 1, SK_ERR_ANSWER_FORMAT);
    x->threads[0].status = 7;
    expect_refused(x, 1, SK_ERR_ANSWER_FORMAT);
}

static void test_more_threads_than_places_are_refused(void **state)
{
    expect_refused(*state, (256u << 10) + 1, SK_ERR_BOARD_OVERFLOW);
    expect_refused(*state, SIZE_MAX, SK_ERR_BOARD_OVERFLOW);
}

static void test_error_of_the_writer_ends_the_work(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 1; i <= 3; i++) {
        x->fail_at = i;
        formats_paint(&x->digest, sizeof x->digest);
        assert_error(make(x, 40), SK_ERR_FULL);
        assert_int_equal(x->calls, i);
        formats_assert_painted(&x->digest, sizeof x->digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_empty_board_has_64_records_for_nobody),
        TEST(test_header_says_what_was_planned),
        TEST(test_board_without_an_acknowledgement_reads),
        TEST(test_every_thread_reads_its_answer),
        TEST(test_half_of_the_places_stay_free),
        TEST(test_longest_answer_takes_four_parts),
        TEST(test_nothing_of_a_board_comes_again_in_the_next),
        TEST(test_reply_key_of_low_order_does_not_stop_a_board),
        TEST(test_of_two_threads_with_one_mailbox_the_first_is_sealed),
        TEST(test_too_long_text_is_refused),
        TEST(test_invalid_utf8_is_refused),
        TEST(test_unknown_status_is_refused),
        TEST(test_more_threads_than_places_are_refused),
        TEST(test_error_of_the_writer_ends_the_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
