#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "storage/store/store.h"

static enum sk_error begin(const struct sk_store *store, const char *to)
{
    struct sk_ed25519_sk *key;
    enum sk_error e = sk_store_key_read(store, &key);

    if (e == SK_OK) {
        e = sk_unfinished_begin(to, key);
        sk_secret_free(key);
    }
    return e;
}

/* The outbox after the inbox would record bundles of envelopes that the copy lacks only if an
 * export came between the two; the lock keeps that out. */
static enum sk_error copy_parts(const struct sk_store *store, const char *to)
{
    enum sk_error e = begin(store, to);

    if (e == SK_OK) {
        e = sk_inbox_backup(store->inbox, to);
    }
    return e == SK_OK ? sk_outbox_backup(store->outbox, to, sk_day_of(time(NULL))) : e;
}

static void remove_copy(const char *dir)
{
    if (sk_unfinished_remove(dir) == SK_OK) {
        rmdir(dir);
    }
}

/* Under a name of its own until all is in it, and a store only after it has got its name: broken
 * off between the two, the next backup finds something unfinished there, and begins again. */
static enum sk_error copy_store(const struct sk_store *store, const char *out,
                                const char *unfinished)
{
    const char *at = unfinished;
    enum sk_error e = copy_parts(store, unfinished);

    if (e == SK_OK) {
        e = rename(unfinished, out) == 0 ? SK_OK : sk_error_of_errno(errno);
        at = e == SK_OK ? out : at;
    }
    if (e == SK_OK) {
        e = sk_unfinished_end(out);
    }
    if (e != SK_OK) {
        int why = errno;

        remove_copy(at);
        errno = why;
        return e;
    }
    return sk_parent_sync(out);
}

/* Makes the folder, or takes over what a backup that was cut off left there. */
static int make_folder(const char *unfinished, int *lock)
{
    if (mkdir(unfinished, 0700) != 0 && errno != EEXIST) {
        return sk_refuse_out(unfinished, errno == ENOENT ? SK_ERR_IO : sk_error_of_errno(errno),
                             "No copy was made");
    }
    enum sk_error e = sk_unfinished_claim(unfinished, lock);

    if (e == SK_ERR_EXISTS) {
        return sk_refuse("%s: it is in the way, and no backup left it; move it elsewhere, then try "
                         "again",
                         unfinished);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(unfinished, e);
}

/* The copy has its name, and was cut off before it was a store. */
static int clear_unfinished(const char *out)
{
    int lock;
    enum sk_error e = sk_unfinished_claim(out, &lock);

    if (e != SK_OK) {
        return sk_refuse_error(out, e);
    }
    e = rmdir(out) == 0 ? SK_OK : sk_error_of_errno(errno);
    close(lock);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(out, e);
}

static int backup_to(struct sk_store *store, const char *out, const char *unfinished)
{
    int lock;
    int code = sk_store_open(store, SK_STORE_WRITES);

    if (code == SK_EXIT_OK && sk_unfinished(out)) {
        code = clear_unfinished(out);
    }
    if (code == SK_EXIT_OK) {
        code = make_folder(unfinished, &lock);
    }
    if (code != SK_EXIT_OK) {
        return code;
    }
    errno = 0;
    enum sk_error e = copy_store(store, out, unfinished);

    close(lock);
    if (e != SK_OK) {
        return sk_refuse_out(out, e, "No copy was made");
    }
    printf("The copy is in %s. It holds the gateway's key: keep it as safe as the store.\n", out);
    return SK_EXIT_OK;
}

static int backup(struct sk_store *store, const char *given)
{
    char out[PATH_MAX], unfinished[PATH_MAX];

    if (strlen(given) >= sizeof out) {
        return sk_refuse_error(given, SK_ERR_TOO_LARGE);
    }
    memcpy(out, given, strlen(given) + 1);

    for (size_t n = strlen(out); n > 1 && out[n - 1] == '/'; n--) {
        out[n - 1] = '\0';
    }
    int n = snprintf(unfinished, sizeof unfinished, "%s.unfinished", out);

    if (n < 0 || n >= (int)sizeof unfinished) {
        return sk_refuse_error(out, SK_ERR_TOO_LARGE);
    }
    if (sk_store_exists(out) && !sk_unfinished(out)) {
        return sk_refuse("%s: %s; name a folder that is not there yet", out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    return backup_to(store, out, unfinished);
}

int sk_store_backup(void *program, const struct sk_args *args)
{
    return backup(program, sk_args_text(args, "out"));
}
