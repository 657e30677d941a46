/* Runs skrynka-parse on one verified envelope; its frames go to handlers. */
#ifndef SK_KEYS_DESK_CHILD_H
#define SK_KEYS_DESK_CHILD_H

#include "keys/base/key_types.h"
#include "keys/desk/frames.h"

struct sk_child_task {
    int envelope; /* descriptor of the sealed original, opened read-only */
    const struct sk_payload_key *key;
    uint32_t chunks;
    uint64_t body_offset, body_len;
    const char *boundary;
    enum sk_parse_mode mode;
    enum sk_parse_outcome outcome; /* set by sk_child_run() */
};

/* task->outcome says how far the body was read. PARSE_FAILED: the child died or broke the protocol
 * (SK_PARSE_STOPPED); parts that had ended by then are good. Failures of the machine, never the
 * report's doing: NOT_FOUND (no skrynka-parse), PARSE_START (the child ended before it read the
 * report), IO, MEMORY. Errors of the handlers are returned. */
enum sk_error sk_child_run(struct sk_child_task *task, const struct sk_frame_handler *handler,
                           void *ctx);

#endif
