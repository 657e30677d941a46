#include "keys/base/number.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

bool sk_number_read(const char *text, size_t len, uint64_t least, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text[i] - '0');

        if (value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    if (len == 0 || value < least || value > most) {
        return false;
    }
    *out = value;
    return true;
}

bool sk_size_read(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    static const char units[] = "KMGT";
    size_t len = strlen(text);
    const char *unit = len > 0 ? strchr(units, text[len - 1]) : NULL;
    unsigned shift = unit != NULL ? 10 * ((unsigned)(unit - units) + 1) : 0;
    uint64_t value;

    if (!sk_number_read(text, len - (unit != NULL ? 1 : 0), 0, (uint64_t)INT64_MAX >> shift,
                        &value) ||
        value << shift < least || value << shift > most) {
        return false;
    }
    *out = value << shift;
    return true;
}

const char *sk_size_text(char out[SK_SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t u = 0;

    if (bytes < 1024) {
        snprintf(out, SK_SIZE_TEXT, "%u B", (unsigned)bytes);
        return out;
    }
    while (bytes >= 1024 * 1024) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, SK_SIZE_TEXT, "%u.%u %s", (unsigned)(bytes / 1024),
             (unsigned)(bytes % 1024 * 10 / 1024), units[u]);
    return out;
}

bool sk_hex_u32_read(const char *text, uint32_t *out)
{
    uint8_t b[4];
    size_t n = 0;

    if (sodium_hex2bin(b, sizeof b, text, strnlen(text, 2 * sizeof b), NULL, &n, NULL) != 0 ||
        n != sizeof b) {
        return false;
    }
    *out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

bool sk_fingerprint_read(const char *text, struct sk_ed25519_pk *out)
{
    struct sk_ed25519_pk pk;
    char digits[2 * sizeof pk.b];
    size_t n = 0;

    for (; *text != '\0'; text++) {
        if (strchr(" \t:-", *text) != NULL) {
            continue;
        }
        if (n == sizeof digits) {
            return false;
        }
        digits[n++] = *text;
    }
    if (n != sizeof digits || sodium_hex2bin(pk.b, sizeof pk.b, digits, n, NULL, &n, NULL) != 0 ||
        n != sizeof pk.b) {
        return false;
    }
    *out = pk;
    return true;
}

void sk_fingerprint_text(char out[SK_HEX_TEXT], const struct sk_ed25519_pk *pk)
{
    sodium_bin2hex(out, SK_HEX_TEXT, pk->b, sizeof pk->b);
}
