#include "keys/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/secret.h"

enum sk_error sk_error_of_errno(int number)
{
    switch (number) {
    case ENOENT:
        return SK_ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return SK_ERR_FULL;
    case ENOMEM:
        return SK_ERR_MEMORY;
    default:
        return SK_ERR_IO;
    }
}

enum sk_error sk_fd_read(int fd, void *out, size_t len, enum sk_error at_end)
{
    uint8_t *p = out;

    while (len > 0) {
        ssize_t n = read(fd, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? at_end : SK_ERR_IO;
        }
        p += n;
        len -= (size_t)n;
    }
    return SK_OK;
}

enum sk_error sk_fd_read_at(int fd, uint64_t offset, void *out, size_t len, enum sk_error at_end)
{
    uint8_t *p = out;

    while (len > 0) {
        ssize_t n = pread(fd, p, len, (off_t)offset);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? at_end : SK_ERR_IO;
        }
        p += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return SK_OK;
}

enum sk_error sk_fd_write(int fd, const void *data, size_t len)
{
    const uint8_t *p = data;

    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return sk_error_of_errno(errno);
        }
        p += n;
        len -= (size_t)n;
    }
    return SK_OK;
}

static enum sk_error open_regular(const char *path, size_t max, int *fd_out, size_t *len)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return sk_error_of_errno(errno);
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return SK_ERR_IO;
    }
    if ((uint64_t)st.st_size > max) {
        close(fd);
        return SK_ERR_TOO_LARGE;
    }
    *fd_out = fd;
    *len = (size_t)st.st_size;
    return SK_OK;
}

static enum sk_error read_into(const char *path, size_t max, uint8_t **out, size_t *len,
                               void *(*allocate)(size_t), void (*release)(void *))
{
    size_t n;
    int fd;
    enum sk_error e = open_regular(path, max, &fd, &n);

    if (e != SK_OK) {
        return e;
    }
    uint8_t *buffer = allocate(n + 1);

    if (buffer == NULL) {
        e = SK_ERR_MEMORY;
    } else {
        e = sk_fd_read(fd, buffer, n, SK_ERR_IO);
    }
    close(fd);
    if (e != SK_OK) {
        release(buffer);
        return e;
    }
    buffer[n] = 0;
    *out = buffer;
    *len = n;
    return SK_OK;
}

enum sk_error sk_file_read(const char *path, size_t max, uint8_t **out, size_t *len)
{
    return read_into(path, max, out, len, malloc, free);
}

enum sk_error sk_file_read_secret(const char *path, size_t max, uint8_t **out, size_t *len)
{
    return read_into(path, max, out, len, sk_secret_new, sk_secret_free);
}

/* ---- writing -------------------------------------------------------------- */

struct sk_file_writer {
    int fd;
    char path[PATH_MAX];
    char temporary[PATH_MAX];
};

static enum sk_error open_folder_of(const char *path, int *fd)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        memcpy(folder, ".", 2);
    } else if (slash == path) {
        memcpy(folder, "/", 2);
    } else {
        memcpy(folder, path, (size_t)(slash - path));
        folder[slash - path] = '\0';
    }
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 ? SK_OK : sk_error_of_errno(errno);
}

static enum sk_error sync_and_close(int fd)
{
    enum sk_error e = fsync(fd) == 0 ? SK_OK : sk_error_of_errno(errno);
    int saved = errno;

    close(fd);
    errno = saved;
    return e;
}

enum sk_error sk_folder_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd < 0 ? sk_error_of_errno(errno) : sync_and_close(fd);
}

enum sk_error sk_parent_sync(const char *path)
{
    int fd;
    enum sk_error e = open_folder_of(path, &fd);

    return e == SK_OK ? sync_and_close(fd) : e;
}

enum sk_error sk_file_writer_open(struct sk_file_writer **out, const char *path)
{
    static const char suffix[] = ".tmp";
    struct sk_file_writer *w = calloc(1, sizeof *w);

    if (w == NULL) {
        return SK_ERR_MEMORY;
    }
    w->fd = -1;
    size_t len = strlen(path);

    if (len + sizeof suffix > sizeof w->path) {
        free(w);
        return SK_ERR_IO;
    }
    memcpy(w->path, path, len + 1);
    memcpy(w->temporary, path, len);
    memcpy(w->temporary + len, suffix, sizeof suffix);
    w->fd = open(w->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->fd < 0) {
        enum sk_error e = sk_error_of_errno(errno);

        free(w);
        return e;
    }
    *out = w;
    return SK_OK;
}

enum sk_error sk_file_writer_put(struct sk_file_writer *w, const void *data, size_t len)
{
    return sk_fd_write(w->fd, data, len);
}

enum sk_error sk_file_writer_rewind(struct sk_file_writer *w, uint64_t offset)
{
    return lseek(w->fd, (off_t)offset, SEEK_SET) < 0 ? SK_ERR_IO : SK_OK;
}

enum sk_error sk_file_writer_sync(struct sk_file_writer *w)
{
    return fsync(w->fd) == 0 ? SK_OK : sk_error_of_errno(errno);
}

enum sk_error sk_file_writer_commit(struct sk_file_writer *w)
{
    int folder; /* opened before the rename: a folder that cannot be opened changes nothing */
    enum sk_error e = sk_file_writer_sync(w);

    if (e != SK_OK) {
        goto discard;
    }
    e = open_folder_of(w->path, &folder);
    if (e != SK_OK) {
        goto discard;
    }
    if (rename(w->temporary, w->path) != 0) {
        int saved = errno;

        e = sk_error_of_errno(saved);
        close(folder);
        errno = saved;
        goto discard;
    }
    e = sync_and_close(folder);
    close(w->fd);
    free(w);
    return e;
discard:
    sk_file_writer_discard(w);
    return e;
}

void sk_file_writer_discard(struct sk_file_writer *w)
{
    int saved = errno; /* of the step that failed */

    if (w == NULL) {
        return;
    }
    close(w->fd);
    unlink(w->temporary);
    free(w);
    errno = saved;
}

enum sk_error sk_file_replace(const char *path, const uint8_t *data, size_t len)
{
    struct sk_file_writer *w;
    enum sk_error e = sk_file_writer_open(&w, path);

    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_put(w, data, len);
    if (e != SK_OK) {
        sk_file_writer_discard(w);
        return e;
    }
    return sk_file_writer_commit(w);
}
