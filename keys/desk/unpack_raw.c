#include "keys/desk/unpack_raw.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/parse/body.h"

struct raw {
    const struct sk_hidden *hidden;
    int fd;
    size_t have; /* bytes in window: what the code may still begin in, then what was read */
    uint8_t window[SK_HIDDEN_MAX + SK_CHUNK_CONTENT];
    struct sk_body_reader body;
};

void sk_hidden_add(struct sk_hidden *hidden, const uint8_t *bytes, size_t len)
{
    if (len > sizeof hidden->bytes - hidden->len) {
        hidden->len = sizeof hidden->bytes + 1; /* too long for a code: nothing is blanked */
    } else if (hidden->len <= sizeof hidden->bytes) {
        memcpy(hidden->bytes + hidden->len, bytes, len);
        hidden->len += len;
    }
}

static bool is_code(const struct sk_hidden *hidden)
{
    return hidden->len >= SK_HIDDEN_MIN && hidden->len <= sizeof hidden->bytes;
}

static void blank(struct raw *r)
{
    const struct sk_hidden *h = r->hidden;
    uint8_t *at = r->window;

    while (is_code(h) &&
           (at = memmem(at, r->have - (size_t)(at - r->window), h->bytes, h->len)) != NULL) {
        memset(at, '*', h->len);
    }
}

/* Keeps back what could be the beginning of the code. */
static enum sk_error pass_on(struct raw *r, bool all)
{
    size_t back = !all && is_code(r->hidden) ? r->hidden->len - 1 : 0;
    size_t n = r->have > back ? r->have - back : 0;
    enum sk_error e;

    blank(r);
    e = sk_fd_write(r->fd, r->window, n);
    memmove(r->window, r->window + n, r->have - n);
    r->have -= n;
    return e;
}

static enum sk_error write_body(struct raw *r, const struct sk_child_task *task)
{
    size_t got = 1;
    enum sk_error e = sk_body_start(&r->body, task->envelope, task->key, task->chunks,
                                    task->body_offset, task->body_len);

    while (e == SK_OK && got > 0) {
        e = sk_body_read(&r->body, r->window + r->have, SK_CHUNK_CONTENT, &got);
        r->have += e == SK_OK ? got : 0;
        e = e == SK_OK ? pass_on(r, got == 0) : e;
    }
    return e;
}

static enum sk_error error_now(void)
{
    if (errno == ENOSPC || errno == EDQUOT) {
        return SK_ERR_FULL;
    }
    return errno == EEXIST ? SK_ERR_EXISTS : SK_ERR_IO;
}

enum sk_error sk_unpack_raw(int dir, const struct sk_child_task *task,
                            const struct sk_hidden *hidden)
{
    struct raw *r = sk_secret_new(sizeof *r);
    enum sk_error e = SK_ERR_MEMORY;

    if (r == NULL) {
        return e;
    }
    r->hidden = hidden;
    r->fd = openat(dir, "body.bin", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    e = r->fd < 0 ? error_now() : write_body(r, task);
    if (e == SK_OK && fsync(r->fd) != 0) {
        e = error_now();
    }
    if (r->fd >= 0 && close(r->fd) != 0 && e == SK_OK) {
        e = error_now();
    }
    sk_secret_free(r);
    return e;
}
