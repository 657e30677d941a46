#include "keys/seal/answer.h"

/* The bounds of a sequence's second byte carry the rules of Unicode 15, table 3-7: no overlong
 * form, no surrogate, nothing above U+10FFFF. */
struct lead {
    uint8_t first, last; /* lead bytes */
    uint8_t more;        /* continuation bytes */
    uint8_t low, high;   /* of the first continuation byte */
};

static const struct lead leads[] = {
    {0xC2, 0xC2, 1, 0xA0, 0xBF}, /* from U+00A0: before it stand the C1 controls */
    {0xC3, 0xDF, 1, 0x80, 0xBF}, {0xE0, 0xE0, 2, 0xA0, 0xBF}, {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F}, {0xEE, 0xEF, 2, 0x80, 0xBF}, {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF}, {0xF4, 0xF4, 3, 0x80, 0x8F},
};

static const struct lead *lead_of(uint8_t byte)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
        if (byte >= leads[i].first && byte <= leads[i].last) {
            return &leads[i];
        }
    }
    return NULL;
}

/* The length of the character at p, 0 if there is no valid one within left bytes. */
static size_t character(const uint8_t *p, size_t left)
{
    const struct lead *lead;

    if (p[0] < 0x80) {
        return (p[0] >= 0x20 && p[0] != 0x7F) || p[0] == '\t' || p[0] == '\n' ? 1 : 0;
    }
    lead = lead_of(p[0]);
    if (lead == NULL || left <= lead->more || p[1] < lead->low || p[1] > lead->high) {
        return 0;
    }
    for (size_t i = 2; i <= lead->more; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return (size_t)lead->more + 1;
}

bool sk_text_valid(const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text;

    for (size_t i = 0; i < len;) {
        size_t n = character(p + i, len - i);

        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}
