/* The calls that change the disk, in front of the C library's also for LMDB's shared object. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/unit/storage_unit.h"

static atomic_int fault;
static atomic_uint countdown;

void unit_fault_set(enum unit_fault kind, unsigned after)
{
    atomic_store(&countdown, after);
    atomic_store(&fault, kind);
}

static void may_die(void)
{
    if (atomic_load(&fault) == UNIT_DIE && atomic_fetch_sub(&countdown, 1) == 1) {
        _exit(7);
    }
}

static int write_fails(void)
{
    may_die();
    if (atomic_load(&fault) != UNIT_ENOSPC_WRITE || atomic_load(&countdown) == 0) {
        return 0;
    }
    atomic_fetch_sub(&countdown, 1);
    errno = ENOSPC;
    return 1;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
    return write_fails() ? -1 : syscall(SYS_pwrite64, fd, data, len, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return write_fails() ? -1 : syscall(SYS_writev, fd, parts, count);
}

int fdatasync(int fd)
{
    int expected = UNIT_EIO_SYNC;

    may_die();
    if (atomic_compare_exchange_strong(&fault, &expected, UNIT_NO_FAULT)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    may_die();
    return (int)syscall(SYS_fsync, fd);
}

int unlink(const char *path)
{
    may_die();
    return (int)syscall(SYS_unlink, path);
}

int rename(const char *from, const char *to)
{
    may_die();
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    int expected = UNIT_ENOSPC_ALLOCATE;

    if (atomic_compare_exchange_strong(&fault, &expected, UNIT_NO_FAULT)) {
        errno = ENOSPC;
        return -1;
    }
    may_die();
    return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    may_die();
    return syscall(SYS_fallocate, fd, 0, offset, len) == 0 ? 0 : errno;
}
