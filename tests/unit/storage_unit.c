#include "tests/unit/storage_unit.h"

#include <ftw.h>
#include <keyutils.h>
#include <pthread.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/format/class.h"
#include "storage/day_key.h"
#include "storage/inbox_private.h"

/* ---- folders ------------------------------------------------------------------ */

int unit_folder_make(void **state)
{
    const char *parent = getenv("TMPDIR");
    char *folder = malloc(256);

    if (folder == NULL || sodium_init() < 0) {
        return -1;
    }
    snprintf(folder, 256, "%s/skrynka-unit-XXXXXX", parent != NULL ? parent : "/tmp");
    *state = folder;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

/* Keys that tests left in the kernel's keyring: a user may have 200. A name stands behind the word
 * in the inbox; now and then it is something else, which has no key. */
static void forget_keys(const char *path)
{
    struct sk_key_name name;
    uint8_t *data;
    size_t len;

    if (sk_file_read(path, SIZE_MAX / 2, &data, &len) != SK_OK) {
        return;
    }
    const uint8_t *at = data, *end = data + len;

    while ((at = memmem(at, (size_t)(end - at), "name", 4)) != NULL) {
        at += 4;
        for (name.number = 0; at + 16 <= end && name.number < 64; name.number++) {
            memcpy(name.inbox, at, 16);
            sk_day_key_revoke(&name);
        }
    }
    free(data);
}

/* The same of an engine that keeps no files. */
static void forget_inbox_keys(const char *address)
{
    struct sk_key_name name;
    struct sk_bytes value;
    struct sk_kv *kv;

    if (sk_kv_open(&kv, address, &sk_inbox_shape, false) != SK_OK) {
        return;
    }
    struct sk_txn *txn = sk_kv_begin(kv, false);

    if (sk_txn_get(txn, SK_INBOX_META, sk_bytes("name", 4), &value) && value.len == 16) {
        memcpy(name.inbox, value.p, sizeof name.inbox);
        for (name.number = 0; name.number < 64; name.number++) {
            sk_day_key_revoke(&name);
        }
    }
    sk_txn_abort(txn);
    sk_kv_close(kv);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".mdb") == 0) {
        forget_keys(path);
    }
    return remove(path);
}

int unit_folder_remove(void **state)
{
    unit_fault_set(UNIT_NO_FAULT, 0);
    forget_inbox_keys(*state);
    int r = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);

    free(*state);
    return r;
}

const char *unit_path(const char *folder, const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

bool unit_is_in_file(const char *path, const void *bytes, size_t len)
{
    uint8_t *data;
    size_t file_len;

    assert_ok(sk_file_read(path, SIZE_MAX / 2, &data, &file_len));
    bool found = memmem(data, file_len, bytes, len) != NULL;

    free(data);
    return found;
}

size_t unit_count_in_file(const char *path, const void *bytes, size_t len, size_t *offset)
{
    uint8_t *data;
    size_t file_len, count = 0;

    assert_ok(sk_file_read(path, SIZE_MAX / 2, &data, &file_len));
    const uint8_t *at = data, *end = data + file_len;

    while ((at = memmem(at, (size_t)(end - at), bytes, len)) != NULL) {
        if (offset != NULL) {
            *offset = (size_t)(at - data);
        }
        count++;
        at++;
    }
    free(data);
    return count;
}

/* ---- envelopes ------------------------------------------------------------------ */

void unit_envelope_new(struct unit_envelope *out, uint32_t chunks)
{
    struct sk_envelope_id row;

    sk_envelope_id_random(&out->id);
    sk_envelope_id_random(&row);
    memcpy(out->row.b, row.b, sizeof out->row.b);
    out->chunks = chunks;
}

void unit_marker(uint8_t out[16], const struct sk_envelope_id *id)
{
    for (size_t i = 0; i < 16; i++) {
        out[i] = id->b[i] ^ 0xa5;
    }
}

uint32_t unit_pieces(uint32_t chunks)
{
    return (uint32_t)((sk_envelope_length(chunks) + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES);
}

size_t unit_piece(uint8_t *out, const struct unit_envelope *envelope, uint32_t piece)
{
    uint64_t left = sk_envelope_length(envelope->chunks) - (uint64_t)piece * SK_PIECE_BYTES;
    size_t len = left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES;
    uint8_t marker[16];

    unit_marker(marker, &envelope->id);
    marker[0] = (uint8_t)piece;
    for (size_t i = 0; i < len; i++) {
        out[i] = marker[i % 16];
    }
    return len;
}

struct wait {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    enum sk_error result;
};

static void one_done(struct sk_write *write, enum sk_error result)
{
    struct wait *wait = write->context;

    pthread_mutex_lock(&wait->lock);
    wait->done = true;
    wait->result = result;
    pthread_cond_signal(&wait->ended);
    pthread_mutex_unlock(&wait->lock);
}

/* length 0: it is not the last one. */
static struct sk_write piece_of(const struct unit_envelope *envelope, uint64_t length,
                                uint32_t piece, const uint8_t *data, size_t len)
{
    struct sk_write write = {.kind = SK_WRITE_PIECE,
                             .id = envelope->id,
                             .length = length,
                             .piece = piece,
                             .data = data,
                             .len = len,
                             .day = 20000,
                             .has_row = true,
                             .row = envelope->row};

    return write;
}

enum sk_error unit_write(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                         uint32_t piece, const uint8_t *data, size_t len)
{
    struct sk_write write = piece_of(envelope, 0, piece, data, len);

    return unit_wait_for(inbox, &write);
}

enum sk_error unit_write_last(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                              uint32_t piece, const uint8_t *data, size_t len)
{
    struct sk_write write =
        piece_of(envelope, sk_envelope_length(envelope->chunks), piece, data, len);

    return unit_wait_for(inbox, &write);
}

enum sk_error unit_drop(struct sk_inbox *inbox, const struct unit_envelope *envelope)
{
    struct sk_write write = {.kind = SK_WRITE_DROP, .id = envelope->id, .day = 20000};

    return unit_wait_for(inbox, &write);
}

enum sk_error unit_wait_for(struct sk_inbox *inbox, struct sk_write *write)
{
    struct wait wait = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

    write->done = one_done;
    write->context = &wait;
    sk_inbox_submit(inbox, write);
    pthread_mutex_lock(&wait.lock);
    while (!wait.done) {
        pthread_cond_wait(&wait.ended, &wait.lock);
    }
    pthread_mutex_unlock(&wait.lock);
    return wait.result;
}

enum sk_error unit_put_piece(struct sk_inbox *inbox, const struct unit_envelope *envelope,
                             uint32_t piece)
{
    static uint8_t data[SK_PIECE_BYTES];
    size_t len = unit_piece(data, envelope, piece);

    return unit_write(inbox, envelope, piece, data, len);
}

enum sk_error unit_put(struct sk_inbox *inbox, const struct unit_envelope *envelope)
{
    static uint8_t data[SK_PIECE_BYTES];
    uint32_t pieces = unit_pieces(envelope->chunks);
    enum sk_error e = SK_OK;

    for (uint32_t i = 0; i + 1 < pieces && e == SK_OK; i++) {
        e = unit_put_piece(inbox, envelope, i);
    }
    if (e != SK_OK) {
        return e;
    }
    size_t len = unit_piece(data, envelope, pieces - 1);

    return unit_write_last(inbox, envelope, pieces - 1, data, len);
}

void unit_assert_whole(struct sk_inbox *inbox, const struct unit_envelope *envelope)
{
    static uint8_t want[SK_PIECE_BYTES], got[SK_PIECE_BYTES];
    uint32_t pieces = unit_pieces(envelope->chunks);
    size_t len;

    for (uint32_t i = 0; i < pieces; i++) {
        assert_ok(sk_inbox_read_piece(inbox, &envelope->id, i, got, &len));
        assert_int_equal(len, unit_piece(want, envelope, i));
        assert_memory_equal(got, want, len);
    }
    assert_error(sk_inbox_read_piece(inbox, &envelope->id, pieces, got, &len), SK_ERR_NOT_FOUND);
}

void unit_assert_absent(struct sk_inbox *inbox, const struct unit_envelope *envelope)
{
    static uint8_t got[SK_PIECE_BYTES];
    size_t len;

    assert_error(sk_inbox_read_piece(inbox, &envelope->id, 0, got, &len), SK_ERR_NOT_FOUND);
}

/* ---- publications ------------------------------------------------------------------ */

static uint32_t publication_number(struct sk_inbox *inbox)
{
    struct sk_publication publication;
    struct sk_row_info *rows;
    size_t count;

    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    free(rows);
    return publication.number;
}

uint32_t unit_publish(struct sk_inbox *inbox)
{
    uint32_t before = publication_number(inbox), after = before;

    sk_inbox_publish(inbox);
    while (after == before) {
        sched_yield();
        after = publication_number(inbox);
    }
    return after;
}

bool unit_is_batch(size_t added, size_t reports)
{
    return added >= 8 && added >= reports && (added & (added - 1)) == 0;
}

enum sk_row_state unit_row(struct sk_inbox *inbox, const struct sk_row *row)
{
    enum sk_row_state state = SK_ROW_UNKNOWN;

    assert_ok(sk_inbox_rows_find(inbox, row, 1, &state));
    return state;
}

bool unit_kernel_keeps_keys(void)
{
    return keyctl_get_persistent((uid_t)-1, KEY_SPEC_THREAD_KEYRING) != -1;
}

/* ---- batches ---------------------------------------------------------------------- */

#define ONE_CHUNK (SK_HEADER_BYTES + SK_CHUNK_BYTES)

struct batch_item {
    struct sk_write write;
    struct unit_batch *batch;
    enum sk_error result;
    uint8_t data[ONE_CHUNK];
};

struct unit_batch {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    size_t added, done;
    struct batch_item *items;
};

struct unit_batch *unit_batch_new(size_t count)
{
    struct unit_batch *batch = calloc(1, sizeof *batch);

    assert_non_null(batch);
    batch->items = calloc(count, sizeof *batch->items);
    assert_non_null(batch->items);
    pthread_mutex_init(&batch->lock, NULL);
    pthread_cond_init(&batch->ended, NULL);
    return batch;
}

static void item_done(struct sk_write *write, enum sk_error result)
{
    struct batch_item *item = write->context;

    pthread_mutex_lock(&item->batch->lock);
    item->result = result;
    item->batch->done++;
    pthread_cond_signal(&item->batch->ended);
    pthread_mutex_unlock(&item->batch->lock);
}

void unit_batch_add(struct unit_batch *batch, struct sk_inbox *inbox,
                    const struct unit_envelope *one_chunk)
{
    struct batch_item *item = &batch->items[batch->added++];
    size_t len = unit_piece(item->data, one_chunk, 0);

    item->batch = batch;
    item->write = piece_of(one_chunk, sk_envelope_length(one_chunk->chunks), 0, item->data, len);
    item->write.done = item_done;
    item->write.context = item;
    sk_inbox_submit(inbox, &item->write);
}

void unit_batch_wait(struct unit_batch *batch)
{
    pthread_mutex_lock(&batch->lock);
    while (batch->done < batch->added) {
        pthread_cond_wait(&batch->ended, &batch->lock);
    }
    pthread_mutex_unlock(&batch->lock);
}

enum sk_error unit_batch_result(const struct unit_batch *batch, size_t i)
{
    return batch->items[i].result;
}

void unit_batch_free(struct unit_batch *batch)
{
    free(batch->items);
    free(batch);
}
