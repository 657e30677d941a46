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
#include "storage/store/unfinished.h"

/* The outbox after the inbox would record bundles of envelopes that the copy lacks only if an
 * export came between the two; the lock keeps that out. */
static enum sk_error copy_parts(const struct sk_store *store, const char *to)
{
    struct sk_ed25519_sk *key;
    enum sk_error e = sk_store_key_read(store, &key);

    if (e != SK_OK) {
        return e;
    }
    e = sk_unfinished_begin(to, key);
    sk_secret_free(key);
    if (e != SK_OK) {
        return e;
    }
    e = sk_inbox_backup(store->inbox, to);
    return e == SK_OK ? sk_outbox_backup(store->outbox, to, sk_day_of(time(NULL))) : e;
}

/* Under a name of its own until all is in it, and a store only after it has got its name: cut off
 * between the two, the next backup finds something unfinished there, and begins again. */
static enum sk_error copy_store(const struct sk_store *store, const char *out,
                                const char *unfinished)
{
    const char *at = unfinished;
    int why;
    enum sk_error e = copy_parts(store, unfinished);

    if (e != SK_OK) {
        goto undo;
    }
    if (rename(unfinished, out) != 0) {
        e = sk_error_of_errno(errno);
        goto undo;
    }
    at = out;
    e = sk_unfinished_end(out);
    if (e != SK_OK) {
        goto undo;
    }
    return sk_parent_sync(out);
undo:
    why = errno;
    if (sk_unfinished_remove(at) == SK_OK) {
        rmdir(at);
    }
    errno = why;
    return e;
}

/* Makes the folder, or takes over the one that an interrupted backup left. */
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

int sk_store_backup(void *program, const struct sk_args *args)
{
    char out[PATH_MAX], unfinished[PATH_MAX];
    const char *given = sk_args_text(args, "out");
    int n = snprintf(out, sizeof out, "%s", given);

    if (n < 0 || n >= (int)sizeof out) {
        return sk_refuse_error(given, SK_ERR_TOO_LARGE);
    }
    while (n > 1 && out[n - 1] == '/') {
        out[--n] = '\0';
    }
    n = snprintf(unfinished, sizeof unfinished, "%s.unfinished", out);
    if (n < 0 || n >= (int)sizeof unfinished) {
        return sk_refuse_error(out, SK_ERR_TOO_LARGE);
    }
    if (sk_store_exists(out) && !sk_unfinished(out)) {
        return sk_refuse("%s: %s; name a folder that is not there yet", out,
                         sk_error_text(SK_ERR_EXISTS));
    }
    return backup_to(program, out, unfinished);
}
