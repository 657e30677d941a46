/* Text from reports: repaired, searched, printed without harm to the terminal. */
#ifndef SK_KEYS_DESK_TEXT_H
#define SK_KEYS_DESK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "keys/base/error.h"

/* Repairs text piece by piece: NUL and bytes that are not UTF-8 become U+FFFD. */
struct sk_repair {
    uint8_t held[4]; /* the beginning of a character that the next piece may complete */
    size_t held_len;
};

/* The most bytes that len bytes of input can become. */
#define SK_REPAIR_ROOM(len) (3 * ((len) + 4))

/* Writes to out (of SK_REPAIR_ROOM(len) bytes); returns how many. The last call has finish set: an
 * incomplete character becomes U+FFFD. */
size_t sk_repair(struct sk_repair *r, char *out, const uint8_t *in, size_t len, bool finish);

/* Whether a character can steer a terminal, lie about the order of others or hide: C0 (but newline
 * and tab) and C1 controls, DEL, bidirectional controls, line separators, a mark, tags. */
bool sk_harmful(uint32_t character);

/* The character at p of a text that ends with NUL, and its length; U+FFFD for a byte that is none.
 */
uint32_t sk_decode(const uint8_t *p, size_t *len);

/* Prints text so that it cannot steer a terminal or lie about its order: control characters (but
 * newline and tab), bidirectional overrides and line separators appear as U+FFFD. */
void sk_print_safe(FILE *out, const char *text);
void sk_print_safe_bytes(FILE *out, const char *text, size_t len);

/* The same into out, cut to its size and to `columns` columns of a terminal, runs of white space as
 * one space. Ends with NUL. */
void sk_excerpt(char *out, size_t room, const char *text, size_t columns);

/* Whether a text contains a word that sk_fold() returned, without regard to case. */
bool sk_fold_find(const char *text, const char *folded_word);

#endif
