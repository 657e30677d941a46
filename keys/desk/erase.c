#include "keys/desk/erase.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"

#define PIECE 65536u

static enum sk_error overwrite(int fd, uint64_t len)
{
    uint8_t piece[PIECE];
    enum sk_error e = SK_OK;

    randombytes_buf(piece, sizeof piece); /* random, since zeros may be stored as a hole */
    while (e == SK_OK && len > 0) {
        size_t n = len < sizeof piece ? (size_t)len : sizeof piece;

        e = sk_fd_write(fd, piece, n);
        len -= n;
    }
    return e == SK_OK && fsync(fd) != 0 ? SK_ERR_IO : e;
}

enum sk_error sk_erase_file(const char *path)
{
    struct stat st;
    enum sk_error e = SK_OK;
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        return errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    if (fstat(fd, &st) != 0) {
        e = SK_ERR_IO;
    } else if (S_ISREG(st.st_mode) && st.st_nlink == 1) {
        e = overwrite(fd, (uint64_t)st.st_size);
    }
    close(fd);
    return e == SK_OK && unlink(path) != 0 ? SK_ERR_IO : e;
}

static bool put_suffix(char out[PATH_MAX], const char *path, const char *suffix)
{
    int n = snprintf(out, PATH_MAX, "%s%s", path, suffix);

    return n > 0 && n < PATH_MAX;
}

/* After a crash before the rename, path.old is a second hard link of path itself: sk_erase_file()
 * then removes only that name. */
enum sk_error sk_erase_leftovers(const char *path)
{
    char temporary[PATH_MAX], old[PATH_MAX];

    if (!put_suffix(temporary, path, ".tmp") || !put_suffix(old, path, ".old")) {
        return SK_ERR_IO;
    }
    enum sk_error e = sk_erase_file(temporary);

    return e == SK_OK ? sk_erase_file(old) : e;
}

/* Without hard links (FAT) the old file is kept open instead; a crash in between leaves its bytes.
 */
static enum sk_error replace_held(const char *path, const uint8_t *data, size_t len)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    enum sk_error e;

    if (fd < 0) {
        return errno == ENOENT ? sk_file_replace(path, data, len) : SK_ERR_IO;
    }
    e = fstat(fd, &st) == 0 ? sk_file_replace(path, data, len) : SK_ERR_IO;
    if (e == SK_OK && st.st_nlink == 1) {
        e = overwrite(fd, (uint64_t)st.st_size);
    }
    close(fd);
    return e;
}

enum sk_error sk_erase_replace(const char *path, const uint8_t *data, size_t len)
{
    char old[PATH_MAX];
    enum sk_error e = put_suffix(old, path, ".old") ? sk_erase_leftovers(path) : SK_ERR_IO;

    if (e != SK_OK) {
        return e;
    }
    if (link(path, old) != 0) {
        return replace_held(path, data, len);
    }
    e = sk_file_replace(path, data, len);
    if (e != SK_OK) {
        return e; /* the next call removes path.old */
    }
    return sk_erase_file(old);
}
