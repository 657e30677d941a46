/*
 * The receipt code as text (FORMAT section 3): which characters a person may type, and how they are
 * read. The browser's code has the same table; tests/vectors/own-codes.json tests both.
 *
 * Ignored wherever they stand: all of keys/format/signs.def.
 *
 * Read as another sign, in capitals and in small letters:
 *   Latin      O -> 0    I -> 1    L -> 1
 *   Cyrillic   U+0410/0430 A -> A    U+0412/0432 Ve -> B   U+0415/0435 Ie -> E
 *              U+041A/043A Ka -> K   U+041C/043C Em -> M   U+041D/043D En -> H
 *              U+041E/043E O -> 0    U+0420/0440 Er -> P   U+0421/0441 Es -> C
 *              U+0422/0442 Te -> T   U+0423/0443 U -> Y    U+0425/0445 Ha -> X
 *              U+0405/0455 Dze -> S  U+0406/0456 I -> 1    U+0408/0458 Je -> J
 *
 * Latin U is in no code and is refused, like every other sign.
 */
#include "keys/format/code.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "keys/format/signs.h"

enum { DATA_SYMBOLS = 24, SYMBOLS = 25, GROUP = 5, NO_SYMBOL = -1, IGNORED = -2 };

static const char alphabet[33] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct look_alike {
    uint16_t capital, small; /* Unicode */
    char latin;
};

static const struct look_alike look_alikes[] = {
    {'O', 'o', '0'},       {'I', 'i', '1'},       {'L', 'l', '1'},       {0x0410, 0x0430, 'A'},
    {0x0412, 0x0432, 'B'}, {0x0415, 0x0435, 'E'}, {0x041A, 0x043A, 'K'}, {0x041C, 0x043C, 'M'},
    {0x041D, 0x043D, 'H'}, {0x041E, 0x043E, '0'}, {0x0420, 0x0440, 'P'}, {0x0421, 0x0441, 'C'},
    {0x0422, 0x0442, 'T'}, {0x0423, 0x0443, 'Y'}, {0x0425, 0x0445, 'X'}, {0x0405, 0x0455, 'S'},
    {0x0406, 0x0456, '1'}, {0x0408, 0x0458, 'J'},
};

/* 2 (acc xor d) in GF(32) with x^5 + x^2 + 1. */
static unsigned check_step(unsigned acc, unsigned d)
{
    unsigned twice = (acc ^ d) << 1;

    return (twice & 32) != 0 ? twice ^ 0x25 : twice;
}

void sk_code_format(char out[SK_CODE_TEXT], const uint8_t r[SK_CODE_RANDOM])
{
    unsigned check = 0;
    char *p = out;

    for (unsigned i = 0; i < SYMBOLS; i++) {
        unsigned symbol = check;

        if (i < DATA_SYMBOLS) {
            unsigned bit = i * 5, byte = bit / 8;
            unsigned next = byte + 1 < SK_CODE_RANDOM ? r[byte + 1] : 0u;
            unsigned pair = (unsigned)r[byte] << 8 | next;

            symbol = pair >> (11 - bit % 8) & 31;
            check = check_step(check, symbol);
        }
        if (i > 0 && i % GROUP == 0) {
            *p++ = '-';
        }
        *p++ = alphabet[symbol];
    }
    *p = '\0';
}

/* Reads one character of up to three UTF-8 bytes and returns its length, or 0. Longer characters
 * cannot be part of a code. */
static size_t utf8_next(const char *text, size_t len, unsigned *point)
{
    unsigned a = (uint8_t)text[0], b = len > 1 ? (uint8_t)text[1] : 0u;
    unsigned c = len > 2 ? (uint8_t)text[2] : 0u;

    if (a < 0x80) {
        *point = a;
        return 1;
    }
    if (a >= 0xC2 && a <= 0xDF && (b & 0xC0) == 0x80) {
        *point = (a & 0x1F) << 6 | (b & 0x3F);
        return 2;
    }
    if ((a & 0xF0) == 0xE0 && (b & 0xC0) == 0x80 && (c & 0xC0) == 0x80) {
        *point = (a & 0x0F) << 12 | (b & 0x3F) << 6 | (c & 0x3F);
        return *point >= 0x800 ? 3 : 0;
    }
    return 0;
}

static int value_of_latin(unsigned point)
{
    unsigned capital = point >= 'a' && point <= 'z' ? point - 'a' + 'A' : point;

    if (capital == 0 || capital >= 0x80) {
        return NO_SYMBOL;
    }
    const char *at = strchr(alphabet, (int)capital);

    return at != NULL ? (int)(at - alphabet) : NO_SYMBOL;
}

/* What a character stands for: 0..31, IGNORED or NO_SYMBOL. */
static int value_of(unsigned point)
{
    if (sk_sign_kind(point) != SK_SIGN_OTHER) {
        return IGNORED;
    }
    for (size_t i = 0; i < sizeof look_alikes / sizeof look_alikes[0]; i++) {
        if (point == look_alikes[i].capital || point == look_alikes[i].small) {
            return value_of_latin((unsigned)look_alikes[i].latin);
        }
    }
    return value_of_latin(point);
}

/* Reads a text that is too long to its end: CODE_SYMBOL tells a person more than CODE_LENGTH. */
static enum sk_error symbols_read(uint8_t symbols[SYMBOLS], const char *text, size_t len)
{
    size_t count = 0;

    while (len > 0) {
        unsigned point = 0;
        size_t n = utf8_next(text, len, &point);
        int value = n == 0 ? NO_SYMBOL : value_of(point);

        if (value == NO_SYMBOL) {
            return SK_ERR_CODE_SYMBOL;
        }
        if (value != IGNORED) {
            if (count < SYMBOLS) {
                symbols[count] = (uint8_t)value;
            }
            count++;
        }
        text += n;
        len -= n;
    }
    return count == SYMBOLS ? SK_OK : SK_ERR_CODE_LENGTH;
}

enum sk_error sk_code_parse(uint8_t r[SK_CODE_RANDOM], const char *text, size_t len)
{
    uint8_t symbols[SYMBOLS] = {0};
    unsigned check = 0;
    enum sk_error e = symbols_read(symbols, text, len);

    if (e != SK_OK) {
        goto out;
    }
    for (size_t i = 0; i < DATA_SYMBOLS; i++) {
        check = check_step(check, symbols[i]);
    }
    if (check != symbols[DATA_SYMBOLS]) {
        e = SK_ERR_CODE_CHECK;
        goto out;
    }
    memset(r, 0, SK_CODE_RANDOM);
    for (size_t bit = 0; bit < SK_CODE_RANDOM * 8; bit++) {
        unsigned one = (unsigned)symbols[bit / 5] >> (4 - bit % 5) & 1u;

        r[bit / 8] = (uint8_t)(r[bit / 8] | one << (7 - bit % 8));
    }
out:
    sodium_memzero(symbols, sizeof symbols);
    return e;
}
