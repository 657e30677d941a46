/* Writing armour, for the tests of those who read it: nobody in C writes it, pages do (FORMAT
 * section 10). */
#ifndef TESTS_ARMOUR_LINES_H
#define TESTS_ARMOUR_LINES_H

#include <sodium.h>
#include <string.h>

#include "keys/format/armour.h"

#define ARMOUR_LINE_BYTES 48 /* of the envelope in one line of 64 characters */
#define ARMOUR_LINE_TEXT 66  /* with its newline and NUL */

/* One line: ARMOUR_LINE_BYTES of the envelope, or fewer at its end (at least one). Returns the
 * length of the text, with its newline. */
static inline size_t armour_line(char out[ARMOUR_LINE_TEXT], const uint8_t *bytes, size_t len)
{
    sodium_bin2base64(out, ARMOUR_LINE_TEXT, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    strcat(out, "\n");
    return strlen(out);
}

#endif
