/* A sealed file as text, for messengers and for pasting (FORMAT section 10). */
#ifndef SK_KEYS_FORMAT_ARMOUR_H
#define SK_KEYS_FORMAT_ARMOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"

#define SK_ARMOUR_BEGIN "-----BEGIN SEALED-----"
#define SK_ARMOUR_END "-----END SEALED-----"

/* Read as a stream, in bounded memory. */

#define SK_ARMOUR_BLOCK 256 /* characters that are decoded at once */

/* What sk_armour_read needs room for, at most. */
#define SK_ARMOUR_ROOM(text_len) (((text_len) + SK_ARMOUR_BLOCK) / 4 * 3)

enum sk_armour_place { SK_ARMOUR_BEFORE, SK_ARMOUR_WITHIN, SK_ARMOUR_ENDING, SK_ARMOUR_AFTER };

/* Its fields are for reading only. */
struct sk_armour {
    enum sk_armour_place place;
    uint64_t before; /* characters that came before the first line, and of it */
    size_t matched;  /* characters of the line that is looked for */
    bool padded;     /* base64 came to its end */
    size_t fill;
    char block[SK_ARMOUR_BLOCK];
};

void sk_armour_start(struct sk_armour *armour);

/*
 * Takes all of text. Writes what it decodes to out, which has SK_ARMOUR_ROOM(len) bytes, and sets
 * *out_len, whatever it returns.
 * ARMOUR_SYMBOL: something between the lines is not base64, or it is not padded as RFC 4648 wants.
 */
enum sk_error sk_armour_read(struct sk_armour *armour, const char *text, size_t len, uint8_t *out,
                             size_t *out_len);

/* Whether it was all: ARMOUR_BEGIN, ARMOUR_END (which line is missing). */
enum sk_error sk_armour_end(const struct sk_armour *armour);

#endif
