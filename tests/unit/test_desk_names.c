/* Names of attachments, and text that strangers wrote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/cli/unicode.h"
#include "keys/desk/names.h"
#include "keys/desk/text.h"
#include "tests/unit/unit.h"

static void safe_names(void **state)
{
    static const char *const pairs[][2] = {
        {"photo.jpg", "01-photo.jpg"},
        {"", "01-attachment"},
        {".", "01-attachment"},
        {"..", "01-attachment"},
        {".bashrc", "01-bashrc"},
        {"/etc/passwd", "01-passwd"},
        {"../../x", "01-x"},
        {"C:\\temp\\x.doc", "01-x.doc"},
        {"dir/", "01-attachment"},
        {"a b\tc\nd", "01-a_b_c_d"},
        {"a;rm -rf $HOME`x`|y&", "01-a_rm_-rf_HOME_x_y_"},
        {"-rf", "01--rf"},
        {"\xd0\xa4\xd0\xbe\xd1\x82\xd0\xbe.jpg", "01-foto.jpg"},
        {"\xd0\x87\xd0\xb6\xd0\xb0\xd0\xba", "01-izhak"},
        {"\xe2\x80\xaegpj.exe", "01-_gpj.exe"},
        {"\xff\xfe.png", "01-_.png"},
        {"\xf0\x9f\x93\xb7", "01-_"},
        {"CON", "01-CON"},
        {"foto.jpg.", "01-foto.jpg"},
        {"foto.jpg. . .", "01-foto.jpg._._"},
        {"foto...", "01-foto"},
        {"foto ", "01-foto_"},
        {"\xc5\x9eik\xc3\xa2yet.docx", "01-Sikayet.docx"},
        {"\xc3\x87\xc3\xa7\xc4\x9e\xc4\x9f\xc3\x91\xc3\xb1\xc3\x96\xc3\xb6", "01-CcGgNnOo"},
        {"\xc3\x9c\xc3\xbc\xc4\xb0\xc4\xb1\xc3\x82\xc3\xa2\xc5\x9f", "01-UuIiAas"},
        {"S\xcc\xa7ik\xd0\xb8\xcc\x86.txt", "01-Siky.txt"}, /* letters in two parts */
    };
    char out[SK_SAFE_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        sk_safe_name(out, 1, pairs[i][0]);
        assert_string_equal(out, pairs[i][1]);
    }
    sk_safe_name(out, 1000, "x");
    assert_string_equal(out, "1000-x");
}

static void every_byte_is_safe(void **state)
{
    char claimed[4] = "", out[SK_SAFE_NAME_MAX];

    (void)state;
    for (unsigned i = 1; i < 65536; i++) {
        claimed[0] = (char)(uint8_t)(i >> 8 != 0 ? i >> 8 : i);
        claimed[1] = (char)(uint8_t)(i >> 8 != 0 ? i : 0);
        sk_safe_name(out, 1, claimed);
        assert_int_equal(strspn(out, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-_."),
                         strlen(out));
        assert_memory_equal(out, "01-", 3);
        assert_true(out[3] != '.' && out[3] != '\0' && out[strlen(out) - 1] != '.');
    }
}

static void long_names_keep_their_ending(void **state)
{
    char claimed[3000], out[SK_SAFE_NAME_MAX];

    (void)state;
    memset(claimed, 'a', sizeof claimed);
    memcpy(claimed + sizeof claimed - 5, ".jpg", 5);
    sk_safe_name(out, 999999, claimed);
    assert_int_equal(strlen(out), 7 + 80);
    assert_string_equal(out + strlen(out) - 4, ".jpg");
    claimed[100] = '.'; /* an ending of 2,895 bytes is none */
    memset(claimed + 101, 'b', sizeof claimed - 102);
    sk_safe_name(out, 1, claimed);
    assert_int_equal(strlen(out), 3 + 80);
    claimed[100] = 'a';
    claimed[79] = '.'; /* cut right behind it */
    sk_safe_name(out, 1, claimed);
    assert_int_equal(strlen(out), 3 + 79);
}

/* In pieces of every size, the result must be the same. */
static void repaired(const char *in, size_t len, const char *want)
{
    for (size_t piece = 1; piece <= len; piece++) {
        struct sk_repair r = {.held_len = 0};
        char out[256];
        size_t n = 0;

        for (size_t at = 0; at < len; at += piece) {
            size_t now = len - at < piece ? len - at : piece;

            n += sk_repair(&r, out + n, (const uint8_t *)in + at, now, false);
        }
        n += sk_repair(&r, out + n, NULL, 0, true);
        out[n] = '\0';
        assert_string_equal(out, want);
    }
}

#define BAD "\xef\xbf\xbd"
#define REPAIRED(in, want) repaired(in, sizeof(in) - 1, want)

static void repair(void **state)
{
    (void)state;
    REPAIRED("abc", "abc");
    REPAIRED("\xd1\x97\xe2\x82\xac\xf0\x9f\x93\xb7", "\xd1\x97\xe2\x82\xac\xf0\x9f\x93\xb7");
    REPAIRED("a\0b", "a" BAD "b");
    REPAIRED("\xff\xfe", BAD BAD);
    REPAIRED("\xc0\xaf", BAD BAD);                 /* overlong '/' */
    REPAIRED("\xe0\x80\xaf", BAD BAD BAD);         /* likewise */
    REPAIRED("\xed\xa0\x80", BAD BAD BAD);         /* a surrogate */
    REPAIRED("\xf4\x90\x80\x80", BAD BAD BAD BAD); /* above U+10FFFF */
    REPAIRED("\xe2\x82", BAD);                     /* cut */
    REPAIRED("\xe2\x82z", BAD "z");
    REPAIRED("\xe2\xd1\x97", BAD "\xd1\x97");
}

static void excerpts(void **state)
{
    char out[64];

    (void)state;
    sk_excerpt(out, sizeof out, "  a\r\n\tb  ", 10);
    assert_string_equal(out, "a b");
    sk_excerpt(out, sizeof out, "\xd1\x97\xd1\x97\xd1\x97", 2);
    assert_string_equal(out, "\xd1\x97\xd1\x97");
    sk_excerpt(out, 4, "\xd1\x97\xd1\x97\xd1\x97", 10);
    assert_string_equal(out, "\xd1\x97");
    sk_excerpt(out, sizeof out, "\x1b[31m\xc2\x9b\xe2\x80\xae", 10);
    assert_string_equal(out, BAD "[31m" BAD BAD);
}

static void printing_is_harmless(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_non_null(out);
    sk_print_safe(out, "a\x1b]0;x\x07\r\nb\tc\x7f\xc2\x85\xe2\x81\xa6\xd1\x97\xe2");
    fclose(out);
    assert_string_equal(text, "a" BAD "]0;x" BAD "\nb\tc" BAD BAD BAD "\xd1\x97" BAD);
    free(text);
}

static bool finds(const char *text, const char *word)
{
    char *folded = sk_fold(word);

    assert_non_null(folded);
    bool found = sk_fold_find(text, folded);

    free(folded);
    return found;
}

static void searching(void **state)
{
    (void)state;
    assert_true(finds("x суёї y", "СУЁЇ"));
    assert_false(finds("x суё y", "СУЁЇ"));
    assert_true(finds("СТРАША", "страша"));
    assert_true(finds("STRASSE", "straße"));
    /* A letter and its mark in one, or in two as some systems write them. */
    assert_true(finds("Київ, бійня", "ки\u0456\u0308в"));
    assert_true(finds("би\u0438\u0306 Ки\u0456\u0308в", "київ"));
    assert_false(finds("Киів", "київ"));
    /* Crimean Tatar tells two i apart, and a search does not. */
    assert_true(finds("İSTANBUL QIRIM", "istanbul"));
    assert_true(finds("QIRIM", "qırım"));
    assert_true(finds("qırım", "QIRIM"));
    assert_true(finds("anything", ""));
    assert_null(sk_fold("\xff"));
    assert_null(sk_fold("\xed\xa0\x80"));
}

static void a_table_counts_columns(void **state)
{
    char out[64];

    (void)state;
    assert_int_equal(sk_columns("Київ"), 4);
    assert_int_equal(sk_columns("и\u0306"), 1);
    assert_int_equal(sk_columns("\u4e2d\u6587"), 4);
    sk_excerpt(out, sizeof out, "\u4e2d\u6587\u4e2d", 5);
    assert_string_equal(out, "\u4e2d\u6587");
    sk_excerpt(out, sizeof out, "и\u0306и\u0306и", 2);
    assert_string_equal(out, "и\u0306и\u0306");
    sk_excerpt(out, 6, "и\u0306\u0306\u0306", 9);
    assert_string_equal(out, "и\u0306");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_names),
        cmocka_unit_test(every_byte_is_safe),
        cmocka_unit_test(long_names_keep_their_ending),
        cmocka_unit_test(repair),
        cmocka_unit_test(excerpts),
        cmocka_unit_test(printing_is_harmless),
        cmocka_unit_test(searching),
        cmocka_unit_test(a_table_counts_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
