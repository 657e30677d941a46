/* Reading answers with a code: known answers, and every refusal of a record (FORMAT section 5). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/answer.h"
#include "keys/format/record.h"
#include "tests/unit/formats.h"

enum { HEADER = 136 + 2 * 32 + 64, BUCKET = 8 * 1024 };
enum { EMPTY, SHORT, LONG, LONGEST, ANSWERS }; /* the known answers; LONGEST has four parts */

struct fixture {
    struct formats f;
    struct sk_board board;
    struct sk_receipt receipts[ANSWERS];
    struct sk_answer answer;
    enum sk_error reader_error;
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);
    struct sk_ed25519_pk desk;
    uint8_t r[SK_CODE_RANDOM];

    assert_non_null(x);
    formats_open(&x->f, "board");
    memcpy(desk.b, x->f.desk.b + 32, 32);
    assert_error(sk_board_read(&x->board, x->f.file.p, HEADER, &desk), SK_OK);
    const json_t *answers = json_object_get(json_object_get(x->f.json, "board"), "answers");

    for (size_t i = 0; i < ANSWERS; i++) {
        unit_hex_field(r, sizeof r, json_array_get(answers, i), "r");
        sk_receipt_derive(&x->receipts[i], r);
    }
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    formats_close(&x->f);
    free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static enum sk_error read_bucket(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct fixture *x = ctx;

    assert_int_equal(len, BUCKET);
    assert_true(bucket < 2);
    if (x->reader_error == SK_OK) {
        memcpy(bytes, x->f.file.p + HEADER + (size_t)BUCKET * bucket, len);
    }
    return x->reader_error;
}

static enum sk_error ask(struct fixture *x, int which)
{
    return sk_answer_read(&x->answer, &x->board, &x->receipts[which], read_bucket, x);
}

static void expect_refused(struct fixture *x, int which, enum sk_error error)
{
    formats_paint(&x->answer, sizeof x->answer);
    assert_error(ask(x, which), error);
    formats_assert_painted(&x->answer, sizeof x->answer);
}

/* ---- forging records -------------------------------------------------------- */

/* The record of a part, in the file. */
static uint8_t *record_of(struct fixture *x, int which, uint8_t part)
{
    uint8_t tag[SK_RECORD_TAG], *p = x->f.file.p + HEADER;

    sk_record_tag(tag, &x->receipts[which].mailbox, &x->board.identity, x->board.counter, part);
    for (size_t i = 0; i < 16; i++, p += SK_RECORD_BYTES) {
        if (memcmp(p, tag, sizeof tag) == 0) {
            return p;
        }
    }
    fail_msg("part %d is not on the board", part);
    return NULL;
}

/* As if the desk had signed the buckets as they are now. */
static void digest_anew(struct fixture *x)
{
    sk_blake2b(&x->board.buckets[0], x->f.file.p + HEADER, BUCKET);
    sk_blake2b(&x->board.buckets[1], x->f.file.p + HEADER + BUCKET, BUCKET);
}

static void unseal(struct fixture *x, int which, uint8_t part, uint8_t plain[SK_RECORD_PLAIN])
{
    const struct sk_receipt *r = &x->receipts[which];
    uint8_t key[32], nonce[12] = {0}, box[SK_RECORD_BOX];
    const uint8_t *record = record_of(x, which, part);

    sk_record_key(key, &r->mailbox, &x->board.identity, x->board.counter, part);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(box, NULL, NULL, record + 16, 1008,
                                                               record, 16, nonce, key),
                     0);
    assert_int_equal(crypto_box_seal_open(plain, box, sizeof box, r->reply_pk.b, r->reply_sk.b), 0);
}

static void seal_for(struct fixture *x, int which, uint8_t part,
                     const uint8_t plain[SK_RECORD_PLAIN], const struct sk_x25519_pk *pk)
{
    uint8_t key[32], nonce[12] = {0}, box[SK_RECORD_BOX];
    uint8_t *record = record_of(x, which, part);

    assert_int_equal(crypto_box_seal(box, plain, SK_RECORD_PLAIN, pk->b), 0);
    sk_record_key(key, &x->receipts[which].mailbox, &x->board.identity, x->board.counter, part);
    crypto_aead_chacha20poly1305_ietf_encrypt(record + 16, NULL, box, sizeof box, record, 16, NULL,
                                              nonce, key);
    digest_anew(x);
}

static void seal(struct fixture *x, int which, uint8_t part, const uint8_t plain[SK_RECORD_PLAIN])
{
    seal_for(x, which, part, plain, &x->receipts[which].reply_pk);
}

/* Sets one byte of one part's plaintext, and expects ANSWER_FORMAT. */
static void expect_byte_refused(struct fixture *x, int which, uint8_t part, size_t at,
                                uint8_t value)
{
    uint8_t before[SK_RECORD_PLAIN], plain[SK_RECORD_PLAIN];

    unseal(x, which, part, before);
    memcpy(plain, before, sizeof plain);
    assert_int_not_equal(plain[at], value);
    plain[at] = value;
    seal(x, which, part, plain);
    expect_refused(x, which, SK_ERR_ANSWER_FORMAT);
    seal(x, which, part, before);
    assert_error(ask(x, which), SK_OK);
}

static void set_text(struct fixture *x, const char *text, size_t len)
{
    uint8_t plain[SK_RECORD_PLAIN];

    unseal(x, SHORT, 0, plain);
    memset(plain + 48, 0, 896);
    memcpy(plain + 48, text, len);
    sk_put_u16(plain + 8, (uint16_t)len);
    seal(x, SHORT, 0, plain);
}

/* ---- known answers ---------------------------------------------------------- */

static void test_known_answers_read(void **state)
{
    struct fixture *x = *state;
    const json_t *answers = json_object_get(json_object_get(x->f.json, "board"), "answers");

    for (int i = 0; i < ANSWERS; i++) {
        const json_t *want = json_array_get(answers, (size_t)i);
        const char *text = unit_text(want, "text");
        uint8_t b[32];

        assert_error(ask(x, i), SK_OK);
        assert_int_equal(x->answer.status, unit_number(want, "status"));
        assert_int_equal(x->answer.day, unit_number(want, "day"));
        assert_int_equal(x->answer.text_len, strlen(text));
        assert_string_equal(x->answer.text, text);
        unit_hex_field(b, 32, want, "envelope");
        assert_memory_equal(x->answer.envelope.b, b, 32);
    }
}

static void test_known_tags_and_keys_are_derived(void **state)
{
    struct fixture *x = *state;
    const json_t *answers = json_object_get(json_object_get(x->f.json, "board"), "answers");

    for (size_t i = 0; i < ANSWERS; i++) {
        const json_t *want = json_array_get(answers, i);
        const json_t *tags = json_object_get(want, "tags");
        uint8_t got[32], known[32];

        for (size_t part = 0; part < json_array_size(tags); part++) {
            sk_record_tag(got, &x->receipts[i].mailbox, &x->board.identity, x->board.counter,
                          (uint8_t)part);
            unit_hex(known, 16, json_string_value(json_array_get(tags, part)));
            assert_memory_equal(got, known, 16);
        }
        sk_record_key(got, &x->receipts[i].mailbox, &x->board.identity, x->board.counter, 0);
        unit_hex_field(known, 32, want, "key0");
        assert_memory_equal(got, known, 32);
    }
}

static void test_code_of_nobody_finds_nothing(void **state)
{
    struct fixture *x = *state;
    uint8_t r[SK_CODE_RANDOM];

    unit_hex_field(r, sizeof r, json_object_get(x->f.json, "board"), "stranger");
    sk_receipt_derive(&x->receipts[0], r);
    expect_refused(x, 0, SK_ERR_NOT_FOUND);
}

static void test_record_of_another_counter_is_not_found(void **state)
{
    struct fixture *x = *state;

    x->board.counter++;
    expect_refused(x, SHORT, SK_ERR_NOT_FOUND);
}

/* ---- refusals --------------------------------------------------------------- */

static void test_altered_bucket_is_refused(void **state)
{
    struct fixture *x = *state;

    record_of(x, SHORT, 0)[500] ^= 1;
    expect_refused(x, SHORT, SK_ERR_BOARD_BUCKET);
}

static void test_error_of_the_reader_is_passed_on(void **state)
{
    struct fixture *x = *state;

    x->reader_error = SK_ERR_IO;
    expect_refused(x, SHORT, SK_ERR_IO);
}

static void test_record_with_a_valid_tag_but_forged_content_is_refused(void **state)
{
    struct fixture *x = *state;

    for (size_t i = 16; i < SK_RECORD_BYTES; i += 84) {
        record_of(x, SHORT, 0)[i] ^= 0x40;
        digest_anew(x);
        expect_refused(x, SHORT, SK_ERR_ANSWER_FORGED);
        record_of(x, SHORT, 0)[i] ^= 0x40;
    }
}

static void test_record_sealed_for_another_reply_key_is_refused(void **state)
{
    struct fixture *x = *state;
    uint8_t plain[SK_RECORD_PLAIN];

    unseal(x, SHORT, 0, plain);
    seal_for(x, SHORT, 0, plain, &x->receipts[LONG].reply_pk);
    expect_refused(x, SHORT, SK_ERR_ANSWER_FORGED);
}

static void test_content_of_another_part_is_refused(void **state)
{
    struct fixture *x = *state;

    memcpy(record_of(x, LONGEST, 0) + 16, record_of(x, LONGEST, 1) + 16, 1008);
    digest_anew(x);
    expect_refused(x, LONGEST, SK_ERR_ANSWER_FORGED);
}

static void test_unknown_version_is_refused(void **state)
{
    expect_byte_refused(*state, SHORT, 0, 0, 0);
    expect_byte_refused(*state, SHORT, 0, 0, 2);
}

static void test_unknown_status_is_refused(void **state)
{
    expect_byte_refused(*state, SHORT, 0, 1, 0);
    expect_byte_refused(*state, SHORT, 0, 1, 7);
}

static void test_part_that_names_itself_another_is_refused(void **state)
{
    expect_byte_refused(*state, SHORT, 0, 2, 1);
    expect_byte_refused(*state, LONGEST, 2, 2, 1);
}

static void test_no_parts_or_five_are_refused(void **state)
{
    expect_byte_refused(*state, SHORT, 0, 3, 0);
    expect_byte_refused(*state, SHORT, 0, 3, 5);
}

static void test_each_reserved_byte_is_checked(void **state)
{
    for (size_t i = 10; i < 16; i++) {
        expect_byte_refused(*state, SHORT, 0, i, 1);
    }
}

static void test_too_long_text_is_refused(void **state)
{
    struct fixture *x = *state;
    uint8_t plain[SK_RECORD_PLAIN];

    unseal(x, LONGEST, 0, plain);
    sk_put_u16(plain + 8, 897);
    seal(x, LONGEST, 0, plain);
    expect_refused(x, LONGEST, SK_ERR_ANSWER_FORMAT);
    sk_put_u16(plain + 8, UINT16_MAX);
    seal(x, LONGEST, 0, plain);
    expect_refused(x, LONGEST, SK_ERR_ANSWER_FORMAT);
}

static void test_padding_that_is_not_zero_is_refused(void **state)
{
    expect_byte_refused(*state, SHORT, 0, SK_RECORD_PLAIN - 1, 1);
    expect_byte_refused(*state, EMPTY, 0, 48, 'x');
}

static void test_invalid_utf8_is_refused(void **state)
{
    struct fixture *x = *state;

    set_text(x, "\xD0", 1);
    expect_refused(x, SHORT, SK_ERR_ANSWER_FORMAT);
    set_text(x, "a\0b", 3);
    expect_refused(x, SHORT, SK_ERR_ANSWER_FORMAT);
    set_text(x, "\x1B[2J", 4);
    expect_refused(x, SHORT, SK_ERR_ANSWER_FORMAT);
    set_text(x, "ok", 2);
    assert_error(ask(x, SHORT), SK_OK);
}

static void test_missing_part_is_refused(void **state)
{
    struct fixture *x = *state;

    for (uint8_t part = 1; part < 4; part++) {
        record_of(x, LONGEST, part)[15] ^= 1;
        digest_anew(x);
        expect_refused(x, LONGEST, SK_ERR_ANSWER_PARTS);
        tear_down(state);
        set_up(state);
        x = *state;
    }
}

static void test_parts_that_disagree_are_refused(void **state)
{
    for (uint8_t part = 1; part < 4; part++) {
        expect_byte_refused(*state, LONGEST, part, 1, 5);     /* status */
        expect_byte_refused(*state, LONGEST, part, 3, 3);     /* parts */
        expect_byte_refused(*state, LONGEST, part, 4, 0xEE);  /* day */
        expect_byte_refused(*state, LONGEST, part, 47, 0xEE); /* envelope */
    }
}

static void test_status_names(void **state)
{
    (void)state;
    for (unsigned i = 1; i < SK_STATUS_END; i++) {
        assert_non_null(sk_status_name(i));
        assert_int_equal(sk_status_of_name(sk_status_name(i)), i);
    }
    assert_string_equal(sk_status_name(SK_STATUS_MORE), "more");
    assert_null(sk_status_name(0));
    assert_null(sk_status_name(SK_STATUS_END));
    assert_int_equal(sk_status_of_name(""), 0);
    assert_int_equal(sk_status_of_name("READ"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_known_answers_read),
        TEST(test_known_tags_and_keys_are_derived),
        TEST(test_code_of_nobody_finds_nothing),
        TEST(test_record_of_another_counter_is_not_found),
        TEST(test_altered_bucket_is_refused),
        TEST(test_error_of_the_reader_is_passed_on),
        TEST(test_record_with_a_valid_tag_but_forged_content_is_refused),
        TEST(test_record_sealed_for_another_reply_key_is_refused),
        TEST(test_content_of_another_part_is_refused),
        TEST(test_unknown_version_is_refused),
        TEST(test_unknown_status_is_refused),
        TEST(test_part_that_names_itself_another_is_refused),
        TEST(test_no_parts_or_five_are_refused),
        TEST(test_each_reserved_byte_is_checked),
        TEST(test_too_long_text_is_refused),
        TEST(test_padding_that_is_not_zero_is_refused),
        TEST(test_invalid_utf8_is_refused),
        TEST(test_missing_part_is_refused),
        TEST(test_parts_that_disagree_are_refused),
        cmocka_unit_test(test_status_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
