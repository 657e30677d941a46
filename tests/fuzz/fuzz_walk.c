/*
 * The child's whole work on a body and the desk listening to it: nothing
 * that a writer puts into a report makes an honest child break the protocol, and both modes tell
 * of the same parts. Input: boundary | newline | body. The envelope is left out: the body is
 * read from where it lies.
 */
#include <string.h>
#include <unistd.h>

#include "keys/parse/walk.h"
#include "tests/fuzz/aids.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/listener.h"

static const uint8_t *body;
static size_t body_len;

/* In place of the one that decrypts (keys/parse/body.c). */
enum sk_error sk_body_read(struct sk_body_reader *b, uint8_t *out, size_t len, size_t *got)
{
    size_t n = body_len - (size_t)b->position;

    n = n < len ? n : len;
    memcpy(out, body + b->position, n);
    b->position += n;
    *got = n;
    return SK_OK;
}

/* What the child sends; the caller frees. */
static uint8_t *say(const char *boundary, enum sk_parse_mode mode, size_t *len)
{
    static struct sk_walk walk;
    int fd = fuzz_file(NULL, 0);
    uint8_t *frames;
    off_t end;

    walk.mode = mode;
    walk.body.position = 0;
    walk.emit.fd = fd;
    FUZZ_MUST(sk_walk_all(&walk, boundary) == SK_OK);
    end = lseek(fd, 0, SEEK_END);
    FUZZ_MUST(end > SK_FRAME_HEAD);
    *len = (size_t)end;
    frames = malloc(*len);
    FUZZ_MUST(frames != NULL && pread(fd, frames, *len, 0) == end);
    return frames;
}

static void listen_to(struct fuzz_listener *l, const char *boundary, enum sk_parse_mode mode)
{
    size_t len = 0;
    uint8_t *frames = say(boundary, mode, &len);
    uint8_t outcome = frames[len - 1];
    enum sk_error e = fuzz_listen(l, frames, len, mode, body_len);

    FUZZ_MUST(outcome <= SK_PARSE_CROWDED);
    FUZZ_MUST(e == SK_OK && l->outcome == outcome);
    free(frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = newline != NULL ? (size_t)(newline - data) : 0;
    char boundary[SK_BOUNDARY_MAX + 1] = "";
    struct fuzz_listener full, list;

    if (newline == NULL || sk_boundary_check((const char *)data, len) != SK_OK) {
        return 0;
    }
    memcpy(boundary, data, len);
    body = newline + 1;
    body_len = size - len - 1;
    listen_to(&full, boundary, SK_PARSE_FULL);
    listen_to(&list, boundary, SK_PARSE_LIST);
    FUZZ_MUST(full.parts == list.parts && full.trace == list.trace);
    return 0;
}
