/*
 * Opening what sealing made, and chunks that were cut, moved or altered (FORMAT section 1).
 * test_opener_header.c and test_opener_content.c hold the attacks on those parts.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit_open.h"

/* ---- what opens ----------------------------------------------------------- */

static void test_round_trip(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_pk known[3] = {unit_pk(0x41), unit_pk(0x77), unit_pk(0x40)};

    for (uint8_t sk = 0x40; sk <= 0x41; sk++) {
        struct sk_opened opened;
        struct unit_bytes content;

        assert_error(unit_open(f->envelope, sk, known, 3, &opened, &content), SK_OK);
        assert_int_equal(opened.body_offset, 256);
        assert_int_equal(opened.body_len, UNIT_BODY);
        assert_int_equal(content.len, 256 + UNIT_BODY + 64);
        assert_memory_equal(content.p + 256, f->body.p, UNIT_BODY);
        assert_int_equal(opened.chunks, 4);
        assert_int_equal(opened.known, 5);
        assert_int_equal(opened.dummies, 6);
        assert_int_equal(opened.unknown, 0);
        assert_int_equal(opened.prelude.sealed_by, SK_SEALED_BY_COMMAND);
        assert_int_equal(opened.prelude.flags, SK_FLAG_ANSWERS);
        assert_string_equal(opened.prelude.boundary, "XX");
        assert_memory_equal(&opened.prelude.mailbox_seed, &f->address.receipt->mailbox_seed, 32);
        assert_memory_equal(&opened.prelude.reply_pk, &f->address.receipt->reply_pk, 32);
        assert_memory_equal(&opened.prelude.sign_pk, &f->address.receipt->sign_pk, 32);
        free(content.p);
    }
}

static void test_own_reports_open_for_every_recipient(void **state)
{
    json_t *vectors = unit_vectors("own-reports.json");
    const json_t *v;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(vectors, "reports"), i, v)
    {
        size_t count = json_array_size(json_object_get(v, "recipient_sk"));
        size_t len = (size_t)unit_number(v, "body_length");
        struct sk_address address = unit_address(count);
        struct sk_opened opened;
        struct unit_bytes content, envelope;
        uint8_t *body = malloc(len + 1);

        if (len > 1000000) {
            free(body);
            continue; /* classes above: test_report compares the bytes */
        }
        assert_non_null(body);
        unit_pattern(body, 0, len);
        address.epoch = (uint32_t)unit_number(v, "epoch");
        address.flags = (uint8_t)unit_number(v, "flags");
        address.boundary = unit_text(v, "boundary");
        envelope = unit_seal(&address, body, len, 0);
        for (uint8_t who = 0; who < count; who++) {
            assert_error(unit_open(envelope, (uint8_t)(0x40 + who), address.recipients, count,
                                   &opened, &content),
                         SK_OK);
            assert_int_equal(opened.body_len, len);
            assert_memory_equal(content.p + 256, body, len);
            assert_int_equal(opened.known, (1u << count) - 1);
            assert_int_equal(opened.dummies, 8 - count);
            assert_int_equal(opened.unknown, 0);
            assert_int_equal(opened.prelude.flags, unit_number(v, "flags"));
            assert_string_equal(opened.prelude.boundary, unit_text(v, "boundary"));
            free(content.p);
        }
        free(envelope.p);
        free(body);
    }
    json_decref(vectors);
}

static void test_epoch_and_class_are_visible(void **state)
{
    struct unit_fixture *f = *state;
    uint32_t epoch = 0, chunks = 0;

    assert_error(sk_envelope_epoch(f->envelope.p, f->envelope.len, &epoch, &chunks), SK_OK);
    assert_int_equal(epoch, 2900);
    assert_int_equal(chunks, 4);
}

static void test_right_key_among_several_of_an_epoch(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk keys[3] = {unit_sk(0x10), unit_sk(0x11), unit_sk(0x41)};
    struct sk_opener *opener = NULL;

    assert_error(sk_opener_new(&opener, f->envelope.p, f->envelope.len, keys, 3), SK_OK);
    sk_opener_free(opener);
    sk_opener_free(NULL);
}

static void test_libsodium_alone_opens_a_slot(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk sk = unit_sk(0x40);
    struct sk_x25519_pk pk = unit_pk(0x40);
    uint8_t file_key[32];
    int opened = 0;

    for (size_t i = 0; i < 8; i++) {
        opened += crypto_box_seal_open(file_key, f->envelope.p + 8 + 80 * i, 80, pk.b, sk.b) == 0;
    }
    assert_int_equal(opened, 1);
    assert_memory_equal(file_key, f->file_key.b, 32);
}

static void test_single_chunks_open_with_the_payload_key(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk sk = unit_sk(0x40);
    struct sk_payload_key key;
    struct sk_opener *opener;
    uint8_t content[SK_CHUNK_CONTENT], before[SK_CHUNK_CONTENT];
    size_t len = 7;

    assert_error(sk_opener_new(&opener, f->envelope.p, f->envelope.len, &sk, 1), SK_OK);
    sk_opener_payload_key(opener, &key);
    sk_opener_free(opener);
    assert_error(sk_chunk_open(&key, 4, 1, unit_chunk_at(f, 1), content, &len), SK_OK);
    assert_int_equal(len, SK_CHUNK_CONTENT);
    assert_memory_equal(content, f->body.p + SK_CHUNK_CONTENT - 256, len);
    memcpy(before, content, sizeof before);
    len = 7;
    assert_error(sk_chunk_open(&key, 4, 0, unit_chunk_at(f, 1), content, &len),
                 SK_ERR_CHUNK_FORGED);
    assert_error(sk_chunk_open(&key, 2, 1, unit_chunk_at(f, 1), content, &len),
                 SK_ERR_CHUNK_FORGED);
    assert_error(sk_chunk_open(&key, 4, 4, unit_chunk_at(f, 1), content, &len), SK_ERR_USAGE);
    assert_memory_equal(content, before, sizeof before);
    assert_int_equal(len, 7);
    assert_error(sk_chunk_open(&key, 4, 3, unit_chunk_at(f, 3), content, &len), SK_OK);
    assert_int_equal(len, 256 + UNIT_BODY + 64 - 3 * SK_CHUNK_CONTENT);
}

/* ---- cut, extended, moved ------------------------------------------------- */

static void test_truncated_by_one_byte(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.len--;
    unit_expect_refused(f, SK_ERR_ENVELOPE_LENGTH);
}

static void test_truncated_by_one_chunk(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.len -= SK_CHUNK_BYTES; /* three chunks are no class */
    unit_expect_refused(f, SK_ERR_ENVELOPE_LENGTH);
}

static void test_truncated_to_a_smaller_class(void **state)
{
    struct unit_fixture *f = *state;

    f->envelope.len -= 2 * SK_CHUNK_BYTES;
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
}

static void test_last_chunk_never_comes(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk sk = unit_sk(0x40);
    struct sk_opener *opener;
    struct sk_opened opened;
    const uint8_t *content;
    size_t len;

    assert_error(sk_opener_new(&opener, f->envelope.p, f->envelope.len, &sk, 1), SK_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_error(sk_opener_chunk(opener, unit_chunk_at(f, i), &content, &len), SK_OK);
        assert_error(sk_opener_end(opener, NULL, 0, &opened), SK_ERR_ENVELOPE_LENGTH);
    }
    assert_error(sk_opener_chunk(opener, unit_chunk_at(f, 3), &content, &len), SK_OK);
    assert_error(sk_opener_end(opener, NULL, 0, &opened), SK_OK);
    assert_error(sk_opener_chunk(opener, unit_chunk_at(f, 3), &content, &len), SK_ERR_USAGE);
    sk_opener_free(opener);
}

static void extend(struct unit_fixture *f, size_t by)
{
    uint8_t *p = realloc(f->envelope.p, f->envelope.len + by);

    assert_non_null(p);
    memset(p + f->envelope.len, 0, by);
    f->envelope.p = p;
    f->envelope.len += by;
}

static void test_extended_by_one_byte(void **state)
{
    extend(*state, 1);
    unit_expect_refused(*state, SK_ERR_ENVELOPE_LENGTH);
}

static void test_extended_by_zeros_to_the_next_class(void **state)
{
    extend(*state, 4 * SK_CHUNK_BYTES);
    unit_expect_refused(*state, SK_ERR_CHUNK_FORGED); /* chunk 3 says that it is the last */
}

static void test_swapped_chunks(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t chunk[SK_CHUNK_BYTES];

    memcpy(chunk, unit_chunk_at(f, 0), sizeof chunk);
    memcpy(unit_chunk_at(f, 0), unit_chunk_at(f, 1), sizeof chunk);
    memcpy(unit_chunk_at(f, 1), chunk, sizeof chunk);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
}

static void test_duplicated_chunk(void **state)
{
    struct unit_fixture *f = *state;

    memcpy(unit_chunk_at(f, 2), unit_chunk_at(f, 1), SK_CHUNK_BYTES);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
}

static void test_foreign_chunk(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_address address = f->address;

    address.seed = NULL;
    struct unit_bytes other = unit_seal(&address, f->body.p, UNIT_BODY, 0);

    memcpy(unit_chunk_at(f, 1), other.p + SK_HEADER_BYTES + SK_CHUNK_BYTES, SK_CHUNK_BYTES);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
    free(other.p);
}

static void test_every_chunk_with_a_flipped_bit(void **state)
{
    struct unit_fixture *f = *state;

    for (size_t i = 0; i < 4; i++) {
        for (size_t at = 0; at < SK_CHUNK_BYTES; at += 1639) {
            unit_chunk_at(f, i)[at] ^= 0x40;
            unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
            unit_chunk_at(f, i)[at] ^= 0x40;
        }
    }
    assert_error(unit_open(f->envelope, 0x40, NULL, 0, NULL, NULL), SK_OK);
}

static void test_a_refused_chunk_refuses_all_that_follows(void **state)
{
    struct unit_fixture *f = *state;
    struct sk_x25519_sk sk = unit_sk(0x40);
    struct sk_opener *opener;
    struct sk_opened opened;
    const uint8_t *content = NULL;
    size_t len = 9;

    assert_error(sk_opener_new(&opener, f->envelope.p, f->envelope.len, &sk, 1), SK_OK);
    assert_error(sk_opener_chunk(opener, unit_chunk_at(f, 1), &content, &len), SK_ERR_CHUNK_FORGED);
    assert_null(content);
    assert_int_equal(len, 9);
    assert_error(sk_opener_chunk(opener, unit_chunk_at(f, 0), &content, &len), SK_ERR_CHUNK_FORGED);
    assert_error(sk_opener_end(opener, NULL, 0, &opened), SK_ERR_CHUNK_FORGED);
    sk_opener_free(opener);
}

/* ---- memory --------------------------------------------------------------- */

/* Seals and opens a stream of `total` bytes that is never held anywhere. */
static void stream(uint64_t total)
{
    static uint8_t piece[65536], header[SK_HEADER_BYTES], chunk[SK_CHUNK_BYTES];
    struct sk_address address = unit_address(1);
    struct sk_x25519_sk sk = unit_sk(0x40);
    struct sk_report *report = sk_report_new();
    struct sk_opener *opener = NULL;
    struct sk_opened opened;
    const uint8_t *content;
    size_t used, len;
    uint32_t class = sk_class_for(total + 320);
    bool last = false;

    assert_non_null(report);
    assert_error(sk_report_address(report, &address, header), SK_OK);
    assert_error(sk_opener_new(&opener, header, sk_envelope_length(class), &sk, 1), SK_OK);
    for (uint64_t done = 0; done < total; done += used) {
        enum sk_report_step step;
        size_t n = total - done < sizeof piece ? (size_t)(total - done) : sizeof piece;

        assert_error(sk_report_write(report, piece, n, &used, chunk, &step), SK_OK);
        if (step == SK_REPORT_CHUNK) {
            assert_error(sk_opener_chunk(opener, chunk, &content, &len), SK_OK);
        }
    }
    while (!last) {
        assert_error(sk_report_end(report, chunk, &last), SK_OK);
        assert_error(sk_opener_chunk(opener, chunk, &content, &len), SK_OK);
    }
    assert_error(sk_opener_end(opener, address.recipients, 1, &opened), SK_OK);
    assert_int_equal(opened.body_len, total);
    assert_int_equal(opened.chunks, class);
    sk_opener_free(opener);
    sk_report_free(report);
}

/* AddressSanitizer keeps books of its own, which come to an end: clang 19 took 2.3 MiB at 120 MiB,
 * 2.8 at 480. */
enum {
    BOOKS_KIB = 0
#if defined(__SANITIZE_ADDRESS__)
                + 8192
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
                + 8192
#endif
#endif
};

static void test_memory_does_not_grow_with_the_report(void **state)
{
    (void)state;
    stream(100000);
    long before = unit_peak_kib();

    stream(UINT64_C(120) << 20);
    if (unit_peak_kib() - before > 1024 + BOOKS_KIB) {
        fail_msg("a stream of 120 MiB took %ld KiB more", unit_peak_kib() - before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_round_trip),
        UNIT_TEST(test_own_reports_open_for_every_recipient),
        UNIT_TEST(test_epoch_and_class_are_visible),
        UNIT_TEST(test_right_key_among_several_of_an_epoch),
        UNIT_TEST(test_libsodium_alone_opens_a_slot),
        UNIT_TEST(test_single_chunks_open_with_the_payload_key),
        UNIT_TEST(test_truncated_by_one_byte),
        UNIT_TEST(test_truncated_by_one_chunk),
        UNIT_TEST(test_truncated_to_a_smaller_class),
        UNIT_TEST(test_last_chunk_never_comes),
        UNIT_TEST(test_extended_by_one_byte),
        UNIT_TEST(test_extended_by_zeros_to_the_next_class),
        UNIT_TEST(test_swapped_chunks),
        UNIT_TEST(test_duplicated_chunk),
        UNIT_TEST(test_foreign_chunk),
        UNIT_TEST(test_every_chunk_with_a_flipped_bit),
        UNIT_TEST(test_a_refused_chunk_refuses_all_that_follows),
        cmocka_unit_test(test_memory_does_not_grow_with_the_report),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
