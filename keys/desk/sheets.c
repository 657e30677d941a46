#include "keys/desk/sheets.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/desk/json.h"

const char sk_this_desk[] = "this desk";

struct load {
    const struct sk_desk *desk;
    struct sk_ed25519_pk own;
    struct sk_known_sheets found;
};

static bool have(const struct sk_known_sheets *sheets, const struct sk_digest *digest)
{
    for (size_t i = 0; i < sheets->count; i++) {
        if (memcmp(&sheets->list[i].sheet.digest, digest, sizeof *digest) == 0) {
            return true;
        }
    }
    return false;
}

/* The sheet's owner; false for an organisation that this desk does not know. The file proves
 * nothing: the state must name its identity or list the sheet as offered. */
static bool name_of(const struct load *l, const struct sk_sheet *sheet, const char **name)
{
    const struct sk_known_peer *peer = sk_state_peer(&l->desk->state, &sheet->identity);

    if (memcmp(&sheet->identity, &l->own, sizeof l->own) == 0) {
        *name = sk_this_desk;
    } else if (peer != NULL) {
        *name = peer->name;
    } else {
        *name = NULL;
        return sk_state_offered(&l->desk->state, &sheet->digest);
    }
    return true;
}

static enum sk_error take(struct load *l, const uint8_t *bytes, size_t len)
{
    struct sk_known_sheets *out = &l->found;
    struct sk_known_sheet *more = reallocarray(out->list, out->count + 1, sizeof *more);

    if (more == NULL) {
        return SK_ERR_MEMORY;
    }
    out->list = more;
    enum sk_error e = sk_sheet_read(&more[out->count].sheet, bytes, len);

    if (e == SK_OK && !have(out, &more[out->count].sheet.digest) &&
        name_of(l, &more[out->count].sheet, &more[out->count].name)) {
        out->count++;
    }
    return e == SK_OK || e == SK_ERR_MEMORY ? e : SK_ERR_CORRUPT;
}

static enum sk_error load_one(struct load *l, const char *folder, const char *name)
{
    char path[SK_PATH_MAX];
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum sk_error e = sk_home_path(l->desk, path, "%s/%s", folder, name);

    if (e == SK_OK) {
        e = sk_file_read(path, SK_SHEET_MAX, &bytes, &len);
    }
    if (e == SK_OK) {
        e = take(l, bytes, len);
    }
    free(bytes);
    return e;
}

static enum sk_error load_folder(struct load *l, const char *name)
{
    char path[SK_PATH_MAX];
    struct dirent *entry;
    DIR *folder;
    enum sk_error e = sk_home_path(l->desk, path, "%s", name);

    if (e != SK_OK) {
        return e;
    }
    folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    while (e == SK_OK && (entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (dot != NULL && strcmp(dot, ".sheet") == 0) {
            e = load_one(l, name, entry->d_name);
        }
    }
    closedir(folder);
    return e;
}

/* The order in which readers are named: own, named, offered; newest sheets first. */
static int by_rank(const void *a, const void *b)
{
    const struct sk_known_sheet *x = a, *y = b;
    int rank_x = x->name == sk_this_desk ? 0 : x->name != NULL ? 1 : 2;
    int rank_y = y->name == sk_this_desk ? 0 : y->name != NULL ? 1 : 2;
    int order = memcmp(&x->sheet.identity, &y->sheet.identity, sizeof x->sheet.identity);

    if (rank_x != rank_y) {
        return rank_x - rank_y;
    }
    if (order != 0) {
        return order;
    }
    if (x->sheet.serial != y->sheet.serial) {
        return x->sheet.serial > y->sheet.serial ? -1 : 1;
    }
    return memcmp(&x->sheet.digest, &y->sheet.digest, sizeof x->sheet.digest);
}

enum sk_error sk_known_sheets_load(struct sk_known_sheets *out, const struct sk_desk *desk)
{
    static const char *const folders[] = {"sheets", "peers", "offered"};
    struct load l = {.desk = desk};
    enum sk_error e = sk_home_identity(desk, 0, &l.own);

    for (size_t i = 0; e == SK_OK && i < sizeof folders / sizeof folders[0]; i++) {
        e = load_folder(&l, folders[i]);
    }
    if (e != SK_OK) {
        sk_known_sheets_free(&l.found);
        return e;
    }
    if (l.found.count > 0) {
        qsort(l.found.list, l.found.count, sizeof *l.found.list, by_rank);
    }
    *out = l.found;
    return SK_OK;
}

void sk_known_sheets_free(struct sk_known_sheets *sheets)
{
    free(sheets->list);
    memset(sheets, 0, sizeof *sheets);
}

enum sk_error sk_known_sheets_digest(const struct sk_known_sheets *sheets, struct sk_digest *out)
{
    enum { EACH = 32 + 1 + SK_PEER_NAME_MAX };
    uint8_t *all = calloc(sheets->count + 1, EACH);

    if (all == NULL) {
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < sheets->count; i++) {
        const char *name = sheets->list[i].name;
        uint8_t *p = all + i * EACH;

        memcpy(p, sheets->list[i].sheet.digest.b, 32);
        if (name != NULL) {
            p[32] = 1;
            memcpy(p + 33, name, strnlen(name, SK_PEER_NAME_MAX));
        }
    }
    sk_blake2b(out, all, sheets->count * EACH);
    free(all);
    return SK_OK;
}

enum sk_error sk_sheets_keep_offered(struct sk_desk *desk, const struct sk_digest *digest,
                                     const uint8_t *bytes, size_t len)
{
    char path[SK_PATH_MAX], hex[2 * sizeof digest->b + 1];
    enum sk_error e;

    if (sk_state_offered(&desk->state, digest)) {
        return SK_OK;
    }
    sk_hex(hex, digest->b, sizeof digest->b);
    e = sk_home_folder(desk, "offered");
    if (e != SK_OK) {
        return e;
    }
    e = sk_home_path(desk, path, "offered/%s.sheet", hex);
    if (e != SK_OK) {
        return e;
    }
    e = sk_file_replace(path, bytes, len);
    return e == SK_OK ? sk_state_add_offered(&desk->state, digest) : e;
}
