/* A store, or a copy of one, in the making: its key is there under another name, and takes its own
 * as the last step. So what a broken-off try left is told from a store that lost its key. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/store/store.h"

#define KEY "gateway.key"
#define KEY_TO_BE "gateway.key.new"

static const char *const parts[] = {"inbox", "outbox", KEY_TO_BE ".tmp", KEY_TO_BE};
enum { PARTS = sizeof parts / sizeof *parts };

static bool has(const char *dir, const char *name)
{
    char path[PATH_MAX];

    return sk_store_path(path, dir, name) == SK_OK && sk_store_exists(path);
}

bool sk_unfinished(const char *dir)
{
    return has(dir, KEY_TO_BE) && !has(dir, KEY);
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
    if (e == SK_OK && rename(from, to) != 0) {
        e = sk_error_of_errno(errno);
    }
    if (e == SK_OK) {
        e = sk_folder_sync(dir);
        if (e != SK_OK && rename(to, from) != 0) {
            unlink(to); /* nobody was told that it is one, and after a power cut it may be none */
        }
    }
    return e;
}

/* The mark goes last: broken off again, the rest is still known for what it is. */
enum sk_error sk_unfinished_remove(const char *dir)
{
    char path[PATH_MAX];
    enum sk_error e = SK_OK;

    for (size_t i = 0; i < PARTS && e == SK_OK; i++) {
        e = sk_store_path(path, dir, parts[i]);
        if (e == SK_OK) {
            e = sk_store_remove(path);
        }
    }
    return e;
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

/* Nothing that is not ours: an empty folder, or marked, and with nothing else in it. */
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
    }
    if (e == SK_OK) {
        e = only_ours(dir);
    }
    if (e == SK_OK) {
        e = sk_unfinished_remove(dir);
    }
    if (e != SK_OK) {
        close(fd);
        return e;
    }
    *lock = fd;
    return SK_OK;
}
