/* Starts skrynka-parse on one verified envelope and gives what it finds to handlers. */
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

/* How far the body could be read stands in task->outcome: also after PARSE_FAILED (the child died
 * or broke the protocol: SK_PARSE_STOPPED) what the handlers were given is good up to the last end
 * of a part. Faults of the machine pass, and are never the report's: NOT_FOUND when there is no
 * skrynka-parse, PARSE_START when it came to its end before it read the report, IO, MEMORY. And
 * errors of the handlers. */
enum sk_error sk_child_run(struct sk_child_task *task, const struct sk_frame_handler *handler,
                           void *ctx);

#endif
