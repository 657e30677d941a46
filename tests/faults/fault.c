/*
 * Preloaded in front of the C library: the n-th call of some kinds fails, or the process dies
 * there. Words in the environment:
 *   FAULT_KINDS  comma list of: write sync name cut reserve open (to write) look (open to read)
 *                read map memory keys (of the kernel); or "leave", see below
 *   FAULT_AT     which call, from 1; 0 only counts
 *   FAULT_ERRNO  what it fails with
 *   FAULT_HOW    once | from (all from there on) | before | after (the process dies there)
 *   FAULT_UNDER  only files whose path holds this (memory: everywhere)
 *   FAULT_COUNT  a file that gets "calls failed" at the end of the process
 *
 * "leave" holds up whoever takes a socket out of an epoll set from the main thread, until another
 * thread has done the same, or for some seconds: a server whose main thread reaches into the sets
 * of its threads is overtaken by them then, always.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
    WRITE = 1,
    SYNC = 2,
    NAME = 4,
    CUT = 8,
    RESERVE = 16,
    OPEN = 32,
    MAP = 64,
    MEMORY = 128,
    LOOK = 256,
    READ = 512,
    KEYS = 1024
};
static const char *const names[] = {"write", "sync",   "name", "cut",  "reserve", "open",
                                    "map",   "memory", "look", "read", "keys"};

static unsigned kinds;
static int at, error_number;
static bool from, dies_before, dies_after, leaves, ready;
static const char *under, *report;
static atomic_int calls, failed;

static const char *word(const char *name, const char *otherwise)
{
    const char *value = getenv(name);

    return value != NULL ? value : otherwise;
}

__attribute__((constructor)) static void start(void)
{
    const char *wanted = word("FAULT_KINDS", ""), *how = word("FAULT_HOW", "once");

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        kinds |= strstr(wanted, names[i]) != NULL ? 1u << i : 0;
    }
    leaves = strcmp(wanted, "leave") == 0;
    at = atoi(word("FAULT_AT", "0"));
    error_number = atoi(word("FAULT_ERRNO", "5"));
    from = strcmp(how, "from") == 0;
    dies_before = strcmp(how, "before") == 0;
    dies_after = strcmp(how, "after") == 0;
    under = getenv("FAULT_UNDER");
    report = getenv("FAULT_COUNT");
    ready = true;
}

__attribute__((destructor)) static void end(void)
{
    char text[64];

    if (report == NULL) {
        return;
    }
    int n = snprintf(text, sizeof text, "%d %d\n", atomic_load(&calls), atomic_load(&failed));
    int fd = (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    syscall(SYS_write, fd, text, (size_t)n);
    syscall(SYS_close, fd);
}

static void die(void)
{
    end();
    syscall(SYS_kill, syscall(SYS_getpid), 9);
}

static bool path_counts(const char *path)
{
    return under == NULL || (path != NULL && strstr(path, under) != NULL);
}

static bool fd_counts(int fd)
{
    char link[64], path[4096];

    if (under == NULL) {
        return true;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);

    path[n > 0 ? n : 0] = '\0';
    return strstr(path, under) != NULL;
}

enum answer { PASS, FAIL, PASS_AND_DIE };

static enum answer hit(enum kind kind, bool counts)
{
    if (!ready || (kinds & kind) == 0 || !counts) {
        return PASS;
    }
    int n = atomic_fetch_add(&calls, 1) + 1;

    if (at == 0 || (from ? n < at : n != at)) {
        return PASS;
    }
    atomic_fetch_add(&failed, 1);
    if (dies_before) {
        die();
    }
    if (dies_after) {
        return PASS_AND_DIE;
    }
    errno = error_number;
    return FAIL;
}

/* The call itself, unless it is the one; bad: what a failed one returns. */
#define CALL(kind, counts, type, bad, real)                                                        \
    do {                                                                                           \
        enum answer answer = hit(kind, (kinds & (kind)) != 0 && (counts));                         \
        if (answer == FAIL) {                                                                      \
            return bad;                                                                            \
        }                                                                                          \
        type result = (type)(real);                                                                \
        if (answer == PASS_AND_DIE) {                                                              \
            die();                                                                                 \
        }                                                                                          \
        return result;                                                                             \
    } while (0)

#define TWICE(type, name, parameters, arguments)                                                   \
    type name##64 parameters;                                                                      \
    type name##64 parameters                                                                       \
    {                                                                                              \
        return name arguments;                                                                     \
    }

ssize_t write(int fd, const void *p, size_t n)
{
    CALL(WRITE, fd_counts(fd), ssize_t, -1, syscall(SYS_write, fd, p, n));
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    CALL(WRITE, fd_counts(fd), ssize_t, -1, syscall(SYS_writev, fd, parts, count));
}

#undef pwrite
ssize_t pwrite(int fd, const void *p, size_t n, off_t offset)
{
    CALL(WRITE, fd_counts(fd), ssize_t, -1, syscall(SYS_pwrite64, fd, p, n, offset));
}
TWICE(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t offset), (fd, p, n, offset))

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    CALL(WRITE, fd_counts(fd), ssize_t, -1, syscall(SYS_pwritev, fd, parts, count, offset, 0));
}
TWICE(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t offset),
      (fd, parts, count, offset))

int fsync(int fd)
{
    CALL(SYNC, fd_counts(fd), int, -1, syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    CALL(SYNC, fd_counts(fd), int, -1, syscall(SYS_fdatasync, fd));
}

int rename(const char *old, const char *new)
{
    CALL(NAME, path_counts(old) || path_counts(new), int, -1,
         syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0));
}

int mkdir(const char *path, mode_t mode)
{
    CALL(NAME, path_counts(path), int, -1, syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int unlink(const char *path)
{
    CALL(NAME, (dies_before || dies_after) && path_counts(path), int, -1,
         syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

int unlinkat(int folder, const char *path, int flags)
{
    CALL(NAME, (dies_before || dies_after) && fd_counts(folder), int, -1,
         syscall(SYS_unlinkat, folder, path, flags));
}

int link(const char *old, const char *new)
{
    CALL(NAME, path_counts(old) || path_counts(new), int, -1,
         syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0));
}

ssize_t read(int fd, void *p, size_t n)
{
    CALL(READ, fd_counts(fd), ssize_t, -1, syscall(SYS_read, fd, p, n));
}

ssize_t pread(int fd, void *p, size_t n, off_t offset)
{
    CALL(READ, fd_counts(fd), ssize_t, -1, syscall(SYS_pread64, fd, p, n, offset));
}
TWICE(ssize_t, pread, (int fd, void *p, size_t n, off_t offset), (fd, p, n, offset))

int ftruncate(int fd, off_t len)
{
    CALL(CUT, fd_counts(fd), int, -1, syscall(SYS_ftruncate, fd, len));
}
TWICE(int, ftruncate, (int fd, off_t len), (fd, len))

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    CALL(RESERVE, fd_counts(fd), int, -1, syscall(SYS_fallocate, fd, mode, offset, len));
}
TWICE(int, fallocate, (int fd, int mode, off_t offset, off_t len), (fd, mode, offset, len))

int posix_fallocate(int fd, off_t offset, off_t len)
{
    return fallocate(fd, 0, offset, len) == 0 ? 0 : errno;
}
TWICE(int, posix_fallocate, (int fd, off_t offset, off_t len), (fd, offset, len))

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
    bool counts = folder == AT_FDCWD ? path_counts(path) : fd_counts(folder);

    if ((flags & O_ACCMODE) == O_RDONLY) {
        CALL(LOOK, counts, int, -1, syscall(SYS_openat, folder, path, flags, mode));
    }
    CALL(OPEN, counts, int, -1, syscall(SYS_openat, folder, path, flags, mode));
}

#define MODE_OF(flags, last, mode)                                                                 \
    do {                                                                                           \
        if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                              \
            va_list list;                                                                          \
            va_start(list, last);                                                                  \
            mode = va_arg(list, mode_t);                                                           \
            va_end(list);                                                                          \
        }                                                                                          \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, flags, mode);
    return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, flags, mode);
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, flags, mode);
    return open_file(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...);
int openat64(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, flags, mode);
    return open_file(folder, path, flags, mode);
}

void *mmap(void *where, size_t len, int protection, int flags, int fd, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) != 0) { /* guarded memory */
        CALL(MEMORY, true, void *, MAP_FAILED,
             syscall(SYS_mmap, where, len, protection, flags, fd, offset));
    }
    CALL(MAP, fd_counts(fd), void *, MAP_FAILED,
         syscall(SYS_mmap, where, len, protection, flags, fd, offset));
}
TWICE(void *, mmap, (void *where, size_t len, int protection, int flags, int fd, off_t offset),
      (where, len, protection, flags, fd, offset))

/* glibc's own names for the real ones: dlsym() would allocate. */
extern void *__libc_malloc(size_t len);
extern void *__libc_calloc(size_t count, size_t len);
extern void *__libc_realloc(void *p, size_t len);

void *malloc(size_t len)
{
    CALL(MEMORY, true, void *, NULL, __libc_malloc(len));
}

void *calloc(size_t count, size_t len)
{
    CALL(MEMORY, true, void *, NULL, __libc_calloc(count, len));
}

void *realloc(void *p, size_t len)
{
    CALL(MEMORY, true, void *, NULL, __libc_realloc(p, len));
}

/* ---- the kernel's keyring, as in a container that has none ----------------------------- */

long keyctl_get_persistent(uid_t user, int32_t ring);
long keyctl_get_persistent(uid_t user, int32_t ring)
{
    CALL(KEYS, true, long, -1, syscall(SYS_keyctl, 22 /* KEYCTL_GET_PERSISTENT */, user, ring));
}

int32_t add_key(const char *type, const char *name, const void *p, size_t n, int32_t ring);
int32_t add_key(const char *type, const char *name, const void *p, size_t n, int32_t ring)
{
    CALL(KEYS, true, int32_t, -1, syscall(SYS_add_key, type, name, p, n, ring));
}

/* ---- leave --------------------------------------------------------------------------- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static int left_set = -1, left_socket = -1;

static void wait_to_be_overtaken(int set, int socket)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    pthread_mutex_lock(&mutex);
    while ((left_set != set || left_socket != socket) &&
           pthread_cond_timedwait(&left, &mutex, &until) == 0) {
    }
    pthread_mutex_unlock(&mutex);
}

int epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
    bool main_thread = syscall(SYS_gettid) == syscall(SYS_getpid);

    if (leaves && what == EPOLL_CTL_DEL && main_thread) {
        wait_to_be_overtaken(set, fd);
    }
    int r = (int)syscall(SYS_epoll_ctl, set, what, fd, event);

    if (leaves && what == EPOLL_CTL_DEL && !main_thread) {
        pthread_mutex_lock(&mutex);
        left_set = set;
        left_socket = fd;
        pthread_cond_broadcast(&left);
        pthread_mutex_unlock(&mutex);
    }
    return r;
}
