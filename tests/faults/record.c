/*
 * Preloaded into a program under test: writes down, in order, what the program and its threads do
 * to the files of one folder. disk.py reads the log and makes from it the disks that a loss of
 * power could leave behind.
 *
 *     SKRYNKA_RECORD_UNDER  the folder, absolute and without links
 *     SKRYNKA_RECORD_LOG    the log; several programs may append to one
 *
 * A record: u32 kind, u32 length of the text, u64 inode, u64 a, u64 b, the text (one path, or two
 * with a NUL between), then b bytes of data for a write. It is written in one call after the real
 * one. A sync says where the log ended when it began: what was written down before that is on disk.
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
    CREATE = 1,
    WRITE,
    TRUNCATE,
    ALLOCATE,
    SYNC,
    RENAME,
    UNLINK,
    MKDIR,
    RMDIR,
    SYNCED_WRITE
};

struct record {
    uint32_t kind, text_len;
    uint64_t inode, a, b;
};

static const char *under;
static size_t under_len;
static int log_fd = -1;

#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (real == NULL) {                                                                            \
        void *found = dlsym(RTLD_NEXT, #name);                                                     \
        memcpy(&real, &found, sizeof real);                                                        \
    }

static int real_open(const char *path, int flags, mode_t mode)
{
    REAL(int, open64, const char *, int, ...)
    return real(path, flags, mode);
}

static ssize_t real_writev(int fd, const struct iovec *parts, int count)
{
    REAL(ssize_t, writev, int, const struct iovec *, int)
    return real(fd, parts, count);
}

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("SKRYNKA_RECORD_LOG");

    under = getenv("SKRYNKA_RECORD_UNDER");
    if (log == NULL || under == NULL) {
        return;
    }
    under_len = strlen(under);
    log_fd = real_open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_fd >= 0) {
        int high = fcntl(log_fd, F_DUPFD_CLOEXEC, 500); /* out of the way of programs that count */

        if (high >= 0) {
            close(log_fd);
            log_fd = high;
        }
    }
}

/* ---- what concerns us --------------------------------------------------------- */

static bool path_inside(const char *path)
{
    return strncmp(path, under, under_len) == 0 && (path[under_len] == '/' || !path[under_len]);
}

/* The path from the root, of a path relative to the folder dir. */
static bool resolve(int dir, const char *path, char out[PATH_MAX])
{
    char link[64];
    ssize_t n = 0;

    if (log_fd < 0) {
        return false;
    }
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
        return path_inside(out);
    }
    if (dir == AT_FDCWD) {
        n = getcwd(out, PATH_MAX) == NULL ? -1 : (ssize_t)strlen(out);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        n = readlink(link, out, PATH_MAX - 1);
    }
    if (n <= 0 || (size_t)n + strlen(path) + 2 > PATH_MAX) {
        return false;
    }
    out[n] = '/';
    strcpy(out + n + 1, path);
    return path_inside(out);
}

/* Locks hold nothing that has to outlive the power. */
static bool fd_inside(int fd, struct stat *st)
{
    char link[64], path[PATH_MAX];

    if (log_fd < 0 || fd == log_fd) {
        return false;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);

    if (n <= 0) {
        return false;
    }
    path[n] = '\0';
    return path_inside(path) && strstr(path, "lock") == NULL && fstat(fd, st) == 0;
}

static uint64_t log_end(void)
{
    struct stat st;

    return fstat(log_fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void put(enum kind kind, uint64_t inode, uint64_t a, uint64_t b, const char *text,
                size_t text_len, const void *data)
{
    struct record record = {kind, (uint32_t)text_len, inode, a, b};
    union {
        const void *in;
        void *out;
    } text_part = {.in = text}, data_part = {.in = data};
    struct iovec parts[3] = {{&record, sizeof record},
                             {text_part.out, text_len},
                             {data_part.out, data == NULL ? 0 : (size_t)b}};
    int error = errno;

    if (real_writev(log_fd, parts, 3) < (ssize_t)sizeof record) {
        abort(); /* a log with a hole would make a test that cannot fail */
    }
    errno = error;
}

static void put_path(enum kind kind, uint64_t inode, const char *path)
{
    put(kind, inode, 0, 0, path, strlen(path), NULL);
}

/* ---- files -------------------------------------------------------------------- */

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
    REAL(int, openat64, int, const char *, int, ...)
    char whole[PATH_MAX];
    struct stat st;
    bool inside = resolve(dir, path, whole);
    bool made = inside && (flags & O_CREAT) != 0 && lstat(whole, &st) != 0;
    int fd = real(dir, path, flags, mode);

    if (fd >= 0 && inside && fstat(fd, &st) == 0) {
        if (made) {
            put_path(CREATE, st.st_ino, whole);
        } else if ((flags & O_TRUNC) != 0) {
            put(TRUNCATE, st.st_ino, 0, 0, NULL, 0, NULL);
        }
    }
    return fd;
}

static mode_t mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

#define OPENER(name, ...)                                                                          \
    va_list args;                                                                                  \
    va_start(args, flags);                                                                         \
    mode_t mode = mode_of(flags, args);                                                            \
    va_end(args);                                                                                  \
    return open_at(__VA_ARGS__, path, flags, mode);

int open(const char *path, int flags, ...)
{
    OPENER(open, AT_FDCWD)
}
int open64(const char *path, int flags, ...)
{
    OPENER(open64, AT_FDCWD)
}
int openat(int dir, const char *path, int flags, ...)
{
    OPENER(openat, dir)
}
int openat64(int dir, const char *path, int flags, ...)
{
    OPENER(openat64, dir)
}

static void wrote(int fd, uint64_t offset, const struct iovec *parts, int count, ssize_t done)
{
    struct stat st;

    if (done <= 0 || !fd_inside(fd, &st) || !S_ISREG(st.st_mode)) {
        return;
    }
    enum kind kind = (fcntl(fd, F_GETFL) & (O_SYNC | O_DSYNC)) != 0 ? SYNCED_WRITE : WRITE;
    size_t left = (size_t)done;

    for (int i = 0; i < count && left > 0; i++) {
        size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;

        put(kind, st.st_ino, offset, n, NULL, 0, parts[i].iov_base);
        offset += n;
        left -= n;
    }
}

static struct iovec part(const void *bytes, size_t len)
{
    union {
        const void *in;
        void *out;
    } p = {.in = bytes};

    return (struct iovec){p.out, len};
}

static uint64_t position(int fd)
{
    struct stat st;

    if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &st) == 0) {
        return (uint64_t)st.st_size;
    }
    off_t at = lseek(fd, 0, SEEK_CUR);

    return at < 0 ? 0 : (uint64_t)at;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    REAL(ssize_t, write, int, const void *, size_t)
    uint64_t at = log_fd < 0 ? 0 : position(fd);
    ssize_t n = real(fd, bytes, len);
    struct iovec one = part(bytes, len);

    wrote(fd, at, &one, 1, n);
    return n;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    uint64_t at = log_fd < 0 ? 0 : position(fd);
    ssize_t n = real_writev(fd, parts, count);

    wrote(fd, at, parts, count, n);
    return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    REAL(ssize_t, pwrite64, int, const void *, size_t, off_t)
    ssize_t n = real(fd, bytes, len, offset);
    struct iovec one = part(bytes, len);

    wrote(fd, (uint64_t)offset, &one, 1, n);
    return n;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    return pwrite(fd, bytes, len, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    REAL(ssize_t, pwritev64, int, const struct iovec *, int, off_t)
    ssize_t n = real(fd, parts, count, offset);

    wrote(fd, (uint64_t)offset, parts, count, n);
    return n;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset)
{
    return pwritev(fd, parts, count, offset);
}

int ftruncate(int fd, off_t size)
{
    REAL(int, ftruncate64, int, off_t)
    struct stat st;
    int rc = real(fd, size);

    if (rc == 0 && fd_inside(fd, &st)) {
        put(TRUNCATE, st.st_ino, (uint64_t)size, 0, NULL, 0, NULL);
    }
    return rc;
}

int ftruncate64(int fd, off64_t size)
{
    return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    REAL(int, posix_fallocate64, int, off_t, off_t)
    struct stat st;
    int rc = real(fd, offset, len);

    if (rc == 0 && fd_inside(fd, &st)) {
        put(ALLOCATE, st.st_ino, (uint64_t)(offset + len), 0, NULL, 0, NULL);
    }
    return rc;
}

int posix_fallocate64(int fd, off64_t offset, off64_t len)
{
    return posix_fallocate(fd, offset, len);
}

static void synced(int fd, uint64_t since)
{
    struct stat st;

    if (fd_inside(fd, &st)) {
        put(SYNC, st.st_ino, since, 0, NULL, 0, NULL);
    }
}

int fsync(int fd)
{
    REAL(int, fsync, int)
    uint64_t since = log_fd < 0 ? 0 : log_end();
    int rc = real(fd);

    if (rc == 0) {
        synced(fd, since);
    }
    return rc;
}

int fdatasync(int fd)
{
    REAL(int, fdatasync, int)
    uint64_t since = log_fd < 0 ? 0 : log_end();
    int rc = real(fd);

    if (rc == 0) {
        synced(fd, since);
    }
    return rc;
}

/* ---- names -------------------------------------------------------------------- */

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    REAL(int, renameat, int, const char *, int, const char *)
    char both[2 * PATH_MAX], second[PATH_MAX];
    bool inside = resolve(from_dir, from, both) && resolve(to_dir, to, second);
    int rc = real(from_dir, from, to_dir, to);

    if (rc == 0 && inside) {
        size_t n = strlen(both) + 1, m = strlen(second);

        memcpy(both + n, second, m);
        put(RENAME, 0, 0, 0, both, n + m, NULL);
    }
    return rc;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int dir, const char *path, int flags)
{
    REAL(int, unlinkat, int, const char *, int)
    char whole[PATH_MAX];
    bool inside = resolve(dir, path, whole);
    int rc = real(dir, path, flags);

    if (rc == 0 && inside) {
        put_path((flags & AT_REMOVEDIR) != 0 ? RMDIR : UNLINK, 0, whole);
    }
    return rc;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}
int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, mkdir, const char *, mode_t)
    char whole[PATH_MAX];
    bool inside = resolve(AT_FDCWD, path, whole);
    int rc = real(path, mode);

    if (rc == 0 && inside) {
        put_path(MKDIR, 0, whole);
    }
    return rc;
}
