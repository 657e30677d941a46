#include "keys/desk/text.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

static const char replacement[] = "\xEF\xBF\xBD";

/* The length of the character that a lead byte begins; 0 for a byte that begins none. */
static size_t lead_length(uint8_t lead)
{
    if (lead >= 0x01 && lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        return 3;
    }
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

/* Whether byte may stand at place i of a character that begins with these bytes: no overlong
 * forms, no surrogates, nothing above U+10FFFF (RFC 3629, section 4). */
static bool continues(const uint8_t *begin, size_t i, uint8_t byte)
{
    uint8_t low = 0x80, high = 0xBF;

    if (i == 1) {
        low = begin[0] == 0xE0 ? 0xA0 : begin[0] == 0xF0 ? 0x90 : low;
        high = begin[0] == 0xED ? 0x9F : begin[0] == 0xF4 ? 0x8F : high;
    }
    return byte >= low && byte <= high;
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

    if (r->held_len > 0 && !continues(r->held, r->held_len, byte)) {
        n = flush_broken(r, out);
    }
    if (r->held_len == 0 && lead_length(byte) == 0) {
        return n + put(out + n, replacement, 3);
    }
    r->held[r->held_len++] = byte;
    if (r->held_len == lead_length(r->held[0])) {
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
    static const uint8_t mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t n = lead_length(p[0]);
    uint32_t c;

    if (n == 0) {
        *len = 1;
        return 0xFFFD;
    }
    c = p[0] & mask[n];
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) { /* also the NUL at the end of text that is not valid */
            *len = i;
            return 0xFFFD;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    *len = n;
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

void sk_excerpt(char *out, size_t room, const char *text, size_t characters)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t used = 0;
    bool gap = false;

    while (*p != '\0' && characters > 0) {
        size_t n = 0;
        uint32_t c = sk_decode(p, &n);

        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            gap = used > 0;
        } else {
            bool bad = c == 0xFFFD || sk_harmful(c);
            size_t need = (gap ? 1u : 0u) + (bad ? 3 : n);

            if (used + need + 1 > room) {
                break;
            }
            if (gap) {
                out[used++] = ' ';
            }
            used += put(out + used, bad ? (const void *)replacement : p, bad ? 3 : n);
            gap = false;
            characters--;
        }
        p += n;
    }
    out[used] = '\0';
}

wchar_t *sk_fold(const char *text)
{
    size_t room = strlen(text) + 1;
    wchar_t *wide = room < SIZE_MAX / sizeof *wide ? malloc(room * sizeof *wide) : NULL;

    if (wide == NULL) {
        return NULL;
    }
    if (mbstowcs(wide, text, room) == (size_t)-1) {
        free(wide);
        return NULL;
    }
    for (wchar_t *w = wide; *w != L'\0'; w++) {
        *w = (wchar_t)towlower((wint_t)*w);
    }
    return wide;
}

bool sk_fold_find(const char *text, const wchar_t *folded_word)
{
    wchar_t *wide = sk_fold(text);
    bool found = wide != NULL && wcsstr(wide, folded_word) != NULL;

    free(wide);
    return found;
}
