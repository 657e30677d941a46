/* Upload-Metadata, taken and refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "gateway/intake/upload_meta.h"

#define ROW "AAECAwQFBgcICQoLDA0ODw=="
#define TOKEN "/////////////////////w=="

static const uint8_t COUNTED[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void test_none(void **state)
{
    struct sk_upload_meta meta;

    (void)state;
    assert_true(sk_upload_meta_parse(NULL, &meta));
    assert_false(meta.has_row);
    assert_false(meta.has_token);
}

static void test_both(void **state)
{
    static const char *const texts[] = {"row " ROW ",token " TOKEN, "token " TOKEN ",row " ROW,
                                        "row " ROW " , token " TOKEN,
                                        "filename d29ybGQ=,row " ROW ",empty,also ,token " TOKEN,
                                        "Row " TOKEN ",row " ROW ",token " TOKEN "\t"};
    uint8_t all[16];

    (void)state;
    memset(all, 255, sizeof all);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sk_upload_meta meta;
        assert_true(sk_upload_meta_parse(texts[i], &meta));
        assert_true(meta.has_row && meta.has_token);
        assert_memory_equal(meta.row.b, COUNTED, 16);
        assert_memory_equal(meta.token.b, all, 16);
    }
}

static void test_one(void **state)
{
    struct sk_upload_meta meta;

    (void)state;
    assert_true(sk_upload_meta_parse("row " ROW, &meta));
    assert_true(meta.has_row && !meta.has_token);
    assert_true(sk_upload_meta_parse("rows " ROW ",to,"
                                     "ro " TOKEN,
                                     &meta));
    assert_true(!meta.has_row && !meta.has_token);
}

static void test_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        ",",
        "row " ROW ",",
        ",row " ROW,
        "row " ROW ",,token " TOKEN,
        "row",
        "row ",
        "row  " ROW,
        "row " ROW " x",
        "row " ROW ",row " ROW,
        "a,a",
        "x YQ==,x YQ==",
        "row AAECAwQFBgcICQoLDA0ODw",
        "row AAECAwQFBgcICQoLDA0ODx==",
        "row AAECAwQFBgcICQoLDA0O",
        "row AAECAwQFBgcICQoLDA0ODxA=",
        "row AAECAwQFBgcICQoLDA0O-_==",
        "token AAEC==wQFBgcICQoLDA0ODw==",
        "x a",
        "x YQ",
        "x YQ=",
        "x YR==",
        "x Y Q==",
        "x Y\tQ==",
        "x Y=Q=",
        "x ====",
        "x \xc3\xa4",
        "x \xd9Q==",
        "\xd0\xba YQ==",
        "x\ty YQ==",
        "x\x7f YQ==",
        "x AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==AAAA"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sk_upload_meta meta;
        memset(&meta, 7, sizeof meta);
        if (sk_upload_meta_parse(texts[i], &meta)) {
            fail_msg("taken: '%s'", texts[i]);
        }
        assert_int_equal(meta.row.b[0], 7); /* outputs are untouched */
    }
}

static void test_many(void **state)
{
    char text[1024] = "";
    struct sk_upload_meta meta;

    (void)state;
    for (int i = 0; i < SK_META_PAIRS_MAX; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%sk%d YQ==", i > 0 ? "," : "",
                 i);
    }
    assert_true(sk_upload_meta_parse(text, &meta));
    strcat(text, ",one");
    assert_false(sk_upload_meta_parse(text, &meta));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),    cmocka_unit_test(test_both), cmocka_unit_test(test_one),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
