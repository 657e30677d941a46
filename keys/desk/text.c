#include "keys/desk/text.h"

#include <stdlib.h>
#include <string.h>

#include "keys/cli/unicode.h"

static const char replacement[] = "\xEF\xBF\xBD";

/* Whether bytes can be the beginning of a character: one that they are, or one that follows when
 * the lowest or the highest bytes complete them (no overlong forms, no surrogates, nothing above
 * U+10FFFF: RFC 3629, section 4). NUL is none. */
static bool begins(const uint8_t *held, size_t len, uint8_t byte)
{
    static const uint8_t ends[] = {0x80, 0xBF};
    uint32_t c;

    for (size_t i = 0; i < sizeof ends; i++) {
        uint8_t whole[4];

        memset(whole, ends[i], sizeof whole);
        memcpy(whole, held, len);
        whole[len] = byte;
        if (byte != 0 && sk_character(whole, sizeof whole, &c) > len) {
            return true;
        }
    }
    return false;
}

static size_t put(char *out, const void *bytes, size_t len)
{
    memcpy(out, bytes, len);
    return len;
}

static size_t flush_broken(struct sk_repair *r, char *out)
{
    if (r->held_len == 0) {
        return 0;
    }
    r->held_len = 0;
    return put(out, replacement, 3);
}

static size_t repair_byte(struct sk_repair *r, char *out, uint8_t byte)
{
    size_t n = 0;
    uint32_t c;

    if (!begins(r->held, r->held_len, byte)) {
        n = flush_broken(r, out);
    }
    if (!begins(r->held, r->held_len, byte)) {
        return n + put(out + n, replacement, 3);
    }
    r->held[r->held_len++] = byte;
    if (sk_character(r->held, r->held_len, &c) > 0) {
        n += put(out + n, r->held, r->held_len);
        r->held_len = 0;
    }
    return n;
}

size_t sk_repair(struct sk_repair *r, char *out, const uint8_t *in, size_t len, bool finish)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        n += repair_byte(r, out + n, in[i]);
    }
    if (finish) {
        n += flush_broken(r, out + n);
    }
    return n;
}

uint32_t sk_decode(const uint8_t *p, size_t *len)
{
    uint32_t c;

    *len = sk_character(p, 4, &c);
    if (*len == 0) {
        *len = 1;
        return 0xFFFD;
    }
    return c;
}

bool sk_harmful(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || c == 0x061C ||
           (c >= 0x200E && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

void sk_print_safe_bytes(FILE *out, const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + len;

    while (p < end && *p != '\0') {
        size_t n = 0;
        uint32_t c = sk_decode(p, &n);

        if (n > (size_t)(end - p)) {
            break;
        }
        if (c == '\r') {
            ; /* browsers end lines with CR LF; the LF is enough */
        } else if (c == 0xFFFD || sk_harmful(c)) {
            fwrite(replacement, 1, 3, out);
        } else {
            fwrite(p, 1, n, out);
        }
        p += n;
    }
}

void sk_print_safe(FILE *out, const char *text)
{
    sk_print_safe_bytes(out, text, strlen(text));
}

void sk_excerpt(char *out, size_t room, const char *text, size_t columns)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t used = 0;
    bool gap = false;

    while (*p != '\0') {
        size_t n = 0;
        uint32_t c = sk_decode(p, &n);

        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            gap = used > 0;
        } else {
            bool bad = c == 0xFFFD || sk_harmful(c);
            size_t need = (gap ? 1u : 0u) + (bad ? 3 : n);
            size_t wide = (gap ? 1u : 0u) + (bad ? 1 : sk_character_columns(c));

            if (used + need + 1 > room || wide > columns) {
                break;
            }
            if (gap) {
                out[used++] = ' ';
            }
            used += put(out + used, bad ? (const void *)replacement : p, bad ? 3 : n);
            gap = false;
            columns -= wide;
        }
        p += n;
    }
    out[used] = '\0';
}

bool sk_fold_find(const char *text, const char *folded_word)
{
    char *folded = sk_fold(text);
    bool found = folded != NULL && strstr(folded, folded_word) != NULL;

    free(folded);
    return found;
}
