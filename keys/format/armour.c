#include "keys/format/armour.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/signs.h"

#define VARIANT sodium_base64_VARIANT_ORIGINAL

/* A sign of the text is read as itself, or as one of these. */
#define HYPHEN '-'
#define LINE_END '\n'
#define OTHER '\0' /* no part of armour */

/* The two lines without blanks; their hyphens in whatever number. */
static const char begin_line[] = "-BEGINSEALED-";
static const char end_line[] = "-ENDSEALED-";

struct decoded {
    uint8_t *bytes;
    size_t len;
};

void sk_armour_start(struct sk_armour *armour)
{
    memset(armour, 0, sizeof *armour);
}

/* Decodes the block: whole groups of four, none behind a padded one. */
static enum sk_error decode(struct sk_armour *armour, struct decoded *out)
{
    size_t got = 0;

    if (armour->fill == 0) {
        return SK_OK;
    }
    if (armour->padded || armour->fill % 4 != 0 ||
        sodium_base642bin(out->bytes + out->len, SK_ARMOUR_BLOCK / 4 * 3, armour->block,
                          armour->fill, NULL, &got, NULL, VARIANT) != 0) {
        return SK_ERR_ARMOUR_SYMBOL;
    }
    armour->padded = got < armour->fill / 4 * 3;
    armour->fill = 0;
    out->len += got;
    return SK_OK;
}

static enum sk_error push(struct sk_armour *armour, const char *signs, size_t count,
                          struct decoded *out)
{
    enum sk_error e = SK_OK;

    for (size_t i = 0; e == SK_OK && i < count; i++) {
        armour->block[armour->fill++] = signs[i];
        e = armour->fill == SK_ARMOUR_BLOCK ? decode(armour, out) : SK_OK;
    }
    return e;
}

/* ---- a line: held back until it is known whether it belongs to the armour -------------------- */

static enum sk_error hold(struct sk_armour *armour, char c, struct decoded *out)
{
    if (armour->held < SK_ARMOUR_BLOCK && !armour->taken) {
        armour->line[armour->held++] = c;
        return SK_OK;
    }
    enum sk_error e = push(armour, armour->line, armour->held, out);

    armour->taken = true;
    armour->held = 0;
    return e == SK_OK ? push(armour, &c, 1, out) : e;
}

/* What stood in this line before a sign that is no part of armour was somebody's words. */
static enum sk_error drop(struct sk_armour *armour)
{
    armour->held = 0;
    armour->words = true;
    return armour->taken ? SK_ERR_ARMOUR_SYMBOL : SK_OK;
}

static enum sk_error line_end(struct sk_armour *armour, struct decoded *out)
{
    size_t held = armour->words && armour->held < SK_ARMOUR_TAIL ? 0 : armour->held;

    armour->held = 0;
    armour->words = armour->taken = false;
    return push(armour, armour->line, held, out);
}

/* ---- sign by sign ---------------------------------------------------------------------------- */

static void seek_begin(struct sk_armour *armour, char c)
{
    if (c == begin_line[armour->matched]) {
        armour->matched++;
    } else {
        armour->matched = c == HYPHEN;
    }
    if (armour->matched == sizeof begin_line - 1) {
        /* More hyphens may follow, and at once the line that ends it. */
        armour->place = SK_ARMOUR_ENDING;
        armour->matched = 1;
        armour->fresh = true;
    }
}

static enum sk_error take_within(struct sk_armour *armour, char c, struct decoded *out)
{
    if (c == HYPHEN) {
        armour->place = SK_ARMOUR_ENDING;
        armour->matched = 1;
        armour->fresh = false;
        return SK_OK;
    }
    if (c == LINE_END) {
        return line_end(armour, out);
    }
    return sk_is_base64(c) ? hold(armour, c, out) : drop(armour);
}

static enum sk_error take_end(struct sk_armour *armour, char c, struct decoded *out)
{
    if (c == end_line[armour->matched]) {
        armour->matched++;
        if (armour->matched < sizeof end_line - 1) {
            return SK_OK;
        }
        armour->place = SK_ARMOUR_AFTER;
        enum sk_error e = line_end(armour, out);
        return e == SK_OK ? decode(armour, out) : e;
    }
    if (armour->matched == 1 && c == HYPHEN) {
        return SK_OK;
    }
    /* It was another hyphen; what was matched behind it stands in the line. */
    size_t matched = armour->matched;
    enum sk_error e = armour->fresh ? SK_OK : drop(armour);

    armour->place = SK_ARMOUR_WITHIN;
    for (size_t i = 1; e == SK_OK && i < matched; i++) {
        e = hold(armour, end_line[i], out);
    }
    return e == SK_OK ? take_within(armour, c, out) : e;
}

static enum sk_error take(struct sk_armour *armour, char c, struct decoded *out)
{
    switch (armour->place) {
    case SK_ARMOUR_BEFORE:
        seek_begin(armour, c);
        return SK_OK;
    case SK_ARMOUR_WITHIN:
        return take_within(armour, c, out);
    case SK_ARMOUR_ENDING:
        return take_end(armour, c, out);
    default:
        return SK_OK;
    }
}

static enum sk_error take_point(struct sk_armour *armour, unsigned point, struct decoded *out)
{
    if (point == '\n' || point == '\r') {
        return take(armour, LINE_END, out);
    }
    switch (sk_sign_kind(point)) {
    case SK_SIGN_DASH:
        return take(armour, HYPHEN, out);
    case SK_SIGN_OTHER:
        return take(armour, point < 0x80 ? (char)point : OTHER, out);
    default:
        return SK_OK;
    }
}

/* UTF-8, of which characters of up to three bytes matter here. */
static enum sk_error take_byte(struct sk_armour *armour, uint8_t byte, struct decoded *out)
{
    if (armour->missing > 0 && (byte & 0xC0) == 0x80) {
        armour->point = armour->point << 6 | (byte & 0x3Fu);
        armour->missing--;
        if (armour->missing > 0) {
            return SK_OK;
        }
        return take_point(armour, armour->point < armour->least ? 0 : armour->point, out);
    }
    if (armour->missing > 0) { /* cut in the middle */
        armour->missing = 0;
        enum sk_error e = take(armour, OTHER, out);
        if (e != SK_OK) {
            return e;
        }
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        armour->missing = 1;
        armour->point = byte & 0x1Fu;
        armour->least = 0x80;
    } else if ((byte & 0xF0) == 0xE0) {
        armour->missing = 2;
        armour->point = byte & 0x0Fu;
        armour->least = 0x800;
    } else {
        return byte < 0x80 ? take_point(armour, byte, out) : take(armour, OTHER, out);
    }
    return SK_OK;
}

enum sk_error sk_armour_read(struct sk_armour *armour, const char *text, size_t len, uint8_t *out,
                             size_t *out_len)
{
    struct decoded got = {out, 0};
    enum sk_error e = SK_OK;

    for (size_t i = 0; e == SK_OK && i < len; i++) {
        armour->before += armour->place == SK_ARMOUR_BEFORE;
        e = take_byte(armour, (uint8_t)text[i], &got);
    }
    *out_len = got.len;
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
