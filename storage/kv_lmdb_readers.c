#include "storage/kv_lmdb_readers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* LMDB's MDB_reader and the parts of its MDB_txninfo are cache lines of 64 bytes. A file that is
 * longer than LMDB would make it is kept, and has room for more readers. It is no longer than the
 * pages that a process has mapped which found a file of LMDB's own making, so that such a process
 * and ours never differ on where the last reader stands. */
enum { LINE = 64, HEAD_LINES = 2, PAGE = 4096 };

enum sk_error sk_lock_file_reserve(const char *path, size_t readers)
{
    char name[PATH_MAX];
    int n = snprintf(name, sizeof name, "%s-lock", path);

    if (n < 0 || n >= (int)sizeof name) {
        return SK_ERR_USAGE;
    }
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT ? SK_ERR_FULL : SK_OK;
    }
    struct stat data, lock;

    /* root may read a store, and must not lock its owner out */
    if (geteuid() == 0 && stat(path, &data) == 0 && fstat(fd, &lock) == 0 &&
        lock.st_uid != data.st_uid) {
        (void)!fchown(fd, data.st_uid, data.st_gid);
    }
    size_t bytes = (readers + HEAD_LINES) * LINE;
    int failed;

    /* Not posix_fallocate: where the file system knows no such call, that one would write over
     * bytes which another process may be changing at this moment. */
    do {
        failed = fallocate(fd, 0, 0, (off_t)((bytes + PAGE - 1) / PAGE * PAGE));
    } while (failed != 0 && errno == EINTR);
    int why = errno;

    close(fd);
    errno = why;
    return failed != 0 && (why == ENOSPC || why == EDQUOT) ? SK_ERR_FULL : SK_OK;
}
