#include "storage/store/unfinished.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/store/store.h"

#define KEY "gateway.key"
#define KEY_TO_BE "gateway.key.new"

static const char *const parts[] = {"inbox", "outbox", KEY_TO_BE ".tmp", KEY_TO_BE};
enum { PARTS = sizeof parts / sizeof *parts };

bool sk_unfinished(const char *dir)
{
    return sk_store_has(dir, KEY_TO_BE) && !sk_store_has(dir, KEY);
}

enum sk_error sk_unfinished_begin(const char *dir, const struct sk_ed25519_sk *key)
{
    char path[PATH_MAX];
    enum sk_error e = sk_store_path(path, dir, KEY_TO_BE);

    return e == SK_OK ? sk_file_replace(path, key->b, sizeof key->b) : e;
}

enum sk_error sk_unfinished_end(const char *dir)
{
    char from[PATH_MAX], to[PATH_MAX];
    enum sk_error e = sk_store_path(from, dir, KEY_TO_BE);

    if (e == SK_OK) {
        e = sk_store_path(to, dir, KEY);
    }
    if (e != SK_OK) {
        return e;
    }
    if (rename(from, to) != 0) {
        return sk_error_of_errno(errno);
    }
    e = sk_folder_sync(dir);
    if (e != SK_OK && rename(to, from) != 0) {
        unlink(to); /* nobody was told that it is a store, and after a power cut it may be none */
    }
    return e;
}

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

/* A file, or a folder and the files in it; absent is no error. */
static enum sk_error remove_part(const char *path)
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

/* The key is removed last: it marks the rest as unfinished, should this be interrupted. */
enum sk_error sk_unfinished_remove(const char *dir)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < PARTS; i++) {
        enum sk_error e = sk_store_path(path, dir, parts[i]);

        if (e == SK_OK) {
            e = remove_part(path);
        }
        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

static bool is_part(const char *name)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (strcmp(name, parts[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* EXISTS: the folder holds more than what an interrupted attempt leaves. */
static enum sk_error only_ours(const char *dir)
{
    DIR *folder = opendir(dir);
    bool marked = sk_unfinished(dir), ours = true;
    struct dirent *entry;

    if (folder == NULL) {
        return sk_error_of_errno(errno);
    }
    while ((entry = readdir(folder)) != NULL) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            ours = ours && is_part(name) && (marked || strcmp(name, KEY_TO_BE ".tmp") == 0);
        }
    }
    closedir(folder);
    return ours ? SK_OK : SK_ERR_EXISTS;
}

enum sk_error sk_unfinished_claim(const char *dir, int *lock)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        return errno == ENOTDIR || errno == ELOOP ? SK_ERR_EXISTS : sk_error_of_errno(errno);
    }
    enum sk_error e = SK_OK;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        e = errno == EWOULDBLOCK ? SK_ERR_LOCKED : sk_error_of_errno(errno);
        goto out;
    }
    e = only_ours(dir);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_unfinished_remove(dir);
    if (e != SK_OK) {
        goto out;
    }
    *lock = fd;
    return SK_OK;
out:
    close(fd);
    return e;
}
