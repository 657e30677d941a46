#include "keys/format/armour.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/bytes.h"

#define VARIANT sodium_base64_VARIANT_ORIGINAL

void sk_armour_start(struct sk_armour *armour)
{
    memset(armour, 0, sizeof *armour);
}

/* Decodes the block: whole groups of four, none behind a padded one. */
static enum sk_error decode(struct sk_armour *armour, uint8_t *out, size_t *out_len)
{
    size_t got = 0;

    if (armour->fill == 0) {
        return SK_OK;
    }
    if (armour->padded || armour->fill % 4 != 0 ||
        sodium_base642bin(out + *out_len, SK_ARMOUR_BLOCK / 4 * 3, armour->block, armour->fill,
                          NULL, &got, NULL, VARIANT) != 0) {
        return SK_ERR_ARMOUR_SYMBOL;
    }
    armour->padded = got < armour->fill / 4 * 3;
    armour->fill = 0;
    *out_len += got;
    return SK_OK;
}

/* Matches the BEGIN line anywhere in the text. The line begins with five dashes: after five, a
 * sixth keeps five matched; elsewhere a mismatched dash matches the first one. */
static void seek_begin(struct sk_armour *armour, char c)
{
    static const char line[] = SK_ARMOUR_BEGIN;

    armour->before++;
    if (c == line[armour->matched]) {
        armour->matched++;
    } else if (c != '-') {
        armour->matched = 0;
    } else if (armour->matched != 5) {
        armour->matched = 1;
    }
    if (armour->matched == sizeof line - 1) {
        armour->place = SK_ARMOUR_WITHIN;
        armour->matched = 0;
    }
}

static enum sk_error take_end(struct sk_armour *armour, char c, uint8_t *out, size_t *out_len)
{
    static const char line[] = SK_ARMOUR_END;

    if (c != line[armour->matched]) {
        return SK_ERR_ARMOUR_SYMBOL;
    }
    armour->place = SK_ARMOUR_ENDING;
    armour->matched++;
    if (armour->matched < sizeof line - 1) {
        return SK_OK;
    }
    armour->place = SK_ARMOUR_AFTER;
    return decode(armour, out, out_len);
}

static enum sk_error take(struct sk_armour *armour, char c, uint8_t *out, size_t *out_len)
{
    switch (armour->place) {
    case SK_ARMOUR_BEFORE:
        seek_begin(armour, c);
        return SK_OK;
    case SK_ARMOUR_ENDING:
        return take_end(armour, c, out, out_len);
    case SK_ARMOUR_AFTER:
        return SK_OK;
    case SK_ARMOUR_WITHIN:
        break;
    }
    if (c != '\0' && strchr(" \t\r\n\v\f", c) != NULL) {
        return SK_OK;
    }
    if (c == '-') {
        return take_end(armour, c, out, out_len);
    }
    if (!sk_is_base64(c)) {
        return SK_ERR_ARMOUR_SYMBOL;
    }
    armour->block[armour->fill++] = c;
    return armour->fill == SK_ARMOUR_BLOCK ? decode(armour, out, out_len) : SK_OK;
}

enum sk_error sk_armour_read(struct sk_armour *armour, const char *text, size_t len, uint8_t *out,
                             size_t *out_len)
{
    enum sk_error e = SK_OK;

    *out_len = 0;
    for (size_t i = 0; e == SK_OK && i < len; i++) {
        e = take(armour, text[i], out, out_len);
    }
    return e;
}

enum sk_error sk_armour_end(const struct sk_armour *armour)
{
    switch (armour->place) {
    case SK_ARMOUR_BEFORE:
        return SK_ERR_ARMOUR_BEGIN;
    case SK_ARMOUR_AFTER:
        return SK_OK;
    default:
        return SK_ERR_ARMOUR_END;
    }
}
