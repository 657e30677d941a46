#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/cli/place.h"
#include "keys/desk/commands.h"
#include "keys/desk/keyset.h"
#include "keys/desk/threads.h"
#include "keys/desk/unpack.h"
#include "keys/desk/verify.h"
#include "keys/desk/view.h"

struct opening {
    struct sk_desk *desk;
    struct sk_entry entry;
    int envelope, dir;
    DIR *list; /* of the folder, opened early: cleaning up must not need memory */
    bool made; /* the folder did not exist before */
    struct sk_x25519_sk *own;
    struct sk_payload_key *key;
    struct sk_hidden *hidden;
    struct sk_opened opened;
    struct sk_progress progress;
    json_t *view;
};

/* ---- the folder ------------------------------------------------------------ */

static DIR *list_of(int dir)
{
    int copy = fcntl(dir, F_DUPFD_CLOEXEC, 3);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;

    if (list == NULL && copy >= 0) {
        close(copy);
    }
    return list;
}

static const char *next_name(DIR *list)
{
    const struct dirent *entry;

    do {
        entry = readdir(list);
    } while (entry != NULL &&
             (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry != NULL ? entry->d_name : NULL;
}

static enum sk_error check_empty(struct opening *o)
{
    o->list = list_of(o->dir);
    if (o->list == NULL) {
        return sk_error_of_errno(errno);
    }
    return next_name(o->list) == NULL ? SK_OK : SK_ERR_EXISTS;
}

/* Removes what was written, so that the command can be run again; the folder was empty before. */
static void clear_folder(const struct opening *o, const char *path)
{
    int saved = errno;
    const char *name;

    rewinddir(o->list);
    while ((name = next_name(o->list)) != NULL) {
        (void)unlinkat(o->dir, name, 0);
    }
    if (o->made) {
        (void)rmdir(path);
    }
    errno = saved;
}

static int make_folder(struct opening *o, const char *path)
{
    enum sk_error e;

    o->made = mkdir(path, 0700) == 0;
    if (!o->made && errno != EEXIST) {
        return sk_place_refuse(path, SK_ERR_IO);
    }
    o->dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (o->dir < 0) {
        return sk_place_refuse(path, SK_ERR_IO);
    }
    e = check_empty(o);
    if (e == SK_ERR_EXISTS) {
        return sk_refuse("%s: the folder is not empty; name a new one", path);
    }
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
}

/* ---- the report ------------------------------------------------------------ */

static enum sk_error verify(struct opening *o)
{
    struct stat st;
    enum sk_error e = sk_keyset_own(o->own, o->desk, o->entry.epoch);

    if (e != SK_OK) {
        return e;
    }
    if (fstat(o->envelope, &st) != 0) {
        return SK_ERR_IO;
    }
    sk_progress_start(&o->progress, "verifying", (uint64_t)st.st_size);
    o->progress.bytes = 1;
    e = sk_verify_file(o->envelope, (uint64_t)st.st_size, &o->entry.digest, o->own, &o->progress,
                       &o->opened, o->key);
    sk_progress_end(&o->progress);
    return e;
}

static int open_original(struct opening *o)
{
    char path[SK_PATH_MAX], id[SK_ID_TEXT];
    enum sk_error e;

    sk_entry_id(&o->entry.digest, id);
    e = sk_home_path(o->desk, path, "reports/%s.sealed", id);
    if (e != SK_OK) {
        return sk_refuse_error(id, e);
    }
    o->envelope = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (o->envelope < 0 && errno != ENOENT) {
        return sk_refuse_error(path, sk_error_of_errno(errno));
    }
    if (o->envelope < 0) {
        return sk_refuse("%s: the sealed original is missing; import its bundle again", path);
    }
    o->own = sk_secret_new(sizeof *o->own);
    o->key = sk_secret_new(sizeof *o->key);
    o->hidden = sk_secret_new(sizeof *o->hidden);
    e = o->own == NULL || o->key == NULL || o->hidden == NULL ? SK_ERR_MEMORY : verify(o);
    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error(path, e);
}

static enum sk_error make_view(struct opening *o)
{
    struct sk_threads *threads = NULL;
    enum sk_error e = sk_threads_open(&threads, o->desk);

    if (e == SK_OK) {
        o->view = sk_view_full(&o->entry, threads);
        e = o->view == NULL ? SK_ERR_MEMORY : SK_OK;
    }
    sk_threads_close(threads);
    return e;
}

static int unpack(struct opening *o, const char *to)
{
    struct sk_child_task task = {.envelope = o->envelope,
                                 .key = o->key,
                                 .chunks = o->opened.chunks,
                                 .body_offset = o->opened.body_offset,
                                 .body_len = o->opened.body_len,
                                 .boundary = o->opened.prelude.boundary};
    enum sk_error e = make_view(o);

    if (e != SK_OK) {
        goto failed;
    }
    sk_progress_start(&o->progress, "opening", o->opened.body_len);
    o->progress.bytes = 1;
    e = sk_unpack(o->dir, &task, o->view, &o->progress, o->hidden);
    sk_progress_end(&o->progress);
    if (e == SK_OK && task.outcome != SK_PARSE_WHOLE) {
        e = sk_unpack_raw(o->dir, &task, o->hidden);
    }
    if (e != SK_OK) {
        goto failed;
    }
    printf("%s: report.txt, report.json and %zu attachments.\n", to,
           json_array_size(json_object_get(o->view, "files")));
    return task.outcome == SK_PARSE_WHOLE
               ? SK_EXIT_OK
               : sk_refuse("%s: there is more in the body than could be read: %s; all of it, as it "
                           "came but for a code, is in body.bin",
                           to, sk_entry_outcome_text(task.outcome));
failed:
    clear_folder(o, to);
    return sk_place_refuse(to, e);
}

static void release(struct opening *o)
{
    json_decref(o->view);
    sk_secret_free(o->hidden);
    sk_secret_free(o->key);
    sk_secret_free(o->own);
    if (o->list != NULL) {
        closedir(o->list);
    }
    if (o->dir >= 0) {
        close(o->dir);
    }
    if (o->envelope >= 0) {
        close(o->envelope);
    }
    sk_entry_free(&o->entry);
}

static int open_report(struct sk_desk *desk, const char *id, const char *to)
{
    struct opening o = {.desk = desk, .envelope = -1, .dir = -1};
    int code = sk_find_report(desk, id, &o.entry);

    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = open_original(&o);
    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = make_folder(&o, to);
    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = unpack(&o, to);
out:
    release(&o);
    return code;
}

int sk_cmd_open(void *program, const struct sk_args *args)
{
    int code = sk_home_open(program);

    return code == SK_EXIT_OK ? open_report(program, args->words[0], sk_args_text(args, "to"))
                              : code;
}
