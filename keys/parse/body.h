/* The body of one report as a stream of bytes, decrypted chunk by chunk out of its envelope. */
#ifndef SK_KEYS_PARSE_BODY_H
#define SK_KEYS_PARSE_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "keys/base/error.h"
#include "keys/base/key_types.h"
#include "keys/format/class.h"

/* Holds plaintext and a key: keep it in memory from sk_secret_new(). */
struct sk_body_reader {
    struct sk_payload_key key;
    int fd;
    uint32_t chunks;
    uint64_t position, end; /* within the content */
    uint32_t loaded;        /* the chunk in content; UINT32_MAX: none */
    size_t content_len;
    uint8_t sealed[SK_CHUNK_BYTES];
    uint8_t content[SK_CHUNK_CONTENT];
};

/* The body is [offset, offset + len) of the content; fd is read with pread(). USAGE when that is
 * not within `chunks`. */
enum sk_error sk_body_start(struct sk_body_reader *body, int fd, const struct sk_payload_key *key,
                            uint32_t chunks, uint64_t offset, uint64_t len);

/* Up to len bytes; *got is 0 only at the end of the body. IO, CHUNK_... */
enum sk_error sk_body_read(struct sk_body_reader *body, uint8_t *out, size_t len, size_t *got);

#endif
