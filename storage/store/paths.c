#include "storage/store/paths.h"

#include <stdio.h>
#include <sys/stat.h>

enum sk_error sk_store_path(char out[PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

    return n > 0 && n < PATH_MAX ? SK_OK : SK_ERR_TOO_LARGE;
}

bool sk_store_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

bool sk_store_has(const char *dir, const char *name)
{
    char path[PATH_MAX];

    return sk_store_path(path, dir, name) == SK_OK && sk_store_exists(path);
}
