/* A sealed file as text, for messengers and for pasting (FORMAT section 10). */
#ifndef SK_KEYS_FORMAT_ARMOUR_H
#define SK_KEYS_FORMAT_ARMOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_ARMOUR_BEGIN "-----BEGIN SEALED-----"
#define SK_ARMOUR_END "-----END SEALED-----"

/* Read as a stream, in bounded memory, as messengers, clipboards and editors leave it: signs of
 * signs.def mean nothing, or a hyphen, and a line with other signs in it holds armour only behind
 * the last of them. */

#define SK_ARMOUR_BLOCK 256 /* characters that are decoded at once; a longer line is no words */
#define SK_ARMOUR_TAIL 8    /* so many at least, or they belong to the words before them */

/* What sk_armour_read needs room for, at most: what was held back comes too. */
#define SK_ARMOUR_ROOM(text_len) (((text_len) + 2 * SK_ARMOUR_BLOCK + 16) / 4 * 3)

enum sk_armour_place { SK_ARMOUR_BEFORE, SK_ARMOUR_WITHIN, SK_ARMOUR_ENDING, SK_ARMOUR_AFTER };

/* Callers may read place and before. */
struct sk_armour {
    enum sk_armour_place place;
    uint64_t before; /* bytes up to the end of the BEGIN line's words */
    size_t matched;  /* signs matched of the BEGIN or END line */
    bool fresh;      /* these hyphens are those of the BEGIN line */
    bool padded;     /* the base64 has ended with padding */
    bool words;      /* there are other signs in this line */
    bool taken;      /* it is so long that it was taken already */
    size_t held, fill;
    unsigned point, least, missing; /* of a character of several bytes */
    char line[SK_ARMOUR_BLOCK];
    char block[SK_ARMOUR_BLOCK];
};

void sk_armour_start(struct sk_armour *armour);

/*
 * Reads all of text. Decodes to out, which has SK_ARMOUR_ROOM(len) bytes, and sets *out_len, also
 * on failure. ARMOUR_SYMBOL: what is read as base64 is not padded as in RFC 4648, or a line is too
 * long to be words and holds other signs.
 */
enum sk_error sk_armour_read(struct sk_armour *armour, const char *text, size_t len, uint8_t *out,
                             size_t *out_len);

/* At the end of the text. ARMOUR_BEGIN, ARMOUR_END: that line is missing. */
enum sk_error sk_armour_end(const struct sk_armour *armour);

#endif
