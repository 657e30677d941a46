#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/file.h"
#include "storage/folder.h"
#include "storage/inbox_private.h"

enum sk_error sk_generation_path(const char *folder, uint32_t generation, const char *suffix,
                                 char *out)
{
    int n = snprintf(out, PATH_MAX, "%s/%08u.mdb%s", folder, generation, suffix);

    return n > 0 && n < PATH_MAX ? SK_OK : SK_ERR_USAGE;
}

/* The data file first: a lock file alone means nothing to an opener. */
void sk_generation_remove(const char *folder, uint32_t generation)
{
    char path[PATH_MAX];
    int why = errno; /* often called because of it */

    if (sk_generation_path(folder, generation, "", path) == SK_OK) {
        unlink(path);
    }
    if (sk_generation_path(folder, generation, "-lock", path) == SK_OK) {
        unlink(path);
    }
    errno = why;
}

/* "00000001.mdb", with lock also "00000001.mdb-lock". */
static bool parse_name(const char *name, bool lock, uint32_t *generation)
{
    uint32_t n = 0;

    for (size_t i = 0; i < 8; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return false;
        }
        n = 10 * n + (uint32_t)(name[i] - '0');
    }
    if (strcmp(name + 8, ".mdb") != 0 && !(lock && strcmp(name + 8, ".mdb-lock") == 0)) {
        return false;
    }
    *generation = n;
    return n != 0;
}

void sk_generations_tidy(const char *folder, uint32_t keep, bool higher)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    uint32_t n;

    if (dir == NULL) {
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (parse_name(entry->d_name, true, &n) && (n < keep || (higher && n > keep))) {
            sk_generation_remove(folder, n);
        }
    }
    closedir(dir);
}

enum sk_error sk_generation_lowest(const char *folder, uint32_t *out)
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

enum sk_error sk_generation_first(const char *store_dir, uint64_t map_size, bool preallocate,
                                  enum sk_error (*fill)(struct sk_engine *, void *), void *ctx)
{
    struct sk_new_file file = {.size = map_size,
                               .preallocate = preallocate,
                               .tables = sk_inbox_tables,
                               .table_count = SK_INBOX_TABLES,
                               .fill = fill,
                               .ctx = ctx};
    char folder[PATH_MAX], path[PATH_MAX];
    uint32_t present;
    enum sk_error e = sk_folder_make(store_dir, "inbox", folder);

    if (e == SK_OK) {
        e = sk_generation_lowest(folder, &present);
        e = e == SK_OK ? SK_ERR_EXISTS : e == SK_ERR_NOT_FOUND ? SK_OK : e;
    }
    if (e == SK_OK) {
        e = sk_generation_path(folder, 1, "", path);
    }
    return e == SK_OK ? sk_file_make(folder, path, &file) : e;
}

/* Magic, version, size, and that no envelope can be without a piece; *next: 0 if not retired. */
static enum sk_error verify(struct sk_engine *engine, uint64_t *size, uint32_t *next)
{
    struct sk_txn *txn = sk_txn_begin(engine, false);
    struct sk_bytes value;
    enum sk_error e = SK_ERR_CORRUPT;

    *next = 0;
    if (sk_txn_get(txn, SK_INBOX_META, sk_bytes("inbox", 5), &value) && value.len == 20 &&
        memcmp(value.p, "SKINBOX1", 8) == 0 && sk_get_u32(value.p + 8) == 1 &&
        sk_txn_count(txn, SK_INBOX_ENVELOPES) <= sk_txn_count(txn, SK_INBOX_PIECES)) {
        *size = sk_get_u64(value.p + 12);
        e = SK_OK;
        if (sk_txn_get(txn, SK_INBOX_META, sk_bytes("retired", 7), &value)) {
            *next = value.len == 4 ? sk_get_u32(value.p) : UINT32_MAX;
        }
    }
    if (sk_txn_error(txn) != SK_OK) {
        e = sk_txn_error(txn);
    }
    sk_txn_abort(txn);
    return e;
}

static enum sk_error open_generation(struct sk_inbox *inbox, uint32_t generation, uint32_t *next)
{
    char path[PATH_MAX];
    struct sk_engine *engine;
    enum sk_error e = sk_generation_path(inbox->folder, generation, "", path);

    if (e == SK_OK) {
        e = sk_engine_open(&engine, path, 0, false, true, sk_inbox_tables, SK_INBOX_FIRST_TABLES);
    }
    if (e != SK_OK) {
        return e;
    }
    e = verify(engine, &inbox->size, next);
    if (e == SK_OK && *next == 0) {
        e = sk_engine_add_table(engine, sk_inbox_tables[SK_INBOX_UPLOADS]);
    }
    if (e == SK_OK && *next == 0) {
        e = sk_engine_add_table(engine, sk_inbox_tables[SK_INBOX_PENDING]);
    }
    if (e != SK_OK || *next != 0) {
        sk_engine_close(engine);
        return e;
    }
    inbox->engine = engine;
    inbox->generation = generation;
    return SK_OK;
}

/* Existence is checked first: the engine would make a file that is absent. */
static bool generation_exists(struct sk_inbox *inbox, uint32_t generation)
{
    char path[PATH_MAX];

    return generation <= SK_GENERATION_MAX &&
           sk_generation_path(inbox->folder, generation, "", path) == SK_OK &&
           access(path, F_OK) == 0;
}

enum sk_error sk_inbox_attach(struct sk_inbox *inbox, bool tidy)
{
    uint32_t generation = 0, next = 0;
    int lock;
    enum sk_error e = sk_folder_lock(inbox->folder, &lock);

    if (e != SK_OK) {
        return e;
    }
    e = sk_generation_lowest(inbox->folder, &generation);
    while (e == SK_OK) {
        e = open_generation(inbox, generation, &next);
        if (e != SK_OK || next == 0) {
            break;
        }
        /* A mark whose target is missing must never lead back to an earlier generation. */
        e = next > generation && generation_exists(inbox, next) ? SK_OK : SK_ERR_CORRUPT;
        generation = next;
    }
    if (e == SK_OK && tidy) {
        sk_generations_tidy(inbox->folder, generation, false);
    }
    close(lock);
    return e;
}

enum sk_error sk_inbox_follow(struct sk_inbox *inbox, uint32_t generation)
{
    enum sk_error e = SK_OK;

    pthread_rwlock_wrlock(&inbox->swap);
    if (inbox->engine == NULL || inbox->generation == generation) {
        sk_engine_close(inbox->engine);
        inbox->engine = NULL;
        e = sk_inbox_attach(inbox, false);
    }
    pthread_rwlock_unlock(&inbox->swap);
    return e == SK_ERR_IO ? SK_ERR_STORE_AWAY : e;
}
