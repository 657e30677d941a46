#include "storage/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"

enum sk_error sk_folder_make(const char *parent, const char *name, char *out)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", parent, name);

    if (n < 0 || n + 32 > PATH_MAX) {
        return SK_ERR_USAGE;
    }
    if (mkdir(parent, 0700) != 0 && errno != EEXIST) {
        return sk_error_of_errno(errno);
    }
    if (mkdir(out, 0700) != 0 && errno != EEXIST) {
        return sk_error_of_errno(errno);
    }
    return sk_folder_sync(parent);
}

static int open_folder(const char *folder)
{
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

enum sk_error sk_folder_sync(const char *folder)
{
    int fd = open_folder(folder);

    if (fd < 0) {
        return sk_error_of_errno(errno);
    }
    enum sk_error e = fsync(fd) == 0 ? SK_OK : sk_error_of_errno(errno);

    close(fd);
    return e;
}

/* A descriptor of its own each time: the lock belongs to it, so threads exclude each other too. */
enum sk_error sk_folder_lock(const char *folder, int *out)
{
    int fd = open_folder(folder);
    int r;

    if (fd < 0) {
        return sk_error_of_errno(errno);
    }
    do {
        r = flock(fd, LOCK_EX);
    } while (r != 0 && errno == EINTR);
    if (r != 0) {
        enum sk_error e = sk_error_of_errno(errno);

        close(fd);
        return e;
    }
    *out = fd;
    return SK_OK;
}

static enum sk_error build(const char *path, const char *made, const struct sk_new_file *file)
{
    struct sk_engine *engine = NULL;
    enum sk_error e = sk_engine_open(&engine, made, file->size, file->preallocate, true,
                                     file->tables, file->table_count);

    if (e == SK_OK) {
        e = file->fill(engine, file->ctx);
        sk_engine_close(engine);
    }
    if (e == SK_OK && rename(made, path) != 0) {
        e = sk_error_of_errno(errno);
    }
    return e;
}

enum sk_error sk_file_make(const char *folder, const char *path, const struct sk_new_file *file)
{
    char made[PATH_MAX], lock_file[PATH_MAX];
    int lock;
    int n = snprintf(made, sizeof made, "%s.new", path);
    int m = snprintf(lock_file, sizeof lock_file, "%s.new-lock", path);

    if (n < 0 || n >= PATH_MAX || m < 0 || m >= PATH_MAX) {
        return SK_ERR_USAGE;
    }
    enum sk_error e = sk_folder_lock(folder, &lock);

    if (e != SK_OK) {
        return e;
    }
    if (access(path, F_OK) == 0) {
        e = SK_ERR_EXISTS;
    } else {
        unlink(made); /* of a run that was broken off */
        e = build(path, made, file);

        int why = errno;

        if (e != SK_OK) {
            unlink(made);
        }
        unlink(lock_file);
        errno = why;
    }
    if (e == SK_OK) {
        e = sk_folder_sync(folder);
    }
    close(lock);
    return e;
}
