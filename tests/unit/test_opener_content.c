/*
 * Contents that must not open although every chunk authenticates: made by a writer, or by a
 * co-recipient, who holds the file key (FORMAT sections 1 and 2).
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit_open.h"

/* Opens content in the fixture's header, in the class that it needs. */
static enum sk_error open_content(struct unit_fixture *f, struct unit_bytes content,
                                  uint32_t chunks)
{
    struct unit_bytes forged = unit_envelope(&f->file_key, f->envelope.p, content,
                                             chunks != 0 ? chunks : sk_class_for(content.len));
    enum sk_error e = unit_open(forged, 0x40, NULL, 0, NULL, NULL);

    free(forged.p);
    return e;
}

/* ---- chunks --------------------------------------------------------------- */

/* Puts another plaintext into chunk i of the fixture's envelope, which has four. */
static void replace_chunk(struct unit_fixture *f, size_t i, const uint8_t *plain)
{
    unit_chunk(unit_chunk_at(f, i), &f->file_key, f->envelope.p, i, i == 3, plain);
}

static void test_chunk_announces_more_than_it_holds(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0xFF, 0x3F}; /* 16,383 */

    replace_chunk(f, 0, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_LENGTH);
    plain[0] = plain[1] = 0xFF;
    replace_chunk(f, 0, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_LENGTH);
}

static void test_padding_is_not_zero(void **state)
{
    static const size_t places[] = {2 + 1000, 2 + 1001, 9000, SK_CHUNK_PLAIN - 1};
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0xE8, 0x03}; /* 1,000 */

    for (size_t i = 0; i < 4; i++) {
        plain[places[i]] = 1;
        replace_chunk(f, 0, plain);
        unit_expect_refused(f, SK_ERR_CHUNK_PADDING);
        plain[places[i]] = 0;
    }
}

static void test_padding_of_an_empty_chunk_is_not_zero(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0};

    plain[SK_CHUNK_PLAIN - 1] = 0x80;
    replace_chunk(f, 3, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_PADDING);
}

static void test_content_after_a_chunk_that_is_not_full(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0xFD, 0x3F}; /* one byte short of full */

    replace_chunk(f, 1, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_ORDER);
}

static void test_content_after_an_empty_chunk(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0};

    replace_chunk(f, 2, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_ORDER);
}

static void test_first_chunk_empty(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0};

    replace_chunk(f, 0, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_ORDER);
}

static void test_last_flag_missing(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0};

    unit_chunk(unit_chunk_at(f, 3), &f->file_key, f->envelope.p, 3, 0, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
}

static void test_last_flag_too_early(void **state)
{
    struct unit_fixture *f = *state;
    uint8_t plain[SK_CHUNK_PLAIN] = {0xFE, 0x3F};

    unit_chunk(unit_chunk_at(f, 1), &f->file_key, f->envelope.p, 1, 1, plain);
    unit_expect_refused(f, SK_ERR_CHUNK_FORGED);
}

/* ---- class and length ----------------------------------------------------- */

static void test_content_needs_less_than_its_class(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 100);

    assert_error(open_content(f, content, 1), SK_OK);
    assert_error(open_content(f, content, 2), SK_ERR_CONTENT_CLASS);
    assert_error(open_content(f, content, 64), SK_ERR_CONTENT_CLASS);
    free(content.p);
}

static void test_content_padded_to_a_larger_class(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, UNIT_BODY);

    assert_error(open_content(f, content, 4), SK_OK);
    assert_error(open_content(f, content, 8), SK_ERR_CONTENT_CLASS);
    free(content.p);
}

static void test_content_full_to_the_class_border(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes full = unit_content(&f->address, f->envelope.p, 2 * SK_CHUNK_CONTENT - 320);
    struct unit_bytes over = unit_content(&f->address, f->envelope.p, 2 * SK_CHUNK_CONTENT - 319);

    assert_error(open_content(f, full, 2), SK_OK);
    assert_error(open_content(f, full, 4), SK_ERR_CONTENT_CLASS);
    assert_error(open_content(f, over, 4), SK_OK);
    free(full.p);
    free(over.p);
}

static void test_content_too_short(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 0);

    assert_int_equal(content.len, 320);
    assert_error(open_content(f, content, 1), SK_OK);
    for (size_t len = 0; len < 320; len += len < 60 || len > 250 ? 1 : 31) {
        struct unit_bytes shorter = {content.p, len};

        assert_error(open_content(f, shorter, 1), SK_ERR_CONTENT_SHORT);
    }
    free(content.p);
}

static void test_raw_content_is_no_report(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = {malloc(40000), 40000};

    assert_non_null(content.p);
    unit_pattern(content.p, 0, content.len);
    assert_error(open_content(f, content, 0), SK_ERR_CONTENT_VERSION);
    free(content.p);
}

/* ---- the prelude ---------------------------------------------------------- */

/* A signed report with this byte at `at` of the prelude is refused, and so is the prelude. */
static void expect_prelude(struct unit_fixture *f, size_t at, uint8_t value, enum sk_error error)
{
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 10);
    struct sk_prelude prelude, before;

    memset(&prelude, 0xA7, sizeof prelude);
    memset(&before, 0xA7, sizeof before);
    content.p[at] = value;
    unit_sign(content, &f->address, f->envelope.p);
    assert_error(open_content(f, content, 1), error);
    assert_error(sk_prelude_read(&prelude, content.p), error);
    if (error != SK_OK) {
        assert_memory_equal(&prelude, &before, sizeof before);
    }
    free(content.p);
}

static void test_unknown_version(void **state)
{
    expect_prelude(*state, 0, 1, SK_OK);
    expect_prelude(*state, 0, 0, SK_ERR_CONTENT_VERSION);
    expect_prelude(*state, 0, 2, SK_ERR_CONTENT_VERSION);
    expect_prelude(*state, 0, 0x81, SK_ERR_CONTENT_VERSION);
}

static void test_unknown_sealer(void **state)
{
    for (uint8_t v = 1; v <= 4; v++) {
        expect_prelude(*state, 1, v, SK_OK);
    }
    expect_prelude(*state, 1, 0, SK_ERR_CONTENT_SEALER);
    expect_prelude(*state, 1, 5, SK_ERR_CONTENT_SEALER);
    expect_prelude(*state, 1, 255, SK_ERR_CONTENT_SEALER);
}

static void test_unknown_flags(void **state)
{
    for (unsigned v = 0; v < 256; v++) {
        expect_prelude(*state, 2, (uint8_t)v, v <= 3 ? SK_OK : SK_ERR_CONTENT_FLAGS);
    }
}

static void test_unknown_body_type(void **state)
{
    expect_prelude(*state, 3, 0, SK_ERR_CONTENT_BODY_TYPE);
    expect_prelude(*state, 3, 2, SK_ERR_CONTENT_BODY_TYPE);
}

static void test_each_reserved_byte_of_the_prelude(void **state)
{
    unsigned tried = 0;

    for (size_t at = 0; at < 256; at++) {
        bool zero = (at >= 4 && at < 8) || at >= 239;
        bool after_boundary = at >= 137 + strlen("XX") && at < 207;

        if (zero || after_boundary) {
            expect_prelude(*state, at, 1, SK_ERR_CONTENT_RESERVED);
            expect_prelude(*state, at, 0x80, SK_ERR_CONTENT_RESERVED);
            tried++;
        }
    }
    assert_int_equal(tried, 4 + 17 + 68);
}

static void test_bad_boundary(void **state)
{
    expect_prelude(*state, 136, 1, SK_ERR_CONTENT_RESERVED); /* "X", and an X after it */
    expect_prelude(*state, 136, 3, SK_ERR_CONTENT_BOUNDARY); /* "XX\0" */
    expect_prelude(*state, 136, 70, SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 136, 71, SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 136, 255, SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 137, '"', SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 137, '\n', SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 137, 0, SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 137, 0xD0, SK_ERR_CONTENT_BOUNDARY);
    expect_prelude(*state, 138, ' ', SK_ERR_CONTENT_BOUNDARY); /* at the end */
    expect_prelude(*state, 137, ' ', SK_OK);                   /* inside */
}

static void test_empty_boundary(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 10);

    memset(content.p + 136, 0, 3);
    unit_sign(content, &f->address, f->envelope.p);
    assert_error(open_content(f, content, 1), SK_ERR_CONTENT_BOUNDARY);
    free(content.p);
}

static void test_prelude_write_refuses_what_read_refuses(void **state)
{
    struct unit_fixture *f = *state;
    struct unit_bytes content = unit_content(&f->address, f->envelope.p, 0);
    struct sk_prelude good, bad;
    uint8_t out[SK_PRELUDE_BYTES];

    assert_error(sk_prelude_read(&good, content.p), SK_OK);
    assert_error(sk_prelude_write(out, &good), SK_OK);
    assert_memory_equal(out, content.p, sizeof out);
    bad = good;
    bad.sealed_by = 5;
    assert_error(sk_prelude_write(out, &bad), SK_ERR_CONTENT_SEALER);
    bad = good;
    bad.flags = 4;
    assert_error(sk_prelude_write(out, &bad), SK_ERR_CONTENT_FLAGS);
    bad = good;
    memset(bad.boundary, 'b', sizeof bad.boundary); /* no NUL */
    assert_error(sk_prelude_write(out, &bad), SK_ERR_CONTENT_BOUNDARY);
    assert_memory_equal(out, content.p, sizeof out);
    free(content.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(test_chunk_announces_more_than_it_holds),
        UNIT_TEST(test_padding_is_not_zero),
        UNIT_TEST(test_padding_of_an_empty_chunk_is_not_zero),
        UNIT_TEST(test_content_after_a_chunk_that_is_not_full),
        UNIT_TEST(test_content_after_an_empty_chunk),
        UNIT_TEST(test_first_chunk_empty),
        UNIT_TEST(test_last_flag_missing),
        UNIT_TEST(test_last_flag_too_early),
        UNIT_TEST(test_content_needs_less_than_its_class),
        UNIT_TEST(test_content_padded_to_a_larger_class),
        UNIT_TEST(test_content_full_to_the_class_border),
        UNIT_TEST(test_content_too_short),
        UNIT_TEST(test_raw_content_is_no_report),
        UNIT_TEST(test_unknown_version),
        UNIT_TEST(test_unknown_sealer),
        UNIT_TEST(test_unknown_flags),
        UNIT_TEST(test_unknown_body_type),
        UNIT_TEST(test_each_reserved_byte_of_the_prelude),
        UNIT_TEST(test_bad_boundary),
        UNIT_TEST(test_empty_boundary),
        UNIT_TEST(test_prelude_write_refuses_what_read_refuses),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
