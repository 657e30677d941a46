/* Removing what a command made before it failed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/store/store.h"

/* The parts of a store are files, or folders of files: no deeper. */
static enum sk_error empty_folder(int fd)
{
    DIR *folder = fdopendir(fd);
    enum sk_error e = SK_OK;
    struct dirent *entry;

    if (folder == NULL) {
        e = sk_error_of_errno(errno);
        close(fd);
        return e;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0) {
            e = sk_error_of_errno(errno);
        }
    }
    closedir(folder);
    return e;
}

enum sk_error sk_store_remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st) != 0) {
        return errno == ENOENT ? SK_OK : sk_error_of_errno(errno);
    }
    if (!S_ISDIR(st.st_mode)) {
        return unlink(path) == 0 ? SK_OK : sk_error_of_errno(errno);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    enum sk_error e = fd < 0 ? sk_error_of_errno(errno) : empty_folder(fd);

    if (e == SK_OK && rmdir(path) != 0) {
        e = sk_error_of_errno(errno);
    }
    return e;
}
