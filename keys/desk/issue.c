#include "keys/desk/issue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 8 };

/* A board may replace a board, a sheet a sheet; any other file at this path is a mistake. */
static enum sk_error check_present(const char *path, const char *magic)
{
    char found[MAGIC] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, found, sizeof found) : 0;

    if (fd < 0) {
        return errno == ENOENT ? SK_OK : sk_error_of_errno(errno);
    }
    close(fd);
    return n == 0 || (n == (ssize_t)sizeof found && memcmp(found, magic, sizeof found) == 0)
               ? SK_OK
               : SK_ERR_EXISTS;
}

/* Refuses an impossible name before the number is spent. */
static enum sk_error check_name(const char *path, const char *magic)
{
    struct stat st;
    size_t len = strlen(path);

    if (len == 0 || path[len - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode))) {
        errno = EISDIR;
        return SK_ERR_IO;
    }
    return check_present(path, magic);
}

static enum sk_error take_room(struct sk_file_writer *writer, size_t len)
{
    static const uint8_t zeros[16384];
    enum sk_error e = SK_OK;

    while (e == SK_OK && len > 0) {
        size_t n = len < sizeof zeros ? len : sizeof zeros;

        e = sk_file_writer_put(writer, zeros, n);
        len -= n;
    }
    return e == SK_OK ? sk_file_writer_sync(writer) : e;
}

enum sk_error sk_issue_prepare(struct sk_issue *o, const struct sk_desk *desk, const char *kept,
                               const char *out, const char *magic, size_t len)
{
    char path[SK_PATH_MAX];
    enum sk_error e = check_name(out, magic);

    *o = (struct sk_issue){.outside = NULL, .kept = NULL};
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_open(&o->outside, out);
    if (e != SK_OK) {
        return e;
    }
    e = take_room(o->outside, len);
    if (e != SK_OK) {
        return e;
    }
    o->at_home = true;
    e = sk_home_path(desk, path, "%s", kept);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_writer_open(&o->kept, path);
    return e == SK_OK ? take_room(o->kept, len) : e;
}

static enum sk_error fill(struct sk_file_writer **writer, const uint8_t *bytes, size_t len)
{
    struct sk_file_writer *w = *writer;
    enum sk_error e = sk_file_writer_rewind(w, 0);

    if (e == SK_OK) {
        e = sk_file_writer_put(w, bytes, len);
    }
    if (e != SK_OK) {
        return e;
    }
    *writer = NULL; /* commit releases it either way */
    return sk_file_writer_commit(w);
}

enum sk_error sk_issue_keep(struct sk_issue *o, const uint8_t *bytes, size_t len)
{
    return fill(&o->kept, bytes, len);
}

enum sk_error sk_issue_send(struct sk_issue *o, const uint8_t *bytes, size_t len)
{
    o->at_home = false;
    return fill(&o->outside, bytes, len);
}

void sk_issue_end(struct sk_issue *o)
{
    int saved = errno; /* for the message */

    sk_file_writer_discard(o->kept);
    sk_file_writer_discard(o->outside);
    o->kept = o->outside = NULL;
    errno = saved;
}

enum sk_error sk_issue_again(const struct sk_desk *desk, const char *kept, const char *out,
                             const char *magic, bool *missing)
{
    enum { KEPT_MAX = 1 << 30 };
    char path[SK_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_home_path(desk, path, "%s", kept);

    if (e != SK_OK) {
        return e;
    }
    e = sk_file_read(path, KEPT_MAX, &bytes, &len);
    *missing = e == SK_ERR_NOT_FOUND;
    if (e != SK_OK) {
        return e;
    }
    e = check_name(out, magic);
    if (e == SK_OK) {
        e = sk_file_replace(out, bytes, len);
    }
    free(bytes);
    return e;
}
