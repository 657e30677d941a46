#include "keys/desk/index.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/desk/json.h"
#include "keys/desk/segment.h"

struct sk_index {
    struct sk_desk *desk;
    struct sk_segment **segments;
    size_t count;
    sk_index_fn fn; /* while opening */
    void *ctx;
    enum sk_error failed; /* likewise: the keyring's walk cannot be stopped */
};

static enum sk_error read_entry(void *ctx, const uint8_t *payload, size_t len)
{
    struct sk_index *index = ctx;
    struct sk_entry entry;
    enum sk_error e;

    if (index->fn == NULL) {
        return SK_OK;
    }
    e = sk_entry_read(&entry, payload, len);
    if (e == SK_OK) {
        e = index->fn(index->ctx, &entry);
        sk_entry_free(&entry);
    }
    return e;
}

static enum sk_error open_segment(struct sk_index *index, uint32_t epoch, const uint8_t *key)
{
    char path[SK_PATH_MAX];
    uint64_t committed = sk_state_committed(&index->desk->state, epoch);
    struct sk_segment **more =
        reallocarray(index->segments, index->count + 1, sizeof(struct sk_segment *));
    enum sk_error e;

    if (more == NULL) {
        return SK_ERR_MEMORY;
    }
    index->segments = more;
    e = sk_home_path(index->desk, path, "index/%08x.log", (unsigned)epoch);
    if (e == SK_OK) {
        e = sk_segment_open(&index->segments[index->count], path, epoch, key, committed, read_entry,
                            index, NULL);
    }
    if (e == SK_OK) {
        index->count++;
    }
    return e;
}

static void open_one(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    struct sk_index *index = ctx;

    if (id == 0 || index->failed != SK_OK) {
        return; /* 0 is the log of threads */
    }
    index->failed = len == 32 ? open_segment(index, id, data) : SK_ERR_KEYRING_RECORD;
}

enum sk_error sk_index_open(struct sk_index **out, struct sk_desk *desk, sk_index_fn fn, void *ctx)
{
    struct sk_index *index = calloc(1, sizeof *index);
    enum sk_error e;

    if (index == NULL) {
        return SK_ERR_MEMORY;
    }
    index->desk = desk;
    index->fn = fn;
    index->ctx = ctx;
    sk_keyring_each(desk->ring, SK_KEY_INDEX, open_one, index);
    index->fn = NULL;
    e = index->failed;
    if (e != SK_OK) {
        sk_index_close(index);
        return e;
    }
    *out = index;
    return SK_OK;
}

void sk_index_close(struct sk_index *index)
{
    if (index == NULL) {
        return;
    }
    for (size_t i = 0; i < index->count; i++) {
        sk_segment_close(index->segments[i]);
    }
    free(index->segments);
    free(index);
}

enum sk_error sk_index_each(struct sk_desk *desk, sk_index_fn fn, void *ctx)
{
    struct sk_index *index = NULL;
    enum sk_error e = sk_index_open(&index, desk, fn, ctx);

    sk_index_close(index);
    return e;
}

/* A key that the keyring on disk does not hold would make the records unreadable: save it first. */
static enum sk_error new_segment(struct sk_index *index, uint32_t epoch)
{
    uint8_t key[32];
    enum sk_error e;

    randombytes_buf(key, sizeof key);
    e = sk_keyring_put(index->desk->ring, SK_KEY_INDEX, epoch, key, sizeof key);
    if (e == SK_OK) {
        e = sk_home_save_keyring(index->desk);
        if (e != SK_OK) {
            sk_keyring_remove(index->desk->ring, SK_KEY_INDEX, epoch);
        }
    }
    if (e == SK_OK) {
        e = open_segment(index, epoch, key);
    }
    if (e == SK_OK) {
        e = sk_home_sync_folder(index->desk, "index");
    }
    sodium_memzero(key, sizeof key);
    return e;
}

static struct sk_segment *segment_of(const struct sk_index *index, uint32_t epoch)
{
    for (size_t i = 0; i < index->count; i++) {
        if (sk_segment_id(index->segments[i]) == epoch) {
            return index->segments[i];
        }
    }
    return NULL;
}

enum sk_error sk_index_add(struct sk_index *index, const struct sk_entry *entry)
{
    char *text = NULL;
    size_t len = 0;
    enum sk_error e = SK_OK;

    if (segment_of(index, entry->epoch) == NULL) {
        e = new_segment(index, entry->epoch);
    }
    if (e == SK_OK) {
        e = sk_json_write(entry->json, &text, &len);
    }
    if (e == SK_OK) {
        e = sk_segment_append(segment_of(index, entry->epoch), (const uint8_t *)text, len);
    }
    sk_json_text_free(text);
    return e;
}

enum sk_error sk_index_sync(struct sk_index *index)
{
    for (size_t i = 0; i < index->count; i++) {
        struct sk_segment *s = index->segments[i];
        enum sk_error e;

        if (sk_segment_count(s) == sk_state_committed(&index->desk->state, sk_segment_id(s))) {
            continue;
        }
        e = sk_segment_sync(s);
        if (e == SK_OK) {
            e = sk_state_commit(&index->desk->state, sk_segment_id(s), sk_segment_count(s));
        }
        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

/* ---- finding one ----------------------------------------------------------- */

struct search {
    const char *prefix;
    struct sk_entry *out;
    unsigned found;
};

static enum sk_error compare(void *ctx, const struct sk_entry *entry)
{
    struct search *search = ctx;
    char id[SK_ID_TEXT];

    sk_entry_id(&entry->digest, id);
    if (strncmp(id, search->prefix, strlen(search->prefix)) != 0) {
        return SK_OK;
    }
    if (search->found++ == 0) {
        return sk_entry_copy(search->out, entry);
    }
    return SK_OK;
}

enum sk_error sk_index_find(struct sk_desk *desk, const char *prefix, struct sk_entry *out)
{
    struct sk_entry entry = {.json = NULL};
    struct search search = {prefix, &entry, 0};
    enum sk_error e = sk_index_each(desk, compare, &search);

    if (e == SK_OK && search.found == 1) {
        *out = entry;
        return SK_OK;
    }
    sk_entry_free(&entry);
    if (e != SK_OK) {
        return e;
    }
    return search.found == 0 ? SK_ERR_NOT_FOUND : SK_ERR_EXISTS;
}
