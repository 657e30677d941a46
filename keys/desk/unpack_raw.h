/* The raw body of a report as a file, without the writer's code. */
#ifndef SK_KEYS_DESK_UNPACK_RAW_H
#define SK_KEYS_DESK_UNPACK_RAW_H

#include "keys/desk/child.h"

/* The value of the field `code`: the writer's secret, which nobody at the desk needs. Keep it in
 * memory from sk_secret_new(). */
#define SK_HIDDEN_MAX 128u
#define SK_HIDDEN_MIN 20u /* a shorter value is no code */

struct sk_hidden {
    size_t len; /* above SK_HIDDEN_MAX: no code */
    uint8_t bytes[SK_HIDDEN_MAX];
};

/* Adds a piece of the value. */
void sk_hidden_add(struct sk_hidden *hidden, const uint8_t *bytes, size_t len);

/* Writes the body as it was sent into body.bin, with asterisks in place of the code: for a body
 * that could not be parsed to its end. */
enum sk_error sk_unpack_raw(int dir, const struct sk_child_task *task,
                            const struct sk_hidden *hidden);

#endif
