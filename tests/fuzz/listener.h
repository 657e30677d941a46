/* Hears what the desk hears of the child, and holds the reader of frames to its contract: order,
 * amounts, names that are valid text. */
#ifndef SK_TESTS_FUZZ_LISTENER_H
#define SK_TESTS_FUZZ_LISTENER_H

#include "keys/desk/frames.h"

struct fuzz_listener {
    enum sk_parse_mode mode;
    uint64_t body_len;
    enum { LISTENER_BETWEEN, LISTENER_IN_FIELD, LISTENER_IN_FILE } where;
    unsigned parts;
    uint64_t in_part, total;
    bool headed;
    enum sk_parse_outcome outcome;
    uint64_t trace; /* of names, whole lengths and order: what both modes must agree on */
};

/* Reads the frames in these bytes as the desk would. */
enum sk_error fuzz_listen(struct fuzz_listener *l, const uint8_t *frames, size_t size,
                          enum sk_parse_mode mode, uint64_t body_len);

#endif
