#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "storage/inbox_private.h"

static void flatten(const char *path)
{
    time_t midnight = (time_t)sk_day_of(time(NULL)) * 86400;
    struct timespec times[2] = {{.tv_sec = midnight}, {.tv_sec = midnight}};

    /* Another owner's file, or one that was just removed, stays as it is. */
    (void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

void sk_inbox_flatten_times(const struct sk_inbox *inbox)
{
    static const char *const suffixes[] = {"", "-lock"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (sk_generation_path(inbox->folder, inbox->generation, suffixes[i], path) == SK_OK) {
            flatten(path);
        }
    }
    int n = snprintf(path, sizeof path, "%s/writer", inbox->folder);

    if (n > 0 && n < PATH_MAX) {
        flatten(path);
    }
}
