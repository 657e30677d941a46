/* From the parts of a body to frames. */
#ifndef SK_KEYS_PARSE_WALK_H
#define SK_KEYS_PARSE_WALK_H

#include "keys/parse/body.h"
#include "keys/parse/emit.h"
#include "keys/parse/head.h"
#include "keys/parse/split.h"

/* Everything that the walk needs, made once in guarded memory before the sandbox closes. */
struct sk_walk {
    enum sk_parse_mode mode;
    struct sk_body_reader body;
    struct sk_split split;
    struct sk_emit emit;
    struct sk_part_head head;
    enum sk_frame_type piece; /* of the part in hand */
    uint64_t given;           /* bytes of that part so far */
};

/* Sends the frames of all parts and the END frame. The result is an error only when the desk
 * cannot be reached any more. */
enum sk_error sk_walk_all(struct sk_walk *walk, const char *boundary);

#endif
