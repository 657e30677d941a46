/* From the parts of a body to frames. */
#ifndef SK_KEYS_PARSE_WALK_H
#define SK_KEYS_PARSE_WALK_H

#include "keys/format/form.h"
#include "keys/parse/body.h"
#include "keys/parse/emit.h"

/* Everything that the walk needs, made once in guarded memory before the sandbox closes. */
struct sk_walk {
    enum sk_parse_mode mode;
    struct sk_body_reader body;
    struct sk_form form;
    struct sk_emit emit;
    enum sk_frame_type piece; /* of the part in hand */
    uint64_t given;           /* bytes of that part so far */
    bool closed;              /* the closing boundary was met */
    size_t lines_len;         /* of its head */
    uint8_t field[SK_PARSE_NAME_MAX], file[SK_PARSE_NAME_MAX], type[SK_PARSE_NAME_MAX];
    uint8_t lines[SK_PARSE_HEAD_MAX];
    uint8_t input[SK_CHUNK_CONTENT];
};

/* Sends the frames of all parts and the END frame. The result is an error only when the desk
 * cannot be reached any more. */
enum sk_error sk_walk_all(struct sk_walk *walk, const char *boundary);

#endif
