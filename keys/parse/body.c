#include "keys/parse/body.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/open/opener.h"

enum sk_error sk_body_start(struct sk_body_reader *body, int fd, const struct sk_payload_key *key,
                            uint32_t chunks, uint64_t offset, uint64_t len)
{
    if (!sk_class_valid(chunks) || len > SK_CONTENT_MAX || offset > SK_CONTENT_MAX ||
        offset + len > (uint64_t)chunks * SK_CHUNK_CONTENT) {
        return SK_ERR_USAGE;
    }
    memset(body, 0, sizeof *body);
    body->key = *key;
    body->fd = fd;
    body->chunks = chunks;
    body->position = offset;
    body->end = offset + len;
    body->loaded = UINT32_MAX;
    return SK_OK;
}

static enum sk_error load_chunk(struct sk_body_reader *body, uint32_t chunk)
{
    enum sk_error e;

    if (body->loaded == chunk) {
        return SK_OK;
    }
    body->loaded = UINT32_MAX;
    e = sk_fd_read_at(body->fd, sk_chunk_offset(chunk), body->sealed, SK_CHUNK_BYTES, SK_ERR_IO);
    if (e != SK_OK) {
        return e;
    }
    e = sk_chunk_open(&body->key, body->chunks, chunk, body->sealed, body->content,
                      &body->content_len);
    if (e != SK_OK) {
        return e;
    }
    body->loaded = chunk;
    return SK_OK;
}

enum sk_error sk_body_read(struct sk_body_reader *body, uint8_t *out, size_t len, size_t *got)
{
    uint64_t left = body->end - body->position;
    size_t within = (size_t)(body->position % SK_CHUNK_CONTENT);
    enum sk_error e;

    if (left == 0 || len == 0) {
        *got = 0;
        return SK_OK;
    }
    e = load_chunk(body, (uint32_t)(body->position / SK_CHUNK_CONTENT));
    if (e != SK_OK) {
        return e;
    }
    if (within >= body->content_len) {
        return SK_ERR_CHUNK_LENGTH;
    }
    size_t n = body->content_len - within;

    n = n < len ? n : len;
    n = n < left ? n : (size_t)left;
    memcpy(out, body->content + within, n);
    body->position += n;
    *got = n;
    return SK_OK;
}
