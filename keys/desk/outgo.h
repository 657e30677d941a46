/*
 * A file that leaves this desk and costs a number: a board, a key sheet. Its room is taken at both
 * ends, outside and in the home, before the number is spent; so a mistyped path or a full disk
 * costs nothing. Then the home keeps it, under the number, and only then it goes out: what was
 * spent can be written again.
 */
#ifndef SK_KEYS_DESK_OUTGO_H
#define SK_KEYS_DESK_OUTGO_H

#include "keys/base/file.h"
#include "keys/desk/home.h"

struct sk_outgo {
    struct sk_file_writer *outside, *kept;
    bool at_home; /* what failed is the end in the home */
};

/* kept: within the home, like "boards/3.board". magic: the first eight bytes of such a file; what
 * is called `out` already and begins otherwise stays (EXISTS). Zeros of that length stand at both
 * ends then, on the disk, under names that do not count yet. NOT_FOUND, FULL, IO, TOO_LARGE,
 * MEMORY. */
enum sk_error sk_outgo_prepare(struct sk_outgo *o, const struct sk_desk *desk, const char *kept,
                               const char *out, const char *magic, size_t len);

/* After the number was spent: first the one in the home, then the one outside. */
enum sk_error sk_outgo_keep(struct sk_outgo *o, const uint8_t *bytes, size_t len);
enum sk_error sk_outgo_send(struct sk_outgo *o, const uint8_t *bytes, size_t len);

/* What was not finished leaves no file. */
void sk_outgo_end(struct sk_outgo *o);

/* Writes one that the home keeps once more. NOT_FOUND in *missing: there is none of that name. */
enum sk_error sk_outgo_again(const struct sk_desk *desk, const char *kept, const char *out,
                             const char *magic, bool *missing);

#endif
