#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "storage/store/store.h"

static enum sk_error copy_key(const struct sk_store *store, const char *to)
{
    char path[PATH_MAX];
    struct sk_ed25519_sk *key;
    enum sk_error e = sk_store_path(path, to, "gateway.key");

    if (e == SK_OK) {
        e = sk_store_key_read(store, &key);
    }
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_replace(path, key->b, sizeof key->b);
    sk_secret_free(key);
    return e;
}

/* The outbox after the inbox would record bundles of envelopes that the copy lacks only if an
 * export came between the two; the lock keeps that out. */
static enum sk_error copy_parts(const struct sk_store *store, const char *to)
{
    enum sk_error e = sk_inbox_backup(store->inbox, to);

    if (e == SK_OK) {
        e = sk_outbox_backup(store->outbox, to, sk_day_of(time(NULL)));
    }
    return e == SK_OK ? copy_key(store, to) : e;
}

/* Makes the new name last through a power cut. */
static enum sk_error sync_parent(const char *path)
{
    char parent[PATH_MAX];
    size_t n = strlen(path);

    if (n >= sizeof parent) {
        return SK_ERR_TOO_LARGE;
    }
    memcpy(parent, path, n + 1);
    char *slash = strrchr(parent, '/');

    if (slash == NULL) {
        memcpy(parent, ".", 2);
    } else {
        slash[slash == parent ? 1 : 0] = '\0';
    }
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return SK_ERR_IO;
    }
    int failed = fsync(fd);

    close(fd);
    return failed == 0 ? SK_OK : SK_ERR_IO;
}

static void remove_copy(const char *dir)
{
    static const char *const parts[] = {"inbox", "outbox", "gateway.key", "gateway.key.tmp"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (sk_store_path(path, dir, parts[i]) == SK_OK) {
            sk_store_remove(path);
        }
    }
    sk_store_remove(dir);
}

/* Under a name of its own until it is whole: a folder called DIR is always a whole copy. */
static enum sk_error copy_store(const struct sk_store *store, const char *out,
                                const char *unfinished)
{
    enum sk_error e = copy_parts(store, unfinished);

    if (e == SK_OK && rename(unfinished, out) != 0) {
        e = SK_ERR_IO;
    }
    if (e != SK_OK) {
        remove_copy(unfinished);
        errno = 0; /* many calls ago by now: a wrong reason would mislead */
        return e;
    }
    return sync_parent(out);
}

static int backup(struct sk_store *store, char *out)
{
    char unfinished[PATH_MAX];

    for (size_t n = strlen(out); n > 1 && out[n - 1] == '/'; n--) {
        out[n - 1] = '\0';
    }
    int n = snprintf(unfinished, sizeof unfinished, "%s.unfinished", out);

    if (n < 0 || n >= (int)sizeof unfinished) {
        return sk_refuse_error(out, SK_ERR_TOO_LARGE);
    }
    if (sk_store_exists(out)) {
        return sk_refuse("%s: %s; name a folder that is not there yet", out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    if (mkdir(unfinished, 0700) != 0) {
        return errno == EEXIST ? sk_refuse("%s: an earlier backup was cut off; remove this folder "
                                           "and try again",
                                           unfinished)
                               : sk_refuse_error(unfinished, SK_ERR_IO);
    }
    enum sk_error e = copy_store(store, out, unfinished);

    if (e != SK_OK) {
        return sk_refuse_error(out, e);
    }
    printf("The copy is in %s. It holds the gateway's key: keep it as safe as the store.\n", out);
    return SK_EXIT_OK;
}

int sk_store_backup(void *program, int argc, char **argv)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'},
                                            {NULL, 0, NULL, 0}};
    char *out = NULL;
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (c != 'o') {
            return sk_store_bad_option(c, argv);
        }
        out = optarg;
    }
    if (out == NULL || *out == '\0') {
        return sk_usage("backup needs --out DIR");
    }
    return sk_store_words(argc, argv, 0, "") ? backup(program, out) : SK_EXIT_USAGE;
}
