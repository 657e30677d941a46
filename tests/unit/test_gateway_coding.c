/* Accept-Encoding, and what is made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <brotli/decode.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "gateway/http/compress.h"
#include "gateway/http/negotiate.h"

static const struct {
    const char *header;
    enum sk_coding coding;
} cases[] = {
    {NULL, SK_CODING_IDENTITY},
    {"", SK_CODING_IDENTITY},
    {"gzip", SK_CODING_GZIP},
    {"GZip", SK_CODING_GZIP},
    {"br", SK_CODING_BR},
    {"gzip, deflate, br", SK_CODING_BR},
    {"gzip, deflate, br, zstd", SK_CODING_BR},
    {"gzip, deflate", SK_CODING_GZIP},
    {"deflate, zstd", SK_CODING_IDENTITY},
    {"identity", SK_CODING_IDENTITY},
    /* Brotli is never guessed. */
    {"*", SK_CODING_GZIP},
    {"*;q=0.5", SK_CODING_GZIP},
    {"gzip;q=0, *", SK_CODING_IDENTITY},
    {"*, gzip;q=0", SK_CODING_IDENTITY},
    {"*;q=0", SK_CODING_IDENTITY},
    {"*;q=0, gzip", SK_CODING_GZIP},
    {"br;q=0, *", SK_CODING_GZIP},
    {"identity;q=0", SK_CODING_IDENTITY},
    {"identity;q=0, br", SK_CODING_BR},
    /* Weights. */
    {"gzip;q=0", SK_CODING_IDENTITY},
    {"gzip;q=0.0", SK_CODING_IDENTITY},
    {"gzip;q=0.000, br;q=0.", SK_CODING_IDENTITY},
    {"gzip;q=0.001", SK_CODING_GZIP},
    {"br;q=0, gzip", SK_CODING_GZIP},
    {"br;q=0.5, gzip;q=0.8", SK_CODING_GZIP},
    {"br;q=0.8, gzip;q=0.800", SK_CODING_BR},
    {"br;q=0.8, gzip;q=0.801", SK_CODING_GZIP},
    {"gzip;q=1.000;", SK_CODING_IDENTITY},
    {"identity, gzip;q=0.9", SK_CODING_IDENTITY},
    {"identity;q=0.5, gzip;q=0.5", SK_CODING_GZIP},
    {"br \t;\tQ=1 ,gzip;q=0.9", SK_CODING_BR},
    {" , ,,\tbr,", SK_CODING_BR},
    /* Malformed does not count. */
    {"gzip;q=", SK_CODING_IDENTITY},
    {"gzip;q=2", SK_CODING_IDENTITY},
    {"gzip;q=1.001", SK_CODING_IDENTITY},
    {"gzip;q=0.1234", SK_CODING_IDENTITY},
    {"gzip;q=-1", SK_CODING_IDENTITY},
    {"gzip;q=.5", SK_CODING_IDENTITY},
    {"gzip;q=1x", SK_CODING_IDENTITY},
    {"gzip;level=9", SK_CODING_IDENTITY},
    {"gzip q=1", SK_CODING_IDENTITY},
    {"gzip;", SK_CODING_IDENTITY},
    {"br;q=x, gzip", SK_CODING_GZIP},
    {"brotli, gzips, xgzip", SK_CODING_IDENTITY},
    {"b", SK_CODING_IDENTITY},
    {"gzip\nbr", SK_CODING_IDENTITY},
};

static void test_accept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum sk_coding coding = sk_coding_accept(cases[i].header);

        if (coding != cases[i].coding) {
            fail_msg("\"%s\" gave %s", cases[i].header, sk_coding_name(coding));
        }
    }
}

/* Some text that repeats, and some that does not. */
static char *sample(size_t len)
{
    char *text = malloc(len + 1);
    uint32_t x = 1;

    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (char)(i % 300 < 250 ? 'a' + i % 25 : x >> 24);
    }
    return text;
}

static size_t unpack(enum sk_coding coding, const struct sk_page *page, char *out, size_t room)
{
    z_stream stream = {0};

    if (coding == SK_CODING_BR) {
        assert_int_equal(
            BrotliDecoderDecompress(page->len, (const uint8_t *)page->bytes, &room, (uint8_t *)out),
            BROTLI_DECODER_RESULT_SUCCESS);
        return room;
    }
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK); /* gzip and nothing else */
    stream.next_in = (Bytef *)page->bytes;
    stream.avail_in = (uInt)page->len;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)room;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    room = stream.total_out;
    assert_int_equal(inflateEnd(&stream), Z_OK);
    return room;
}

static void check_compress(enum sk_coding coding, size_t len)
{
    char *text = sample(len), *back = malloc(len + 1);
    struct sk_page page, again;

    assert_non_null(back);
    assert_int_equal(sk_compress(&page, coding, text, len), SK_OK);
    assert_null(page.csp);
    assert_int_equal(unpack(coding, &page, back, len + 1), len);
    assert_memory_equal(back, text, len);
    assert_true(len < 1000 || page.len < len / 2);
    assert_int_equal(sk_compress(&again, coding, text, len), SK_OK);
    assert_int_equal(again.len, page.len);
    assert_memory_equal(again.bytes, page.bytes, page.len);
    sk_page_free(&page);
    sk_page_free(&again);
    free(text);
    free(back);
}

static void test_compressed_is_the_same_again(void **state)
{
    static const size_t lengths[] = {0, 1, 10, 12000, 300000};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        check_compress(SK_CODING_GZIP, lengths[i]);
        check_compress(SK_CODING_BR, lengths[i]);
    }
}

static void test_identity_is_a_copy(void **state)
{
    struct sk_page page;

    (void)state;
    assert_int_equal(sk_compress(&page, SK_CODING_IDENTITY, "abc", 3), SK_OK);
    assert_int_equal(page.len, 3);
    assert_memory_equal(page.bytes, "abc", 3);
    sk_page_free(&page);
}

static unsigned left; /* allocations until one fails; 0: none does */

void *__real_malloc(size_t len);
void *__wrap_malloc(size_t len);

/* In the place of malloc for our own objects (the linker's --wrap). */
void *__wrap_malloc(size_t len)
{
    return left > 0 && --left == 0 ? NULL : __real_malloc(len);
}

/* The library would end the process. */
static void test_no_memory_is_an_error(void **state)
{
    static char text[20000];
    enum sk_error e = SK_ERR_MEMORY;
    struct sk_page page;
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + i * i % 23);
    }
    for (unsigned n = 1; e != SK_OK; n++) {
        left = n;
        e = sk_compress(&page, SK_CODING_BR, text, sizeof text);
        assert_true(e == SK_OK || e == SK_ERR_MEMORY);
        failed += e != SK_OK ? 1 : 0;
    }
    left = 0;
    assert_true(failed > 5);
    sk_page_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_compressed_is_the_same_again),
        cmocka_unit_test(test_identity_is_a_copy),
        cmocka_unit_test(test_no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
