/* Turns the parts of a body into frames. */
#ifndef SK_KEYS_PARSE_WALK_H
#define SK_KEYS_PARSE_WALK_H

#include "keys/format/form.h"
#include "keys/parse/body.h"
#include "keys/parse/emit.h"

/* All memory of the walk: guarded, allocated before the sandbox closes. */
struct sk_walk {
    enum sk_parse_mode mode;
    struct sk_body_reader body;
    struct sk_form form;
    struct sk_emit emit;
    enum sk_frame_type piece; /* the type of the current part's content frames */
    uint64_t given;           /* bytes of the current part so far */
    bool closed;              /* the closing boundary was read */
    size_t lines_len;         /* of the current part's head */
    uint8_t field[SK_PARSE_NAME_MAX], file[SK_PARSE_NAME_MAX], type[SK_PARSE_NAME_MAX];
    uint8_t lines[SK_PARSE_HEAD_MAX];
    uint8_t input[SK_CHUNK_CONTENT];
};

/* Sends the frames of all parts and the END frame. Fails only when writing to the desk fails. */
enum sk_error sk_walk_all(struct sk_walk *walk, const char *boundary);

#endif
