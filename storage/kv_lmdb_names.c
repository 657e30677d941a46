#include "storage/kv_lmdb_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/number.h"

enum sk_error sk_lmdb_folder_make(const char *parent, const char *name, char *out)
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

/* A descriptor of its own each time: the lock belongs to it, so threads exclude each other too. */
enum sk_error sk_lmdb_folder_lock(const char *folder, int *out)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

/* ---- generations ---------------------------------------------------------------- */

enum sk_error sk_lmdb_path(const char *folder, uint32_t generation, const char *suffix, char *out)
{
    int n = snprintf(out, PATH_MAX, "%s/%08u.mdb%s", folder, generation, suffix);

    return n > 0 && n < PATH_MAX ? SK_OK : SK_ERR_USAGE;
}

/* The data file first: a lock file alone means nothing to an opener. */
void sk_lmdb_remove(const char *folder, uint32_t generation)
{
    char path[PATH_MAX];
    int why = errno; /* often called because of it */

    if (sk_lmdb_path(folder, generation, "", path) == SK_OK) {
        unlink(path);
    }
    if (sk_lmdb_path(folder, generation, "-lock", path) == SK_OK) {
        unlink(path);
    }
    errno = why;
}

/* "00000001.mdb", with lock also "00000001.mdb-lock". */
static bool parse_name(const char *name, bool lock, uint32_t *generation)
{
    uint64_t n;

    if (strlen(name) < 8 || !sk_number_read(name, 8, 1, SK_LMDB_GENERATION_MAX, &n) ||
        (strcmp(name + 8, ".mdb") != 0 && !(lock && strcmp(name + 8, ".mdb-lock") == 0))) {
        return false;
    }
    *generation = (uint32_t)n;
    return true;
}

void sk_lmdb_remove_others(const char *folder, uint32_t keep, bool higher)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    uint32_t n;

    if (dir == NULL) {
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (parse_name(entry->d_name, true, &n) && (n < keep || (higher && n > keep))) {
            sk_lmdb_remove(folder, n);
        }
    }
    closedir(dir);
}

enum sk_error sk_lmdb_lowest(const char *folder, uint32_t *out)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    uint32_t n, lowest = UINT32_MAX;

    if (dir == NULL) {
        return sk_error_of_errno(errno);
    }
    while ((entry = readdir(dir)) != NULL) {
        if (parse_name(entry->d_name, false, &n) && n < lowest) {
            lowest = n;
        }
    }
    closedir(dir);
    if (lowest == UINT32_MAX) {
        return SK_ERR_NOT_FOUND;
    }
    *out = lowest;
    return SK_OK;
}

void sk_lmdb_hide_times(const char *path)
{
    time_t midnight = (time_t)sk_day_of(time(NULL)) * 86400;
    struct timespec times[2] = {{.tv_sec = midnight}, {.tv_sec = midnight}};

    /* Another owner's file, or one that was just removed, stays as it is. */
    (void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}
