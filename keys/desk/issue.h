/*
 * Issuing a numbered file: a board or a key sheet. Its room is taken at both ends, outside and in
 * the home, before the number is spent, so that a mistyped path or a full disk costs nothing. Then
 * the home keeps the file under its number, and last it is written outside, which can be repeated.
 */
#ifndef SK_KEYS_DESK_ISSUE_H
#define SK_KEYS_DESK_ISSUE_H

#include "keys/base/file.h"
#include "keys/desk/home.h"

struct sk_issue {
    struct sk_file_writer *outside, *kept;
    bool at_home; /* after an error: it concerns the file in the home */
};

/* Writes len zeros to both ends, synced, under temporary names. kept: a name in the home, like
 * "boards/3.board". magic: the first eight bytes of such a file; an existing `out` that begins
 * otherwise is not replaced (EXISTS). NOT_FOUND, FULL, IO, TOO_LARGE, MEMORY. */
enum sk_error sk_issue_prepare(struct sk_issue *o, const struct sk_desk *desk, const char *kept,
                               const char *out, const char *magic, size_t len);

/* After the number was spent: write and rename the file in the home, then the one outside. */
enum sk_error sk_issue_keep(struct sk_issue *o, const uint8_t *bytes, size_t len);
enum sk_error sk_issue_send(struct sk_issue *o, const uint8_t *bytes, size_t len);

/* Removes files that were not finished. */
void sk_issue_end(struct sk_issue *o);

/* Writes a kept file outside again. *missing: the home keeps none of that name (NOT_FOUND). */
enum sk_error sk_issue_again(const struct sk_desk *desk, const char *kept, const char *out,
                             const char *magic, bool *missing);

#endif
