#include "storage/inbox.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "storage/announced.h"
#include "storage/collect.h"
#include "storage/inbox_private.h"

_Static_assert(SK_PIECE_BYTES == SK_KV_VALUE_BEST, "pieces waste space");

static const char *const tables[SK_INBOX_TABLES] = {
    "meta", "envelopes", "pieces", "rows", "partial", "pending", "deleted", "finished", "expiry"};

const struct sk_kv_shape sk_inbox_shape = {.name = "inbox",
                                           .version = 3,
                                           .tables = tables,
                                           .table_count = SK_INBOX_TABLES,
                                           .hides_times = true};

/* ---- making one ----------------------------------------------------------------- */

static enum sk_error fill_new(struct sk_txn *txn, void *ctx)
{
    uint8_t name[SK_INBOX_NAME];

    (void)ctx;
    randombytes_buf(name, sizeof name);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("name", 4), sk_bytes(name, sizeof name));
    return sk_txn_error(txn);
}

enum sk_error sk_inbox_create(const char *address, uint64_t size)
{
    size -= size % 4096;
    return size < SK_INBOX_SIZE_MIN ? SK_ERR_USAGE
                                    : sk_kv_create(address, &sk_inbox_shape, size, fill_new, NULL);
}

/* ---- opening ---------------------------------------------------------------------- */

/* No envelope can be without a piece. */
static enum sk_error check_counts(struct sk_kv *kv)
{
    struct sk_txn *txn = sk_kv_begin(kv, false);
    bool good = sk_txn_count(txn, SK_INBOX_ENVELOPES) <= sk_txn_count(txn, SK_INBOX_PIECES);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    return e != SK_OK || good ? e : SK_ERR_CORRUPT;
}

static enum sk_error open_part(struct sk_inbox *inbox, const char *address)
{
    struct sk_kv_space space;
    enum sk_error e = sk_kv_open(&inbox->kv, address, &sk_inbox_shape, true);

    if (e == SK_OK) {
        e = check_counts(inbox->kv);
    }
    if (e == SK_OK) {
        e = sk_kv_space(inbox->kv, false, &space);
        inbox->size = e == SK_OK ? space.size : 0;
    }
    return e;
}

enum sk_error sk_inbox_open(struct sk_inbox **out, const char *address)
{
    struct sk_inbox *inbox = calloc(1, sizeof *inbox);

    if (inbox == NULL) {
        return SK_ERR_MEMORY;
    }
    pthread_mutex_init(&inbox->admission.lock, NULL);
    inbox->address = strdup(address);
    enum sk_error e = inbox->address == NULL ? SK_ERR_MEMORY : open_part(inbox, address);

    if (e == SK_OK) {
        inbox->announced = sk_announced_new();
        e = inbox->announced == NULL ? SK_ERR_MEMORY : sk_writer_new(&inbox->writer, inbox);
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
    sk_kv_close(inbox->kv);
    pthread_mutex_destroy(&inbox->admission.lock);
    sk_announced_free(inbox->announced);
    free(inbox->address);
    free(inbox);
}

enum sk_error sk_inbox_tick(struct sk_inbox *inbox)
{
    time_t now = time(NULL);
    enum sk_error e = sk_kv_tick(inbox->kv);

    if (e != SK_OK) {
        return e;
    }
    sk_writer_day(inbox->writer, sk_day_of(now));
    return sk_room_take(inbox, (uint64_t)now / 3600);
}

/* ---- the whole ------------------------------------------------------------------------ */

enum sk_error sk_inbox_rewrite(struct sk_inbox *inbox,
                               void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    enum sk_error e = sk_deleted_collect_all(inbox);

    return e == SK_OK ? sk_kv_rewrite(inbox->kv, progress, ctx) : e;
}

enum sk_error sk_inbox_backup(struct sk_inbox *inbox, const char *to_address)
{
    return sk_kv_copy(inbox->kv, to_address, NULL, NULL);
}

/* ---- small things ---------------------------------------------------------------------- */

void sk_envelope_id_random(struct sk_envelope_id *out)
{
    randombytes_buf(out->b, sizeof out->b);
}
