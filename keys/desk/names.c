#include "keys/desk/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "keys/cli/unicode.h"

#define BASE_MAX 80u
#define ENDING_MAX 12u

/* U+0430..U+044F, then the letters of Ukrainian and Russian outside that row. */
static const char *const latin_row[32] = {
    "a", "b", "v", "h", "d", "e",  "zh", "z",  "y",  "i",  "k", "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sh", "",  "y", "",  "e", "yu", "ya"};

/* Crimean Tatar in Latin letters. */
static const char *crimean(unsigned c)
{
    static const struct {
        unsigned letter;
        const char *plain;
    } letters[] = {{0xC2, "A"},  {0xE2, "a"},  {0xC7, "C"}, {0xE7, "c"}, {0x11E, "G"}, {0x11F, "g"},
                   {0x130, "I"}, {0x131, "i"}, {0xD1, "N"}, {0xF1, "n"}, {0xD6, "O"},  {0xF6, "o"},
                   {0x15E, "S"}, {0x15F, "s"}, {0xDC, "U"}, {0xFC, "u"}};

    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (letters[i].letter == c) {
            return letters[i].plain;
        }
    }
    return NULL;
}

static const char *latin(unsigned c)
{
    /* A combining mark of the letter before it, as in normal form D. */
    if (c >= 0x300 && c < 0x370) {
        return "";
    }

    if (c >= 0x410 && c < 0x430) {
        c += 0x20;
    }
    if (c >= 0x430 && c < 0x450) {
        return latin_row[c - 0x430];
    }
    switch (c) {
    case 0x401:
    case 0x451:
        return "io";
    case 0x404:
    case 0x454:
        return "ie";
    case 0x406:
    case 0x456:
    case 0x407:
    case 0x457:
        return "i";
    case 0x490:
    case 0x491:
        return "g";
    default:
        return crimean(c);
    }
}

static bool plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static const char *last_part(const char *name)
{
    const char *last = name;

    for (; *name != '\0'; name++) {
        if (*name == '/' || *name == '\\') {
            last = name + 1;
        }
    }
    return last;
}

/* The replacement of one character of the claimed name, and the character's length in bytes. */
static const char *translate(const unsigned char *p, size_t *used, char one[2])
{
    const char *text;
    uint32_t c;

    *used = 1;
    if (plain(*p)) {
        one[0] = (char)*p;
        one[1] = '\0';
        return one;
    }
    *used = sk_character(p, 4, &c);
    if (*used == 0) {
        *used = 1;
        return "_";
    }
    text = latin(c);
    return text != NULL ? text : "_";
}

static void clean(char *out, size_t room, const char *name)
{
    const unsigned char *p = (const unsigned char *)last_part(name);
    size_t n = 0;

    while (*p == '.') {
        p++;
    }
    while (*p != '\0') {
        size_t used;
        char one[2];
        const char *text = translate(p, &used, one);
        size_t len = strlen(text);

        p += used;
        if (text[0] == '_' && n > 0 && out[n - 1] == '_') {
            continue; /* one underscore for a run of other characters */
        }
        if (n + len + 1 > room) {
            break;
        }
        memcpy(out + n, text, len);
        n += len;
    }
    out[n] = '\0';
}

/* Cuts a long name in the middle, so that the ending stays. */
static void shorten(char *name)
{
    size_t len = strlen(name);
    const char *dot = strrchr(name, '.');
    size_t ending = dot != NULL ? strlen(dot) : 0;

    if (len <= BASE_MAX) {
        return;
    }
    if (ending > ENDING_MAX) {
        ending = 0;
    }
    memmove(name + BASE_MAX - ending, name + len - ending, ending);
    name[BASE_MAX] = '\0';
}

/* Windows cannot open a name that ends in a dot. */
static void drop_last_dots(char *name)
{
    size_t len = strlen(name);

    while (len > 0 && name[len - 1] == '.') {
        name[--len] = '\0';
    }
}

void sk_safe_name(char out[SK_SAFE_NAME_MAX], unsigned number, const char *claimed)
{
    char base[4096];

    clean(base, sizeof base, claimed);
    drop_last_dots(base);
    shorten(base);
    drop_last_dots(base);
    snprintf(out, SK_SAFE_NAME_MAX, "%02u-%s", number % 1000000u,
             base[0] != '\0' ? base : "attachment");
}
