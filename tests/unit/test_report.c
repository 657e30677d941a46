/* Sealing against the known answers, whole and piecewise (FORMAT sections 1 and 2). */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/format/slots.h"
#include "tests/unit/unit.h"

/* The recipients of a known answer; how many. */
static size_t recipients_of(const json_t *v, struct sk_x25519_pk pks[SK_SLOTS])
{
    const json_t *list = json_object_get(v, "recipient_sk"), *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        struct sk_x25519_sk sk;

        assert_true(i < SK_SLOTS);
        unit_hex(sk.b, sizeof sk.b, json_string_value(item));
        crypto_scalarmult_base(pks[i].b, sk.b);
    }
    return json_array_size(list);
}

static void expect_envelope(const json_t *v, struct unit_bytes envelope)
{
    uint8_t want[32], got[32];

    unit_hex_field(want, sizeof want, v, "blake2b256");
    crypto_generichash(got, sizeof got, envelope.p, envelope.len, NULL, 0);
    assert_memory_equal(got, want, sizeof want);
}

static void test_raw_envelopes_known_answers(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    size_t i;
    const json_t *v;

    (void)state;
    assert_int_equal(json_array_size(json_object_get(vectors, "envelopes")), 6);
    json_array_foreach(json_object_get(vectors, "envelopes"), i, v)
    {
        struct sk_x25519_pk pks[SK_SLOTS];
        struct sk_file_key file_key;
        size_t count = recipients_of(v, pks);
        uint8_t header[SK_HEADER_BYTES], want[SK_HEADER_BYTES];
        struct unit_bytes content = {NULL, (size_t)unit_number(v, "content_length")};

        unit_hex_field(file_key.b, sizeof file_key.b, v, "file_key");
        content.p = malloc(content.len + 1);
        assert_non_null(content.p);
        unit_pattern(content.p, 0, content.len);
        assert_error(
            sk_header_make(header, (uint32_t)unit_number(v, "epoch"), &file_key, pks, count),
            SK_OK);
        unit_hex_field(want, sizeof want, v, "header");
        assert_memory_equal(header, want, sizeof want);

        struct unit_bytes envelope =
            unit_envelope(&file_key, header, content, sk_class_for(content.len));

        assert_int_equal(envelope.len, unit_number(v, "envelope_length"));
        expect_envelope(v, envelope);
        free(envelope.p);
        free(content.p);
    }
    json_decref(vectors);
}

static void test_signed_report_known_answer(void **state)
{
    json_t *vectors = unit_vectors("vectors.json");
    const json_t *v = json_array_get(json_object_get(vectors, "signed"), 0);
    struct sk_x25519_pk pks[SK_SLOTS];
    struct sk_receipt receipt;
    struct sk_prelude prelude;
    uint8_t bytes[SK_PRELUDE_BYTES];

    (void)state;
    unit_hex_field(bytes, sizeof bytes, v, "prelude");
    assert_error(sk_prelude_read(&prelude, bytes), SK_OK);
    unit_hex_field(receipt.r, sizeof receipt.r, v, "receipt_r");
    sk_receipt_derive(&receipt, receipt.r);
    struct sk_address address = {.epoch = (uint32_t)unit_number(v, "epoch"),
                                 .recipients = pks,
                                 .recipient_count = recipients_of(v, pks),
                                 .receipt = &receipt,
                                 .sealed_by = prelude.sealed_by,
                                 .flags = prelude.flags,
                                 .sheets = prelude.sheets,
                                 .boundary = prelude.boundary,
                                 .seed = &prelude.seed};
    const char *body = unit_text(v, "body");
    struct unit_bytes envelope = unit_seal(&address, (const uint8_t *)body, strlen(body), 0);

    expect_envelope(v, envelope);
    free(envelope.p);
    json_decref(vectors);
}

/* Seals one of our own known answers in pieces of the given size. */
static void expect_own(const json_t *v, size_t piece)
{
    struct sk_x25519_pk pks[SK_SLOTS];
    struct sk_seed seed;
    struct sk_receipt receipt;
    size_t len = (size_t)unit_number(v, "body_length");
    uint8_t *body = malloc(len + 1), header[SK_HEADER_BYTES];
    struct sk_address address = {.epoch = (uint32_t)unit_number(v, "epoch"),
                                 .recipients = pks,
                                 .recipient_count = recipients_of(v, pks),
                                 .receipt = &receipt,
                                 .sealed_by = (uint8_t)unit_number(v, "sealed_by"),
                                 .flags = (uint8_t)unit_number(v, "flags"),
                                 .boundary = unit_text(v, "boundary"),
                                 .seed = &seed};

    assert_non_null(body);
    unit_pattern(body, 0, len);
    unit_hex_field(seed.b, sizeof seed.b, v, "seed");
    unit_hex_field(address.sheets.b, 32, v, "sheets");
    unit_hex_field(receipt.r, sizeof receipt.r, v, "receipt_r");
    sk_receipt_derive(&receipt, receipt.r);
    struct unit_bytes envelope = unit_seal(&address, body, len, piece);

    unit_hex_field(header, sizeof header, v, "header");
    assert_memory_equal(envelope.p, header, sizeof header);
    assert_int_equal(envelope.len, unit_number(v, "envelope_length"));
    expect_envelope(v, envelope);
    free(envelope.p);
    free(body);
}

static void test_own_reports_known_answers(void **state)
{
    json_t *vectors = unit_vectors("own-reports.json");
    const json_t *list = json_object_get(vectors, "reports"), *v;
    size_t i;

    (void)state;
    assert_true(json_array_size(list) >= 18);
    json_array_foreach(list, i, v)
    {
        expect_own(v, 0);
    }
    json_decref(vectors);
}

static void test_pieces_of_any_size_seal_the_same(void **state)
{
    static const size_t pieces[] = {1, 7, 4096, 16125, 16126, 16127, 16382, 65536};
    json_t *vectors = unit_vectors("own-reports.json");
    const json_t *v;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(vectors, "reports"), i, v)
    {
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
            if (unit_number(v, "body_length") < 200000) {
                expect_own(v, pieces[p]);
            }
        }
    }
    json_decref(vectors);
}

static void test_random_seed_is_never_the_same(void **state)
{
    struct sk_address address = unit_address(1);

    (void)state;
    address.seed = NULL;
    struct unit_bytes a = unit_seal(&address, (const uint8_t *)"x", 1, 0);
    struct unit_bytes b = unit_seal(&address, (const uint8_t *)"x", 1, 0);

    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.p, b.p, 8);
    for (size_t at = 8; at + 32 <= a.len; at += 16) {
        assert_memory_not_equal(a.p + at, b.p + at, 16);
    }
    free(a.p);
    free(b.p);
}

static void test_reset_makes_it_like_new(void **state)
{
    struct sk_address address = unit_address(2);
    struct sk_report *report = sk_report_new();
    uint8_t body[20000], header[SK_HEADER_BYTES], chunk[SK_CHUNK_BYTES];
    enum sk_report_step step;
    size_t used;
    bool last;

    (void)state;
    assert_non_null(report);
    memset(body, 'x', sizeof body);
    struct unit_bytes want = unit_seal(&address, (const uint8_t *)"hello", 5, 0);

    /* after a body that was cut off, and after a whole one */
    for (int i = 0; i < 2; i++) {
        assert_error(sk_report_write(report, body, 16126, &used, chunk, &step), SK_OK);
        assert_error(sk_report_address(report, &address, header), SK_OK);
        assert_error(sk_report_write(report, body, 100, &used, chunk, &step), SK_OK);
        assert_int_equal(step, SK_REPORT_CHUNK);
        sk_report_reset(report);
        assert_int_equal(sk_report_chunks(report), 0);
        assert_error(sk_report_write(report, (const uint8_t *)"hello", 5, &used, chunk, &step),
                     SK_OK);
        assert_error(sk_report_address(report, &address, header), SK_OK);
        assert_memory_equal(header, want.p, sizeof header);
        assert_error(sk_report_end(report, chunk, &last), SK_OK);
        assert_true(last);
        assert_memory_equal(chunk, want.p + sizeof header, sizeof chunk);
        sk_report_reset(report);
    }
    sk_report_free(report);
    sk_report_free(NULL);
    free(want.p);
}

static void test_calls_out_of_order_are_refused(void **state)
{
    struct sk_address address = unit_address(1);
    struct sk_report *report = sk_report_new();
    uint8_t header[SK_HEADER_BYTES], chunk[SK_CHUNK_BYTES];
    enum sk_report_step step;
    size_t used = 9;
    bool last = false;

    (void)state;
    assert_non_null(report);
    assert_error(sk_report_end(report, chunk, &last), SK_ERR_USAGE); /* not addressed */
    assert_error(sk_report_address(report, &address, header), SK_OK);
    assert_error(sk_report_address(report, &address, header), SK_ERR_USAGE); /* twice */
    assert_error(sk_report_end(report, chunk, &last), SK_OK);
    assert_true(last);
    assert_error(sk_report_end(report, chunk, &last), SK_ERR_USAGE);
    assert_error(sk_report_write(report, chunk, 1, &used, chunk, &step), SK_ERR_USAGE);
    assert_int_equal(used, 0);
    assert_error(sk_report_address(report, &address, header), SK_ERR_USAGE);
    sk_report_free(report);
}

static void test_body_without_address_stops_at_the_first_chunk(void **state)
{
    static uint8_t body[SK_CHUNK_CONTENT];
    struct sk_report *report = sk_report_new();
    uint8_t chunk[SK_CHUNK_BYTES];
    enum sk_report_step step;
    size_t used;

    (void)state;
    assert_non_null(report);
    assert_error(sk_report_write(report, body, 16126, &used, chunk, &step), SK_OK);
    assert_int_equal(step, SK_REPORT_TOOK_ALL);
    assert_int_equal(used, 16126);
    for (int i = 0; i < 2; i++) {
        assert_error(sk_report_write(report, body, 1, &used, chunk, &step), SK_OK);
        assert_int_equal(step, SK_REPORT_NEEDS_ADDRESS);
        assert_int_equal(used, 0);
    }
    assert_error(sk_report_write(report, NULL, 0, &used, chunk, &step), SK_OK);
    assert_int_equal(step, SK_REPORT_TOOK_ALL);
    sk_report_free(report);
}

static void test_content_above_the_largest_class_is_refused(void **state)
{
    struct sk_report *report = sk_report_new();
    uint8_t byte = 1, chunk[SK_CHUNK_BYTES];
    enum sk_report_step step;
    size_t used = 9;

    (void)state;
    assert_non_null(report);
    /* the length is refused before a byte is read */
    assert_error(sk_report_write(report, &byte, SK_CONTENT_MAX - 320 + 1, &used, chunk, &step),
                 SK_ERR_TOO_LARGE);
    assert_int_equal(used, 0);
    assert_error(sk_report_write(report, &byte, 1, &used, chunk, &step), SK_OK);
    assert_error(sk_report_write(report, &byte, SK_CONTENT_MAX - 320, &used, chunk, &step),
                 SK_ERR_TOO_LARGE);
    assert_error(sk_report_write(report, &byte, SIZE_MAX, &used, chunk, &step), SK_ERR_TOO_LARGE);
    assert_error(sk_report_write(report, &byte, 1, &used, chunk, &step), SK_OK);
    sk_report_free(report);
}

static void test_visible_check(void **state)
{
    const time_t now = 1782864000; /* 2026-07-01 */
    const uint32_t week = sk_week_of(now), month = sk_month_of(now) | SK_EPOCH_MONTH;
    uint8_t head[8] = {1};

    (void)state;
    for (int i = -9; i <= 9; i++) {
        uint32_t epochs[2] = {week + (uint32_t)i, month + (uint32_t)i};
        bool good[2] = {i >= -1 && i <= 1, i >= -6 && i <= 1};

        for (int k = 0; k < 2; k++) {
            for (int b = 0; b < 4; b++) {
                head[4 + b] = (uint8_t)(epochs[k] >> 8 * b);
            }
            assert_error(sk_envelope_visible_check(head, now),
                         good[k] ? SK_OK : SK_ERR_ENVELOPE_EPOCH);
        }
    }
    for (int i = 1; i < 4; i++) {
        head[i] = 1;
        assert_error(sk_envelope_visible_check(head, now), SK_ERR_ENVELOPE_RESERVED);
        head[i] = 0;
    }
    head[0] = 2;
    assert_error(sk_envelope_visible_check(head, now), SK_ERR_ENVELOPE_SUITE);
    head[0] = 0;
    assert_error(sk_envelope_visible_check(head, now), SK_ERR_ENVELOPE_SUITE);
}

static void test_epoch_is_told_whatever_the_rest_says(void **state)
{
    const uint8_t head[8] = {7, 1, 2, 3, 4, 3, 2, 0x81};
    uint32_t epoch = 9;

    (void)state;
    assert_int_equal(sk_envelope_claimed_epoch(head), 0x81020304);
    assert_error(sk_envelope_visible_read(head, &epoch), SK_ERR_ENVELOPE_SUITE);
    assert_int_equal(epoch, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_raw_envelopes_known_answers),
        cmocka_unit_test(test_signed_report_known_answer),
        cmocka_unit_test(test_own_reports_known_answers),
        cmocka_unit_test(test_pieces_of_any_size_seal_the_same),
        cmocka_unit_test(test_random_seed_is_never_the_same),
        cmocka_unit_test(test_reset_makes_it_like_new),
        cmocka_unit_test(test_calls_out_of_order_are_refused),
        cmocka_unit_test(test_body_without_address_stops_at_the_first_chunk),
        cmocka_unit_test(test_content_above_the_largest_class_is_refused),
        cmocka_unit_test(test_visible_check),
        cmocka_unit_test(test_epoch_is_told_whatever_the_rest_says),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
