/* The code as text: known answers, every typing error, what people type (FORMAT section 3). */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define CODE "04926-D25AS-KQH2C-TNEYC-VQQFE"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static enum sk_error parse(const char *text, uint8_t r[SK_CODE_RANDOM])
{
    return sk_code_parse(r, text, strlen(text));
}

/* Parses to the r of CODE. */
static void expect_same(const char *text)
{
    uint8_t r[SK_CODE_RANDOM];

    assert_error(parse(text, r), SK_OK);
    for (unsigned i = 0; i < sizeof r; i++) {
        assert_int_equal(r[i], 17 * i + 1);
    }
}

/* Is refused, and leaves r alone. */
static void expect_refused(const char *text, enum sk_error error)
{
    uint8_t r[SK_CODE_RANDOM], before[SK_CODE_RANDOM];

    memset(r, 0xA7, sizeof r);
    memset(before, 0xA7, sizeof before);
    assert_error(parse(text, r), error);
    assert_memory_equal(r, before, sizeof r);
}

static void both_ways(const char *file, const char *list)
{
    json_t *vectors = unit_vectors(file);
    size_t i;
    const json_t *v;

    assert_true(json_array_size(json_object_get(vectors, list)) >= 4);
    json_array_foreach(json_object_get(vectors, list), i, v)
    {
        uint8_t r[SK_CODE_RANDOM], got[SK_CODE_RANDOM];
        char text[SK_CODE_TEXT];

        unit_hex_field(r, sizeof r, v, "r");
        sk_code_format(text, r);
        assert_string_equal(text, unit_text(v, "code"));
        assert_error(parse(unit_text(v, "code"), got), SK_OK);
        assert_memory_equal(got, r, sizeof r);
    }
    json_decref(vectors);
}

static void test_known_answers(void **state)
{
    (void)state;
    both_ways("vectors.json", "receipts");
}

static void test_own_known_answers(void **state)
{
    (void)state;
    both_ways("own-codes.json", "codes");
}

static void test_round_trip_of_random_codes(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint8_t r[SK_CODE_RANDOM], back[SK_CODE_RANDOM];
        char text[SK_CODE_TEXT];

        randombytes_buf(r, sizeof r);
        sk_code_format(text, r);
        assert_int_equal(strlen(text), SK_CODE_TEXT - 1);
        assert_error(parse(text, back), SK_OK);
        assert_memory_equal(r, back, sizeof r);
    }
}

/* 25 symbols without hyphens, of a few codes in turn. */
static void plain_code(char out[26], unsigned which)
{
    uint8_t r[SK_CODE_RANDOM];
    char text[SK_CODE_TEXT];
    size_t n = 0;

    for (unsigned i = 0; i < sizeof r; i++) {
        r[i] = (uint8_t)(which == 0 ? 17 * i + 1 : i * i * 31 + which * 73 + (i ^ which));
    }
    sk_code_format(text, r);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '-') {
            out[n++] = *p;
        }
    }
    out[n] = '\0';
    assert_int_equal(n, 25);
}

static void test_every_single_wrong_symbol_is_caught(void **state)
{
    unsigned tried = 0;

    (void)state;
    for (unsigned which = 0; which < 8; which++) {
        char code[26];

        plain_code(code, which);
        for (size_t at = 0; at < 25; at++) {
            char right = code[at];

            for (const char *wrong = alphabet; *wrong != '\0'; wrong++) {
                if (*wrong != right) {
                    code[at] = *wrong;
                    expect_refused(code, SK_ERR_CODE_CHECK);
                    tried++;
                }
            }
            code[at] = right;
        }
    }
    assert_int_equal(tried, 8 * 25 * 31);
}

static void test_every_transposition_is_caught(void **state)
{
    unsigned tried = 0;

    (void)state;
    for (unsigned which = 0; which < 20; which++) {
        char code[26];

        plain_code(code, which);
        for (size_t i = 0; i < 25; i++) {
            for (size_t j = 0; j < i; j++) {
                char a = code[i], b = code[j];

                if (a == b) {
                    continue;
                }
                code[i] = b;
                code[j] = a;
                expect_refused(code, SK_ERR_CODE_CHECK);
                code[i] = a;
                code[j] = b;
                tried++;
            }
        }
    }
    assert_true(tried > 5000);
}

static void test_case_spaces_and_hyphens_do_not_matter(void **state)
{
    (void)state;
    expect_same(CODE);
    expect_same("04926D25ASKQH2CTNEYCVQQFE");
    expect_same("04926-d25as-kqh2c-tneyc-vqqfe");
    expect_same("  04926 D25AS\tKQH2C\r\nTNEYC\nVQQFE \n");
    expect_same("0-4-9-2-6-D-2-5-A-S-K-Q-H-2-C-T-N-E-Y-C-V-Q-Q-F-E");
    expect_same("04926\u2013D25AS\u2014KQH2C\u2212TNEYC\u00ADVQQFE");             /* dashes */
    expect_same("\uFEFF04926\u00A0D25AS\u202FKQH2C\u2009TNEYC\u3000VQQFE\u200B"); /* spaces */
}

static void test_O_I_and_L_are_digits(void **state)
{
    uint8_t r[SK_CODE_RANDOM], want[SK_CODE_RANDOM];

    (void)state;
    expect_same("O4926-D25AS-KQH2C-TNEYC-VQQFE");
    expect_same("o4926-D25AS-KQH2C-TNEYC-VQQFE");
    /* r with many zeros and ones in its code */
    assert_error(parse("00000-00000-00000-00000-00000", want), SK_OK);
    assert_error(parse("OOOOO-ooooo-00000-Oo0Oo-OoO0o", r), SK_OK);
    assert_memory_equal(r, want, sizeof r);
    memset(want, 0x08, 1);
    memset(want + 1, 0x42, 1);
    memset(want + 2, 0x10, 1);
    char text[SK_CODE_TEXT], typed[SK_CODE_TEXT];
    const char *ones = "IiLl1";

    sk_code_format(text, want);
    for (size_t i = 0, n = 0; i < sizeof text; i++) {
        typed[i] = text[i] == '1' ? ones[n++ % 5] : text[i];
    }
    assert_string_not_equal(text, typed);
    assert_error(parse(typed, r), SK_OK);
    assert_memory_equal(r, want, sizeof r);
}

static void test_cyrillic_look_alikes_are_accepted(void **state)
{
    (void)state;
    /* capitals and small letters of a Ukrainian keyboard wherever they look right */
    expect_same("О4926-D25АЅ-КQН2С-ТNЕУС-VQQFЕ");
    expect_same("о4926-d25аѕ-кqн2с-тnеус-vqqfе");
}

static size_t utf8_put(char out[4], unsigned point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    out[0] = (char)(0xE0 | point >> 12);
    out[1] = (char)(0x80 | (point >> 6 & 0x3F));
    out[2] = (char)(0x80 | (point & 0x3F));
    return 3;
}

/* A valid code of which the first symbol is s. */
static void code_beginning_with(char out[SK_CODE_TEXT], unsigned s)
{
    uint8_t r[SK_CODE_RANDOM] = {(uint8_t)(s << 3)};

    sk_code_format(out, r);
    assert_int_equal(out[0], alphabet[s]);
}

/* What a character is read as: a symbol of the alphabet, ' ' for ignored, '?' for refused. */
static char read_as(const char *utf8, size_t n)
{
    char text[64], rest[SK_CODE_TEXT];
    uint8_t r[SK_CODE_RANDOM];

    memcpy(text, utf8, n);
    for (unsigned s = 0; s < 32; s++) {
        code_beginning_with(rest, s);
        memcpy(text + n, rest + 1, SK_CODE_TEXT - 2);
        enum sk_error e = sk_code_parse(r, text, n + SK_CODE_TEXT - 2);

        if (e == SK_OK) {
            return alphabet[s];
        }
        if (e != SK_ERR_CODE_CHECK) {
            assert_true(e == SK_ERR_CODE_SYMBOL || e == SK_ERR_CODE_LENGTH);
            return e == SK_ERR_CODE_SYMBOL ? '?' : ' ';
        }
    }
    fail_msg("a symbol that fits nowhere");
    return 0;
}

static void test_every_character_is_read_as_the_table_says(void **state)
{
    json_t *vectors = unit_vectors("own-codes.json");
    const json_t *ignored = json_object_get(vectors, "ignored");
    unsigned symbols = 0, spaces = 0;

    (void)state;
    for (unsigned point = 1; point <= 0xFFFF; point++) {
        char utf8[5] = {0}, want = '?';
        size_t n = utf8_put(utf8, point);
        const char *symbol =
            json_string_value(json_object_get(json_object_get(vectors, "read_as"), utf8));
        size_t i;
        const json_t *v;

        if (symbol != NULL) {
            want = symbol[0];
            symbols++;
        }
        json_array_foreach(ignored, i, v)
        {
            if (json_integer_value(v) == (json_int_t)point) {
                want = ' ';
                spaces++;
            }
        }
        if (read_as(utf8, n) != want) {
            fail_msg("U+%04X is read as '%c', not '%c'", point, read_as(utf8, n), want);
        }
    }
    /* 32 + 22 small letters, 6 of O I L, 15 Cyrillic in two cases */
    assert_int_equal(symbols, 32 + 22 + 6 + 30);
    assert_int_equal(spaces, json_array_size(ignored));
    json_decref(vectors);
}

static void test_too_short_is_refused(void **state)
{
    char code[26];

    (void)state;
    expect_refused("", SK_ERR_CODE_LENGTH);
    expect_refused("-", SK_ERR_CODE_LENGTH);
    for (size_t n = 0; n < 25; n++) {
        plain_code(code, 0);
        code[n] = '\0';
        expect_refused(code, SK_ERR_CODE_LENGTH);
    }
}

static void test_too_long_is_refused(void **state)
{
    char code[2100];

    (void)state;
    expect_refused(CODE "0", SK_ERR_CODE_LENGTH);
    expect_refused("0" CODE, SK_ERR_CODE_LENGTH);
    expect_refused(CODE CODE, SK_ERR_CODE_LENGTH);
    memset(code, '0', sizeof code);
    code[sizeof code - 1] = '\0';
    expect_refused(code, SK_ERR_CODE_LENGTH);
}

static void test_foreign_symbol_is_refused(void **state)
{
    (void)state;
    expect_refused("U4926-D25AS-KQH2C-TNEYC-VQQFE", SK_ERR_CODE_SYMBOL);
    expect_refused("04926-D25AS-KQH2C-TNEYC-VQQF!", SK_ERR_CODE_SYMBOL);
    expect_refused("04926_D25AS-KQH2C-TNEYC-VQQFE", SK_ERR_CODE_SYMBOL);
    expect_refused("Ж4926-D25AS-KQH2C-TNEYC-VQQFE", SK_ERR_CODE_SYMBOL);
    expect_refused("\U0001F4E64926-D25AS-KQH2C-TNEYC-VQQFE", SK_ERR_CODE_SYMBOL);
    /* first the sign, then the length: that is the more helpful news */
    expect_refused("U", SK_ERR_CODE_SYMBOL);
    expect_refused(CODE CODE "U", SK_ERR_CODE_SYMBOL);
}

static void test_NUL_inside_is_refused(void **state)
{
    uint8_t r[SK_CODE_RANDOM];

    (void)state;
    assert_error(sk_code_parse(r, CODE, sizeof CODE - 1), SK_OK);
    assert_error(sk_code_parse(r, CODE, sizeof CODE), SK_ERR_CODE_SYMBOL);
}

static void test_broken_utf8_is_refused(void **state)
{
    (void)state;
    expect_refused("\x80" CODE, SK_ERR_CODE_SYMBOL);
    expect_refused(CODE "\xD0", SK_ERR_CODE_SYMBOL);
    expect_refused(CODE "\xE2\x80", SK_ERR_CODE_SYMBOL);
    expect_refused("\xC0\xAD" CODE, SK_ERR_CODE_SYMBOL);     /* overlong hyphen */
    expect_refused("\xE0\x80\xAD" CODE, SK_ERR_CODE_SYMBOL); /* and longer */
    expect_refused("\xD0" CODE, SK_ERR_CODE_SYMBOL);
    expect_refused("\xFF" CODE, SK_ERR_CODE_SYMBOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_own_known_answers),
        cmocka_unit_test(test_round_trip_of_random_codes),
        cmocka_unit_test(test_every_single_wrong_symbol_is_caught),
        cmocka_unit_test(test_every_transposition_is_caught),
        cmocka_unit_test(test_case_spaces_and_hyphens_do_not_matter),
        cmocka_unit_test(test_O_I_and_L_are_digits),
        cmocka_unit_test(test_cyrillic_look_alikes_are_accepted),
        cmocka_unit_test(test_every_character_is_read_as_the_table_says),
        cmocka_unit_test(test_too_short_is_refused),
        cmocka_unit_test(test_too_long_is_refused),
        cmocka_unit_test(test_foreign_symbol_is_refused),
        cmocka_unit_test(test_NUL_inside_is_refused),
        cmocka_unit_test(test_broken_utf8_is_refused),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
