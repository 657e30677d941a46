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

/* Callers may read the fields, not write them. */
struct sk_armour {
    enum sk_armour_place place;
    uint64_t before; /* characters up to the end of the BEGIN line */
    size_t matched;  /* characters matched of the BEGIN or END line */
    bool padded;     /* the base64 has ended with padding */
    size_t fill;
    char block[SK_ARMOUR_BLOCK];
};

void sk_armour_start(struct sk_armour *armour);

/*
 * Reads all of text. Decodes to out, which has SK_ARMOUR_ROOM(len) bytes, and sets *out_len, also
 * on failure. ARMOUR_SYMBOL: between the lines is something other than base64 padded as in RFC
 * 4648.
 */
enum sk_error sk_armour_read(struct sk_armour *armour, const char *text, size_t len, uint8_t *out,
                             size_t *out_len);

/* At the end of the text. ARMOUR_BEGIN, ARMOUR_END: that line is missing. */
enum sk_error sk_armour_end(const struct sk_armour *armour);

#endif
