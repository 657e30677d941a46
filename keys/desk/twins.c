#include "keys/desk/twins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/hash.h"
#include "keys/desk/index.h"
#include "keys/format/class.h"

static enum sk_error add(struct sk_twins *t, const struct sk_twin *twin)
{
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 256;
        struct sk_twin *all = reallocarray(t->all, room, sizeof *all);

        if (all == NULL) {
            return SK_ERR_MEMORY;
        }
        t->all = all;
        t->room = room;
    }
    t->all[t->count++] = *twin;
    return SK_OK;
}

static enum sk_error add_entry(void *ctx, const struct sk_entry *entry)
{
    struct sk_twin twin = {.header = entry->header, .envelope = entry->digest};

    return add(ctx, &twin);
}

/* ---- what did not open ----------------------------------------------------- */

/* The digest in the name of a file in the quarantine. Envelopes that were damaged on the way have
 * other names (copy-...) and do not count. */
static bool named_by_digest(const char *name, struct sk_digest *out)
{
    const char *end = NULL;

    return strlen(name) == 64 + strlen(".sealed") &&
           sodium_hex2bin(out->b, sizeof out->b, name, 64, NULL, NULL, &end) == 0 &&
           end == name + 64 && strcmp(end, ".sealed") == 0;
}

static enum sk_error read_header(int folder, const char *name, uint8_t header[SK_HEADER_BYTES])
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    size_t got = 0;
    ssize_t n = 1;

    if (fd < 0) {
        return SK_ERR_IO;
    }
    while (got < SK_HEADER_BYTES && n > 0) {
        n = read(fd, header + got, SK_HEADER_BYTES - got);
        if (n < 0 && errno == EINTR) {
            n = 1;
        } else if (n > 0) {
            got += (size_t)n;
        }
    }
    close(fd);
    return got == SK_HEADER_BYTES ? SK_OK : n < 0 ? SK_ERR_IO : SK_ERR_ENVELOPE_LENGTH;
}

static enum sk_error add_file(struct sk_twins *t, int folder, const char *name)
{
    uint8_t header[SK_HEADER_BYTES];
    struct sk_twin twin;

    if (!named_by_digest(name, &twin.envelope)) {
        return SK_OK;
    }
    enum sk_error e = read_header(folder, name, header);

    if (e == SK_ERR_ENVELOPE_LENGTH) {
        return SK_OK; /* cut after the import: it does not count */
    }
    if (e == SK_OK) {
        sk_blake2b(&twin.header, header, sizeof header);
        e = add(t, &twin);
    }
    return e;
}

static enum sk_error add_quarantine(struct sk_twins *t, const struct sk_desk *desk)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(desk, path, "quarantine");
    DIR *folder = e == SK_OK ? opendir(path) : NULL;

    if (folder == NULL) {
        return e != SK_OK ? e : errno == ENOENT ? SK_OK : SK_ERR_IO;
    }
    for (const struct dirent *d = readdir(folder); e == SK_OK && d != NULL; d = readdir(folder)) {
        e = add_file(t, dirfd(folder), d->d_name);
    }
    closedir(folder);
    return e;
}

/* ---- finding --------------------------------------------------------------- */

static int by_header(const void *a, const void *b)
{
    const struct sk_twin *x = a, *y = b;

    return memcmp(x->header.b, y->header.b, sizeof x->header.b);
}

enum sk_error sk_twins_open(struct sk_twins *out, struct sk_desk *desk)
{
    struct sk_twins twins = {NULL, 0, 0};
    enum sk_error e = sk_index_each(desk, add_entry, &twins);

    if (e == SK_OK) {
        e = add_quarantine(&twins, desk);
    }
    if (e != SK_OK) {
        sk_twins_close(&twins);
        return e;
    }
    if (twins.count > 0) {
        qsort(twins.all, twins.count, sizeof *twins.all, by_header);
    }
    *out = twins;
    return SK_OK;
}

void sk_twins_close(struct sk_twins *twins)
{
    free(twins->all);
    *twins = (struct sk_twins){NULL, 0, 0};
}

bool sk_twins_has(const struct sk_twins *twins, const struct sk_entry *entry)
{
    size_t from = 0, to = twins->count;

    while (from < to) { /* binary search for the lower bound */
        size_t middle = from + (to - from) / 2;

        if (memcmp(twins->all[middle].header.b, entry->header.b, sizeof entry->header.b) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    for (size_t i = from; i < twins->count && memcmp(twins->all[i].header.b, entry->header.b,
                                                     sizeof entry->header.b) == 0;
         i++) {
        if (memcmp(twins->all[i].envelope.b, entry->digest.b, sizeof entry->digest.b) != 0) {
            return true;
        }
    }
    return false;
}
