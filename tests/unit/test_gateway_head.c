/* What the gateway reads out of header values, and the check of a whole head. */
#include "tests/unit/unit.h"

#include <string.h>

#include "gateway/http/head.h"
#include "gateway/http/head_value.h"

static void test_lengths(void **state)
{
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "1,1",
                                      "1.0",
                                      "10000000000000000000",
                                      "99999999999999999999"};
    uint64_t length = 7;

    (void)state;
    assert_true(sk_length_parse("0", &length));
    assert_int_equal(length, 0);
    assert_true(sk_length_parse("007", &length));
    assert_int_equal(length, 7);
    assert_true(sk_length_parse("9999999999999999999", &length));
    assert_int_equal(length, UINT64_C(9999999999999999999));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(sk_length_parse(bad[i], &length));
    }
}

static void test_tokens(void **state)
{
    (void)state;
    assert_true(sk_token_valid("X-A_1.~", 7));
    assert_false(sk_token_valid("", 0));
    assert_false(sk_token_valid("a b", 3));
    assert_false(sk_token_valid("a:", 2));
    assert_false(sk_token_valid("a\0b", 3));
    assert_false(sk_token_valid("\xd0\xb0", 2));
}

static void test_multipart(void **state)
{
    static const struct {
        const char *value, *boundary;
    } good[] = {
        {"multipart/form-data; boundary=abc", "abc"},
        {"multipart/form-data;boundary=abc", "abc"},
        {"Multipart/Form-Data ;\t Boundary=abc", "abc"},
        {"multipart/form-data; boundary=\"a b:c\"", "a b:c"},
        {"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
         "----WebKitFormBoundary7MA4YWxkTrZu0gW"},
    };
    char boundary[SK_BOUNDARY_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(sk_media_parse(good[i].value, boundary), SK_MEDIA_MULTIPART);
        assert_string_equal(boundary, good[i].boundary);
    }
}

static void test_other_media(void **state)
{
    static const char *const other[] = {"",
                                        "text/plain",
                                        "multipart/form-data",
                                        "multipart/form-data;",
                                        "multipart/mixed",
                                        "multipart/form-data; boundary=",
                                        "multipart/form-data; boundary=\"\"",
                                        "multipart/form-data; boundary=\"",
                                        "multipart/form-data; boundary=a; charset=utf-8",
                                        "multipart/form-data; charset=utf-8; boundary=a",
                                        "multipart/form-data; boundary=a b",
                                        "multipart/form-data; boundary=a@b",
                                        "multipart/form-data; boundary=\"a \"",
                                        "multipart/form-data; boundary=\"a\" x",
                                        "multipart/form-dataX; boundary=a",
                                        "multipart/form-data boundary=a",
                                        "application/x-www-form-urlencodedX"};
    char boundary[SK_BOUNDARY_MAX + 1], seventy[SK_BOUNDARY_MAX + 40];
    static const char start[] = "multipart/form-data; boundary=";

    (void)state;
    assert_int_equal(sk_media_parse(NULL, boundary), SK_MEDIA_OTHER);
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        assert_int_equal(sk_media_parse(other[i], boundary), SK_MEDIA_OTHER);
    }
    memcpy(seventy, start, sizeof start);
    memset(seventy + sizeof start - 1, 'b', 71);
    seventy[sizeof start - 1 + 70] = '\0';
    assert_int_equal(sk_media_parse(seventy, boundary), SK_MEDIA_MULTIPART);
    assert_int_equal(strlen(boundary), 70);
    seventy[sizeof start - 1 + 70] = 'b';
    seventy[sizeof start - 1 + 71] = '\0';
    assert_int_equal(sk_media_parse(seventy, boundary), SK_MEDIA_OTHER);
    assert_int_equal(sk_media_parse("application/x-www-form-urlencoded", boundary),
                     SK_MEDIA_URLENCODED);
    assert_int_equal(sk_media_parse("application/x-www-form-urlencoded; charset=UTF-8", boundary),
                     SK_MEDIA_URLENCODED);
}

static void test_accept(void **state)
{
    (void)state;
    assert_true(sk_accept_json("application/json"));
    assert_true(sk_accept_json("text/html, Application/JSON;q=0.9"));
    assert_false(sk_accept_json(NULL));
    assert_false(sk_accept_json(""));
    assert_false(sk_accept_json("text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_false(sk_accept_json("application/jsonp"));
    assert_false(sk_accept_json("x-application/json"));
}

static void check_range(const char *value, uint64_t size, uint64_t first, uint64_t length)
{
    struct sk_range range = {0, 0};

    assert_int_equal(sk_range_parse(value, size, &range), SK_RANGE_PART);
    assert_int_equal(range.first, first);
    assert_int_equal(range.length, length);
}

static void test_ranges(void **state)
{
    static const char *const whole[] = {
        "bytes=",        "bytes=-",   "bytes=a-b",  "bytes=1",    "bytes=2-1",
        "bytes=0-1,3-4", "items=0-1", "bytes=0-1 ", "bytes= 0-1", "bytes=9999999999999999999-",
        "bytes=--1"};
    struct sk_range range;

    (void)state;
    check_range("bytes=0-0", 10, 0, 1);
    check_range("bytes=2-5", 10, 2, 4);
    check_range("bytes=2-", 10, 2, 8);
    check_range("bytes=2-9", 10, 2, 8);
    check_range("bytes=2-10", 10, 2, 8);
    check_range("bytes=2-999999999999999999", 10, 2, 8);
    check_range("bytes=-3", 10, 7, 3);
    check_range("bytes=-30", 10, 0, 10);
    assert_int_equal(sk_range_parse("bytes=10-", 10, &range), SK_RANGE_NONE);
    assert_int_equal(sk_range_parse("bytes=10-20", 10, &range), SK_RANGE_NONE);
    assert_int_equal(sk_range_parse("bytes=-0", 10, &range), SK_RANGE_NONE);
    assert_int_equal(sk_range_parse("bytes=0-", 0, &range), SK_RANGE_NONE);
    assert_int_equal(sk_range_parse(NULL, 10, &range), SK_RANGE_WHOLE);
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        assert_int_equal(sk_range_parse(whole[i], 10, &range), SK_RANGE_WHOLE);
    }
}

/* "GET / HTTP/1.1" CRLF "Host: x" CRLF CRLF */
static struct sk_head small_head(size_t *total)
{
    struct sk_head head = {.fields = 1, .bytes = 9, .once = {[SK_HEAD_HOST] = 1}};

    *total = 16 + 9 + 2;
    return head;
}

static void test_whole_head(void **state)
{
    size_t total;
    struct sk_head head = small_head(&total);

    (void)state;
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_GOOD);
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total + 1), SK_HEAD_BAD); /* unseen bytes */
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total - 1), SK_HEAD_BAD); /* bare LF */
    for (size_t i = 0; i < SK_HEAD_ONCE; i++) {
        head = small_head(&total);
        head.once[i] = 1;
        assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_GOOD);
        head.once[i] = 2;
        assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_BAD);
    }
    head = small_head(&total);
    head.once[SK_HEAD_CONTENT_LENGTH] = head.once[SK_HEAD_TRANSFER_ENCODING] = 1;
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_BAD);
    head = small_head(&total);
    head.malformed = true;
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_BAD);
    head = small_head(&total);
    head.fields = SK_HEAD_FIELDS_MAX + 1;
    assert_int_equal(sk_head_check(&head, 3, 1, 8, total), SK_HEAD_LARGE);
    head = small_head(&total);
    assert_int_equal(sk_head_check(&head, 3, 1, 8, SK_HEAD_BYTES_MAX + 1), SK_HEAD_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_multipart),  cmocka_unit_test(test_other_media),
        cmocka_unit_test(test_accept),     cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_whole_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
