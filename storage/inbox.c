#include "storage/inbox.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/bytes.h"
#include "keys/base/calendar.h"
#include "storage/inbox_private.h"

const char *const sk_inbox_tables[SK_INBOX_TABLES] = {"meta",    "envelopes", "pieces", "rows",
                                                      "partial", "uploads",   "pending"};

/* ---- making one ----------------------------------------------------------------- */

static enum sk_error fill_new(struct sk_engine *engine, void *ctx)
{
    const uint64_t *size = ctx;
    uint8_t meta[20], name[SK_INBOX_NAME];
    struct sk_txn *txn = sk_txn_begin(engine, true);

    memcpy(meta, "SKINBOX1", 8);
    sk_put_u32(meta + 8, 1);
    sk_put_u64(meta + 12, *size);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("inbox", 5), sk_bytes(meta, sizeof meta));
    randombytes_buf(name, sizeof name);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("name", 4), sk_bytes(name, sizeof name));
    return sk_txn_commit(txn);
}

enum sk_error sk_inbox_create(const char *store_dir, uint64_t size)
{
    size -= size % 4096;
    if (size < SK_INBOX_SIZE_MIN || size > (uint64_t)INT64_MAX - SK_INBOX_RESERVE) {
        return SK_ERR_USAGE;
    }
    return sk_generation_first(store_dir, size + SK_INBOX_RESERVE, true, fill_new, &size);
}

/* ---- opening ---------------------------------------------------------------------- */

enum sk_error sk_inbox_open(struct sk_inbox **out, const char *store_dir)
{
    struct sk_inbox *inbox = calloc(1, sizeof *inbox);

    if (inbox == NULL) {
        return SK_ERR_MEMORY;
    }
    pthread_rwlock_init(&inbox->swap, NULL);
    pthread_mutex_init(&inbox->ledger.lock, NULL);
    int n = snprintf(inbox->folder, sizeof inbox->folder, "%s/inbox", store_dir);
    enum sk_error e = n > 0 && n + 32 < PATH_MAX ? SK_OK : SK_ERR_USAGE;

    if (e == SK_OK) {
        e = sk_inbox_attach(inbox, true);
    }
    if (e == SK_OK) {
        e = sk_writer_new(&inbox->writer, inbox);
    }
    if (e != SK_OK) {
        sk_inbox_close(inbox);
        return e;
    }
    *out = inbox;
    return SK_OK;
}

void sk_inbox_close(struct sk_inbox *inbox)
{
    if (inbox == NULL) {
        return;
    }
    sk_writer_stop(inbox->writer);
    sk_engine_close(inbox->engine);
    pthread_mutex_destroy(&inbox->ledger.lock);
    pthread_rwlock_destroy(&inbox->swap);
    free(inbox);
}

/* ---- transactions ------------------------------------------------------------------- */

static bool retired(struct sk_txn *txn)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_META, sk_bytes("retired", 7), &value);
}

enum sk_error sk_inbox_begin(struct sk_inbox *inbox, bool write, struct sk_txn **out)
{
    for (;;) {
        pthread_rwlock_rdlock(&inbox->swap);
        uint32_t generation = inbox->generation;
        enum sk_error e = SK_OK;

        if (inbox->engine != NULL) {
            struct sk_txn *txn = sk_txn_begin(inbox->engine, write);

            if (!retired(txn)) {
                e = sk_txn_error(txn);
                if (e == SK_OK) {
                    *out = txn;
                    return SK_OK;
                }
            }
            sk_txn_abort(txn);
        }
        pthread_rwlock_unlock(&inbox->swap);
        if (e == SK_OK) {
            e = sk_inbox_follow(inbox, generation);
        }
        if (e != SK_OK) {
            return e;
        }
    }
}

enum sk_error sk_inbox_commit(struct sk_inbox *inbox, struct sk_txn *txn)
{
    enum sk_error e = sk_txn_commit(txn);

    sk_inbox_flatten_times(inbox);
    pthread_rwlock_unlock(&inbox->swap);
    return e;
}

void sk_inbox_abort(struct sk_inbox *inbox, struct sk_txn *txn)
{
    sk_txn_abort(txn);
    pthread_rwlock_unlock(&inbox->swap);
}

enum sk_error sk_inbox_tick(struct sk_inbox *inbox)
{
    time_t now = time(NULL);
    struct sk_txn *txn;
    enum sk_error e = sk_inbox_begin(inbox, false, &txn);

    if (e != SK_OK) {
        return e;
    }
    sk_txn_abort(txn);
    e = sk_engine_clear_dead_readers(inbox->engine);
    sk_inbox_flatten_times(inbox);
    pthread_rwlock_unlock(&inbox->swap);
    sk_writer_day(inbox->writer, sk_day_of(now));
    return e == SK_OK ? sk_room_take(inbox, (uint64_t)now / 3600) : e;
}

/* ---- small things ---------------------------------------------------------------------- */

void sk_envelope_id_random(struct sk_envelope_id *out)
{
    randombytes_buf(out->b, sizeof out->b);
}

void sk_piece_key(uint8_t key[SK_PIECE_KEY], const struct sk_envelope_id *id, uint32_t piece)
{
    memcpy(key, id->b, sizeof id->b);
    for (unsigned i = 0; i < 4; i++) {
        key[16 + i] = (uint8_t)(piece >> (24 - 8 * i)); /* big-endian: key order is piece order */
    }
}
