#include "keys/desk/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/secret.h"
#include "keys/desk/vault.h"

#define HEAD 16u
#define NUMBER 8u
#define SEALED_MAX (SK_SEGMENT_PAYLOAD_MAX + NUMBER + SK_VAULT_EXTRA)
#define SEALED_MIN (NUMBER + SK_VAULT_EXTRA)

struct sk_segment {
    int fd;
    uint32_t id;
    uint64_t count, end; /* records, and bytes of whole records */
    uint8_t key[32];
};

static enum sk_error error_now(void)
{
    return errno == ENOSPC || errno == EDQUOT ? SK_ERR_FULL : SK_ERR_IO;
}

static enum sk_error write_at(int fd, uint64_t at, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = pwrite(fd, p, len, (off_t)at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return error_now();
        }
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return SK_OK;
}

/* *got < len only at the end of the file. */
static enum sk_error read_at(int fd, uint64_t at, uint8_t *p, size_t len, size_t *got)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = pread(fd, p + have, len - have, (off_t)(at + have));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return SK_ERR_IO;
        }
        if (n == 0) {
            break;
        }
        have += (size_t)n;
    }
    *got = have;
    return SK_OK;
}

static void associated(uint8_t out[12], const struct sk_segment *s, uint64_t number)
{
    sk_put_u32(out, s->id);
    sk_put_u64(out + 4, number);
}

static void head_of(uint8_t head[HEAD], uint32_t id)
{
    memset(head, 0, HEAD);
    memcpy(head, "SKINDEX1", 8);
    sk_put_u32(head + 8, id);
}

static enum sk_error begin(struct sk_segment *s, uint64_t committed)
{
    uint8_t want[HEAD], have[HEAD];
    size_t got = 0;
    enum sk_error e = read_at(s->fd, 0, have, HEAD, &got);

    if (e != SK_OK) {
        return e;
    }
    head_of(want, s->id);
    s->end = HEAD;
    if (got == HEAD && memcmp(want, have, HEAD) == 0) {
        return SK_OK;
    }
    /* A crash while it was made leaves a short or empty head, or one of zeros. */
    if (committed > 0 || (got == HEAD && !sk_all_zero(have, HEAD))) {
        return SK_ERR_CORRUPT;
    }
    if (ftruncate(s->fd, 0) != 0) {
        return error_now();
    }
    return write_at(s->fd, 0, want, HEAD);
}

/* Opens the record at s->end. CORRUPT when there is none that opens. */
static enum sk_error read_record(struct sk_segment *s, uint8_t *sealed, uint8_t *plain,
                                 size_t *sealed_len)
{
    uint8_t length[4], ad[12];
    size_t got = 0;
    enum sk_error e = read_at(s->fd, s->end, length, sizeof length, &got);

    if (e != SK_OK) {
        return e;
    }
    size_t len = got == sizeof length ? sk_get_u32(length) : 0;

    if (len < SEALED_MIN || len > SEALED_MAX) {
        return SK_ERR_CORRUPT;
    }
    e = read_at(s->fd, s->end + sizeof length, sealed, len, &got);
    if (e != SK_OK || got != len) {
        return e != SK_OK ? e : SK_ERR_CORRUPT;
    }
    associated(ad, s, s->count);
    e = sk_vault_open(plain, s->key, ad, sizeof ad, sealed, len);
    if (e == SK_OK && sk_get_u64(plain) != s->count) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        *sealed_len = len;
    }
    return e;
}

static enum sk_error read_all(struct sk_segment *s, uint64_t size, sk_segment_fn fn, void *ctx,
                              uint8_t *sealed, uint8_t *plain)
{
    while (s->end < size) {
        size_t len = 0;
        enum sk_error e = read_record(s, sealed, plain, &len);

        if (e == SK_OK && fn != NULL) {
            e = fn(ctx, plain + NUMBER, len - SEALED_MIN);
            if (e == SK_ERR_CORRUPT) {
                return SK_ERR_CORRUPT;
            }
        } else if (e == SK_ERR_CORRUPT) {
            return SK_OK; /* the caller compares with what was committed */
        }
        if (e != SK_OK) {
            return e;
        }
        s->count++;
        s->end += 4 + len;
    }
    return SK_OK;
}

static enum sk_error scan(struct sk_segment *s, uint64_t committed, sk_segment_fn fn, void *ctx,
                          bool *cut)
{
    struct stat st;
    uint8_t *sealed = malloc(SEALED_MAX);
    uint8_t *plain = sk_secret_new(SEALED_MAX);
    enum sk_error e = sealed == NULL || plain == NULL ? SK_ERR_MEMORY : begin(s, committed);

    if (e == SK_OK && fstat(s->fd, &st) != 0) {
        e = SK_ERR_IO;
    }
    if (e == SK_OK) {
        e = read_all(s, (uint64_t)st.st_size, fn, ctx, sealed, plain);
    }
    if (e == SK_OK && s->count < committed) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK && s->end < (uint64_t)st.st_size) {
        if (cut != NULL) {
            *cut = true;
        }
        if (ftruncate(s->fd, (off_t)s->end) != 0 || fsync(s->fd) != 0) {
            e = error_now();
        }
    }
    sk_secret_free(plain);
    free(sealed);
    return e;
}

enum sk_error sk_segment_open(struct sk_segment **out, const char *path, uint32_t id,
                              const uint8_t key[32], uint64_t committed, sk_segment_fn fn,
                              void *ctx, bool *cut)
{
    struct sk_segment *s = sk_secret_new(sizeof *s);
    enum sk_error e = SK_OK;

    if (s == NULL) {
        return SK_ERR_MEMORY;
    }
    s->id = id;
    memcpy(s->key, key, sizeof s->key);
    s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->fd < 0) {
        e = error_now();
    }
    if (e == SK_OK) {
        e = scan(s, committed, fn, ctx, cut);
    }
    if (e != SK_OK) {
        sk_segment_close(s);
        return e;
    }
    *out = s;
    return SK_OK;
}

static void seal_record(const struct sk_segment *s, uint8_t *record, uint8_t *plain,
                        const uint8_t *payload, size_t len)
{
    uint8_t ad[12];

    sk_put_u64(plain, s->count);
    memcpy(plain + NUMBER, payload, len);
    associated(ad, s, s->count);
    sk_put_u32(record, (uint32_t)(len + SEALED_MIN));
    sk_vault_seal(record + 4, s->key, ad, sizeof ad, plain, NUMBER + len);
}

enum sk_error sk_segment_append(struct sk_segment *s, const uint8_t *payload, size_t len)
{
    uint8_t *record, *plain;
    enum sk_error e = SK_ERR_MEMORY;

    if (len > SK_SEGMENT_PAYLOAD_MAX) {
        return SK_ERR_TOO_LARGE;
    }
    record = malloc(4 + SEALED_MIN + len);
    plain = sk_secret_new(NUMBER + len);
    if (record != NULL && plain != NULL) {
        seal_record(s, record, plain, payload, len);
        /* At the end of the whole records, not of the file: a failed append may have left bytes. */
        e = write_at(s->fd, s->end, record, 4 + SEALED_MIN + len);
    }
    if (e == SK_OK) {
        s->count++;
        s->end += 4 + SEALED_MIN + len;
    }
    sk_secret_free(plain);
    free(record);
    return e;
}

enum sk_error sk_segment_sync(struct sk_segment *s)
{
    return fsync(s->fd) == 0 ? SK_OK : error_now();
}

uint64_t sk_segment_count(const struct sk_segment *s)
{
    return s->count;
}

uint32_t sk_segment_id(const struct sk_segment *s)
{
    return s->id;
}

void sk_segment_close(struct sk_segment *s)
{
    if (s == NULL) {
        return;
    }
    if (s->fd >= 0) {
        close(s->fd);
    }
    sk_secret_free(s);
}
