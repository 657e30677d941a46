#include "storage/outbox.h"

#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "storage/folder.h"
#include "storage/outbox_private.h"

/* Address space only: the file grows with what is in it. Room for the largest boards of all
 * organisations that can be pinned, two kept and one on its way, so that no reader ever meets a
 * map that has become too small. */
#define MAP_BYTES (UINT64_C(64) << 30)

const char *const sk_outbox_tables[SK_OUTBOX_TABLES] = {
    "meta",       "organisations", "sheets",        "boards",  "buckets", "bundles",
    "bundle_ids", "carried",       "bundle_sheets", "digests", "replaced"};

#define LAYOUT 2

static enum sk_error outbox_path(const char *store_dir, char out[PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%s/outbox/outbox.mdb", store_dir);

    return n > 0 && n + 32 < PATH_MAX ? SK_OK : SK_ERR_USAGE;
}

/* ---- making, opening -------------------------------------------------------------- */

static enum sk_error fill_new(struct sk_engine *engine, void *ctx)
{
    uint8_t meta[12], version[8] = {0};
    struct sk_txn *txn = sk_txn_begin(engine, true);
    struct sk_chain chain;

    (void)ctx;
    randombytes_buf(chain.b, sizeof chain.b);
    memcpy(meta, "SKOUTBX1", 8);
    sk_put_u32(meta + 8, LAYOUT);
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("outbox", 6), sk_bytes(meta, sizeof meta));
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("version", 7), sk_bytes(version, sizeof version));
    sk_chain_put(txn, &chain);
    return sk_txn_commit(txn);
}

static enum sk_error make(const char *store_dir, enum sk_error (*fill)(struct sk_engine *, void *),
                          void *ctx)
{
    struct sk_new_file file = {.size = MAP_BYTES,
                               .preallocate = false,
                               .tables = sk_outbox_tables,
                               .table_count = SK_OUTBOX_TABLES,
                               .fill = fill,
                               .ctx = ctx};
    char folder[PATH_MAX], path[PATH_MAX];
    enum sk_error e = sk_folder_make(store_dir, "outbox", folder);

    if (e == SK_OK) {
        e = outbox_path(store_dir, path);
    }
    return e == SK_OK ? sk_file_make(folder, path, &file) : e;
}

enum sk_error sk_outbox_create(const char *store_dir)
{
    return make(store_dir, fill_new, NULL);
}

static enum sk_error verify(struct sk_engine *engine)
{
    struct sk_txn *txn = sk_txn_begin(engine, false);
    struct sk_bytes value;
    bool good = sk_txn_get(txn, SK_OUTBOX_META, sk_bytes("outbox", 6), &value) && value.len == 12 &&
                memcmp(value.p, "SKOUTBX1", 8) == 0 && sk_get_u32(value.p + 8) == LAYOUT;
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    return e != SK_OK || good ? e : SK_ERR_CORRUPT;
}

enum sk_error sk_outbox_open(struct sk_outbox **out, const char *store_dir, bool writable)
{
    char path[PATH_MAX];
    enum sk_error e = outbox_path(store_dir, path);

    if (e == SK_OK && access(path, F_OK) != 0) {
        e = errno == ENOENT || errno == ENOTDIR ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    if (e != SK_OK) {
        return e;
    }
    struct sk_outbox *outbox = calloc(1, sizeof *outbox);

    if (outbox == NULL) {
        return SK_ERR_MEMORY;
    }
    outbox->writable = writable;
    e = sk_engine_open(&outbox->engine, path, 0, false, writable, sk_outbox_tables,
                       SK_OUTBOX_TABLES);
    if (e == SK_OK) {
        e = verify(outbox->engine);
    }
    if (e != SK_OK) {
        sk_outbox_close(outbox);
        return e;
    }
    *out = outbox;
    return SK_OK;
}

void sk_outbox_close(struct sk_outbox *outbox)
{
    if (outbox != NULL) {
        sk_engine_close(outbox->engine);
        free(outbox);
    }
}

enum sk_error sk_outbox_tick(struct sk_outbox *outbox)
{
    return sk_engine_clear_dead_readers(outbox->engine);
}

struct copy {
    struct sk_outbox *outbox;
    uint32_t today;
};

static enum sk_error fill_copy(struct sk_engine *engine, void *ctx)
{
    const struct copy *copy = ctx;
    struct sk_txn *txn = sk_txn_begin(copy->outbox->engine, false);
    enum sk_error e = sk_txn_copy(txn, engine, SK_OUTBOX_TABLES, NULL, NULL);

    sk_txn_abort(txn);
    if (e != SK_OK) {
        return e;
    }
    txn = sk_txn_begin(engine, true);
    sk_chain_mark_copied(txn, copy->today);
    return sk_txn_commit(txn);
}

enum sk_error sk_outbox_backup(struct sk_outbox *outbox, const char *to_dir, uint32_t today)
{
    struct copy copy = {outbox, today};

    return make(to_dir, fill_copy, &copy);
}

/* ---- version ------------------------------------------------------------------------ */

static uint64_t read_version(struct sk_txn *txn)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_OUTBOX_META, sk_bytes("version", 7), &value) && value.len == 8
               ? sk_get_u64(value.p)
               : 0;
}

enum sk_error sk_outbox_version(struct sk_outbox *outbox, uint64_t *version)
{
    struct sk_txn *txn = sk_txn_begin(outbox->engine, false);
    uint64_t found = read_version(txn);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK) {
        *version = found;
    }
    return e;
}

void sk_outbox_raise_version(struct sk_txn *txn)
{
    uint8_t value[8];

    sk_put_u64(value, read_version(txn) + 1);
    sk_txn_put(txn, SK_OUTBOX_META, sk_bytes("version", 7), sk_bytes(value, sizeof value));
}

/* ---- keys: big-endian, so that key order is number order -------------------------------- */

void sk_put_u32_be(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

uint32_t sk_get_u32_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void sk_board_key(uint8_t key[SK_BOARD_KEY], const struct sk_ed25519_pk *pin, uint64_t counter)
{
    memcpy(key, pin->b, sizeof pin->b);
    sk_put_u32_be(key + 32, (uint32_t)(counter >> 32));
    sk_put_u32_be(key + 36, (uint32_t)counter);
}

void sk_bucket_key(uint8_t key[SK_BUCKET_KEY], const struct sk_ed25519_pk *pin, uint64_t counter,
                   uint32_t bucket)
{
    sk_board_key(key, pin, counter);
    sk_put_u32_be(key + SK_BOARD_KEY, bucket);
}
