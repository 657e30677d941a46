#include "keys/base/plain.h"

#include <sodium.h>
#include <string.h>

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

size_t sk_plain_character(const uint8_t *p, size_t left)
{
    const struct lead *lead;

    if (left == 0) {
        return 0;
    }
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
        size_t n = sk_plain_character(p + i, len - i);

        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

static bool begins(const uint8_t *bytes, size_t len, const char *mark, size_t mark_len)
{
    return len >= mark_len && memcmp(bytes, mark, mark_len) == 0;
}

static enum sk_plain_wrong wrong_at(const uint8_t *p, size_t left, uint8_t *value)
{
    *value = p[0];
    if (p[0] == 0) {
        return SK_PLAIN_UTF16;
    }
    if (p[0] == 0xC2 && left > 1 && p[1] >= 0x80 && p[1] < 0xA0) {
        *value = p[1];
        return SK_PLAIN_CONTROL;
    }
    return p[0] < 0x80 ? SK_PLAIN_CONTROL : SK_PLAIN_NOT_UTF8;
}

/* The whole text is checked before a byte of it changes. */
static enum sk_error check(const uint8_t *bytes, size_t from, size_t len,
                           struct sk_plain_fault *fault)
{
    size_t line = 1;

    for (size_t i = from; i < len;) {
        bool cr = bytes[i] == '\r';
        size_t n = cr ? 1 : sk_plain_character(bytes + i, len - i);

        if (n == 0) {
            fault->wrong = wrong_at(bytes + i, len - i, &fault->value);
            fault->line = line;
            fault->byte = i + 1;
            return SK_ERR_TEXT;
        }
        line += (cr && (i + 1 == len || bytes[i + 1] != '\n')) || bytes[i] == '\n' ? 1 : 0;
        i += n;
    }
    return SK_OK;
}

enum sk_error sk_plain_text(uint8_t *bytes, size_t *len, struct sk_plain_fault *fault)
{
    size_t from = begins(bytes, *len, "\xEF\xBB\xBF", 3) ? 3 : 0, to = 0;
    enum sk_error e;

    if (begins(bytes, *len, "\xFF\xFE", 2) || begins(bytes, *len, "\xFE\xFF", 2)) {
        *fault = (struct sk_plain_fault){SK_PLAIN_UTF16, 1, 1, bytes[0]};
        return SK_ERR_TEXT;
    }
    e = check(bytes, from, *len, fault);
    if (e != SK_OK) {
        return e;
    }
    for (; from < *len; from++) {
        bool cr = bytes[from] == '\r';

        bytes[to++] = cr ? '\n' : bytes[from];
        from += cr && from + 1 < *len && bytes[from + 1] == '\n' ? 1 : 0;
    }
    sodium_memzero(bytes + to, *len - to);
    *len = to;
    return SK_OK;
}
