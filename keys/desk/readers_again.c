#include "keys/desk/readers_again.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/desk/entry.h"
#include "keys/desk/json.h"
#include "keys/desk/readers.h"
#include "keys/desk/segment.h"

struct again {
    struct sk_desk *desk;
    bool all; /* also reports whose readers all have names */
    struct sk_known_sheets sheets;
    struct sk_keyset *keyset;
    struct sk_segment *fresh; /* the new log of the current epoch */
    enum sk_error failed;     /* of note_epoch(), which cannot return it */
    uint32_t *epochs;
    size_t epoch_count;
};

/* The sealed original's header. NOT_FOUND: it is missing, or not the one that was imported. */
static enum sk_error read_header(const struct again *a, const struct sk_entry *entry,
                                 uint8_t header[SK_HEADER_BYTES])
{
    char path[SK_PATH_MAX], id[SK_ID_TEXT];
    struct sk_digest digest;
    enum sk_error e;
    int fd;

    sk_entry_id(&entry->digest, id);
    e = sk_home_path(a->desk, path, "reports/%s.sealed", id);
    if (e != SK_OK) {
        return e;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return errno == ENOENT ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    e = sk_fd_read(fd, header, SK_HEADER_BYTES, SK_ERR_NOT_FOUND);
    close(fd);
    if (e == SK_OK) {
        sk_blake2b(&digest, header, SK_HEADER_BYTES);
        e = memcmp(&digest, &entry->header, sizeof digest) == 0 ? SK_OK : SK_ERR_NOT_FOUND;
    }
    return e;
}

/* Whether further sheets can tell nothing new about the report. */
static bool is_explained(const struct sk_entry *entry)
{
    return entry->unknown == 0 && entry->sheets_known &&
           json_array_size(sk_entry_offered(entry)) == 0;
}

/* An entry whose readers cannot be found stays as it is. Only failures of the machine are returned,
 * so that the update is tried again. */
static enum sk_error find_again(struct again *a, struct sk_entry *entry)
{
    uint8_t header[SK_HEADER_BYTES];
    struct sk_digest sheets;
    struct sk_readers readers;
    struct sk_opener *opener = NULL;
    enum sk_error e;

    if ((!a->all && is_explained(entry)) ||
        sk_json_get_hex(entry->json, "sheets", &sheets, sizeof sheets) != SK_OK) {
        return SK_OK;
    }
    e = read_header(a, entry, header);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_opener_new(&opener, header, sk_envelope_length(entry->chunks), &a->keyset->own, 1);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_readers_find(&readers, opener, a->keyset, &a->sheets, &sheets);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_readers_note(&readers, a->keyset, entry->json);
out:
    sk_opener_free(opener);
    return e == SK_ERR_MEMORY || e == SK_ERR_IO || e == SK_ERR_TOO_LARGE ? e : SK_OK;
}

static enum sk_error write_one(void *ctx, const uint8_t *payload, size_t len)
{
    struct again *a = ctx;
    struct sk_entry entry;
    char *text = NULL;
    size_t text_len = 0;
    enum sk_error e = sk_entry_read(&entry, payload, len);

    if (e != SK_OK) {
        return e;
    }
    e = find_again(a, &entry);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_json_write(entry.json, &text, &text_len);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_segment_append(a->fresh, (const uint8_t *)text, text_len);
out:
    sk_json_text_free(text);
    sk_entry_free(&entry);
    return e;
}

static enum sk_error copy(struct again *a, const char *path, const char *fresh, uint32_t epoch,
                          const uint8_t *key)
{
    struct sk_segment *old = NULL;
    uint64_t committed = sk_state_committed(&a->desk->state, epoch);
    enum sk_error e;

    if (unlink(fresh) != 0 && errno != ENOENT) {
        return SK_ERR_IO;
    }
    e = sk_segment_open(&a->fresh, fresh, epoch, key, 0, NULL, NULL, NULL);
    if (e == SK_OK) {
        e = sk_segment_open(&old, path, epoch, key, committed, write_one, a, NULL);
    }
    if (e == SK_OK) {
        e = sk_segment_sync(a->fresh);
    }
    sk_segment_close(old);
    sk_segment_close(a->fresh);
    a->fresh = NULL;
    return e;
}

static enum sk_error update_epoch(struct again *a, uint32_t epoch)
{
    char path[SK_PATH_MAX], fresh[SK_PATH_MAX];
    size_t len = 0;
    const uint8_t *key = sk_keyring_get(a->desk->ring, SK_KEY_INDEX, epoch, &len);
    enum sk_error e = sk_keyset_get(a->keyset, a->desk, &a->sheets, epoch);

    if (e == SK_ERR_ENVELOPE_EPOCH) {
        return SK_OK; /* its key was destroyed: its entries stay as they are */
    }
    if (e != SK_OK) {
        return e;
    }
    if (key == NULL || len != 32) {
        return SK_ERR_KEYRING_RECORD;
    }
    e = sk_home_path(a->desk, path, "index/%08x.log", (unsigned)epoch);
    if (e != SK_OK) {
        return e;
    }
    e = sk_home_path(a->desk, fresh, "index/%08x.log.tmp", (unsigned)epoch);
    if (e != SK_OK) {
        return e;
    }
    e = copy(a, path, fresh, epoch, key);
    if (e == SK_OK && rename(fresh, path) != 0) {
        e = SK_ERR_IO;
    }
    if (e != SK_OK) {
        unlink(fresh);
        return e;
    }
    return sk_home_sync_folder(a->desk, "index");
}

static void note_epoch(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    struct again *a = ctx;
    uint32_t *more;

    (void)data;
    (void)len;
    if (id == 0 || a->failed != SK_OK) {
        return; /* 0 is the log of threads */
    }
    more = reallocarray(a->epochs, a->epoch_count + 1, sizeof *more);
    if (more == NULL) {
        a->failed = SK_ERR_MEMORY;
        return;
    }
    a->epochs = more;
    more[a->epoch_count++] = id;
}

static enum sk_error update_all(struct again *a)
{
    a->keyset = sk_secret_new(sizeof *a->keyset);
    if (a->keyset == NULL) {
        return SK_ERR_MEMORY;
    }
    sk_keyring_each(a->desk->ring, SK_KEY_INDEX, note_epoch, a);
    enum sk_error e = a->failed;

    for (size_t i = 0; e == SK_OK && i < a->epoch_count; i++) {
        e = update_epoch(a, a->epochs[i]);
    }
    sk_keyset_free(a->keyset);
    free(a->epochs);
    return e;
}

enum sk_error sk_readers_again(struct sk_desk *desk, bool all)
{
    struct again a = {.desk = desk, .all = all};
    struct sk_digest now;
    enum sk_error e = sk_known_sheets_load(&a.sheets, desk);

    if (e != SK_OK) {
        goto out;
    }
    e = sk_known_sheets_digest(&a.sheets, &now);
    if (e != SK_OK || memcmp(&now, &desk->state.judged, sizeof now) == 0) {
        goto out;
    }
    e = update_all(&a);
    if (e != SK_OK) {
        goto out;
    }
    desk->state.judged = now;
    e = sk_home_save_state(desk);
out:
    sk_known_sheets_free(&a.sheets);
    return e;
}
