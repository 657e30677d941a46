/* Looks at everything in short transactions, one after the other. */
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/format/class.h"
#include "storage/inbox_private.h"
#include "storage/partial.h"
#include "storage/tail.h"

static bool piece_whole(struct sk_txn *txn, const struct sk_envelope_id *id, uint32_t piece,
                        size_t len)
{
    uint8_t key[SK_PIECE_KEY];
    struct sk_bytes value;

    sk_piece_key(key, id, piece);
    return sk_txn_get(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), &value) && value.len == len;
}

static uint64_t count_pieces(struct sk_txn *txn, struct sk_bytes prefix)
{
    struct sk_bytes key, value;
    uint64_t n = 0;

    SK_TXN_EACH(txn, SK_INBOX_PIECES, prefix, key, value)
    {
        n++;
    }
    return n;
}

/* Whether the pieces stored under this id are exactly those of a whole envelope. */
static bool envelope_whole(struct sk_txn *txn, const struct sk_envelope_id *id,
                           const struct sk_envelope_record *record)
{
    uint64_t bytes = sk_envelope_length(record->chunks);

    for (uint32_t i = 0; i < record->pieces; i++) {
        if (!piece_whole(txn, id, i, sk_piece_length(bytes, i))) {
            return false;
        }
    }
    return count_pieces(txn, sk_bytes(id->b, sizeof id->b)) == record->pieces;
}

/* Full pieces, and the fragments of one that is not. */
static bool upload_whole(struct sk_txn *txn, const struct sk_partial *record)
{
    uint32_t full = (uint32_t)(record->bytes / SK_PIECE_BYTES);
    size_t tail = (size_t)(record->bytes % SK_PIECE_BYTES);
    uint8_t growing[SK_PIECE_KEY];

    for (uint32_t i = 0; i < full; i++) {
        if (!piece_whole(txn, &record->id, i, SK_PIECE_BYTES)) {
            return false;
        }
    }
    sk_piece_key(growing, &record->id, full);
    uint64_t fragments = count_pieces(txn, sk_bytes(growing, sizeof growing));

    return count_pieces(txn, sk_bytes(record->id.b, sizeof record->id.b)) == full + fragments &&
           (fragments > 0) == (tail > 0) &&
           sk_tail_read(txn, &record->id, full, NULL, tail) == SK_OK;
}

/* One envelope, one short transaction: a long one would make the file grow under the gateway. */
static void check_one(struct sk_txn *txn, const struct sk_envelope_id *id,
                      struct sk_inbox_check *out)
{
    struct sk_envelope_record record;
    enum sk_error e = sk_envelope_find(txn, id, &record);

    if (e == SK_OK && !envelope_whole(txn, id, &record)) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        out->bytes += sk_envelope_length(record.chunks);
    }
    /* Not found: deleted since the walk began. */
    out->envelopes += e == SK_OK || e == SK_ERR_CORRUPT ? 1 : 0;
    out->broken += e == SK_ERR_CORRUPT ? 1 : 0;
}

/* One envelope in the making, if it is a resumable upload; id is the key of its record. */
static void check_upload(struct sk_txn *txn, const struct sk_envelope_id *id,
                         struct sk_inbox_check *out)
{
    struct sk_partial record;
    enum sk_error e = sk_upload_load(txn, id->b, sk_age_past(txn, sk_day_of(time(NULL))), &record);

    if (e == SK_OK) {
        out->uploads++;
        out->upload_bytes += record.bytes;
        e = upload_whole(txn, &record) ? SK_OK : SK_ERR_CORRUPT;
    }
    /* Not found: deleted since the walk began, or its time is over. */
    out->broken_uploads += e == SK_ERR_CORRUPT ? 1 : 0;
}

/* ---- walks -------------------------------------------------------------------------------- */

struct walk {
    enum sk_inbox_table table; /* its keys are of 16 bytes */
    void (*check)(struct sk_txn *txn, const struct sk_envelope_id *id, struct sk_inbox_check *out);
    void (*progress)(void *, uint64_t done, uint64_t total);
    void *ctx;
    uint64_t total;
};

/* Up to room keys from after *last; the key is copied whatever the value looks like. */
static enum sk_error next_ids(struct sk_inbox *inbox, enum sk_inbox_table table,
                              struct sk_envelope_id *ids, size_t room, bool first,
                              const struct sk_envelope_id *last, size_t *count)
{
    struct sk_bytes key = sk_bytes(last->b, first ? 0 : sizeof last->b), value;
    size_t n = 0;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    bool found = sk_txn_next(txn, table, &key, &value);

    while (found && n < room) {
        if (key.len == sizeof ids->b) {
            memcpy(ids[n++].b, key.p, sizeof ids->b);
        }
        found = sk_txn_next(txn, table, &key, &value);
    }
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
    *count = n;
    return e;
}

static enum sk_error count_tables(struct sk_inbox *inbox, struct sk_inbox_check *out,
                                  uint64_t *total)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    *total = sk_txn_count(txn, SK_INBOX_ENVELOPES);
    out->rows = sk_txn_count(txn, SK_INBOX_ROWS);
    out->partial = sk_txn_count(txn, SK_INBOX_PARTIAL) + sk_txn_count(txn, SK_INBOX_DELETED);
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
    return e;
}

static enum sk_error look(struct sk_inbox *inbox, const struct walk *walk,
                          const struct sk_envelope_id *id, struct sk_inbox_check *out)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_inbox_check seen = *out;

    walk->check(txn, id, &seen);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e == SK_OK || e == SK_ERR_CORRUPT) { /* counted */
        *out = seen;
        e = SK_OK;
    }
    return e;
}

static enum sk_error walk_table(struct sk_inbox *inbox, const struct walk *walk,
                                struct sk_inbox_check *out)
{
    struct sk_envelope_id ids[64], last = {{0}};
    uint64_t done = 0;
    size_t n = 0;
    bool first = true;
    enum sk_error e = SK_OK;

    while (e == SK_OK) {
        e = next_ids(inbox, walk->table, ids, 64, first, &last, &n);
        if (e != SK_OK || n == 0) {
            break;
        }
        for (size_t i = 0; i < n && e == SK_OK; i++) {
            e = look(inbox, walk, &ids[i], out);
        }
        last = ids[n - 1];
        first = false;
        done += n;
        if (walk->progress != NULL) {
            walk->progress(walk->ctx, done < walk->total ? done : walk->total, walk->total);
        }
    }
    return e;
}

enum sk_error sk_inbox_check(struct sk_inbox *inbox, struct sk_inbox_check *out,
                             void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct walk envelopes = {SK_INBOX_ENVELOPES, check_one, progress, ctx, 0};
    struct walk uploads = {SK_INBOX_PARTIAL, check_upload, NULL, NULL, 0};
    struct sk_inbox_check check = {0};
    enum sk_error e = count_tables(inbox, &check, &envelopes.total);

    if (e == SK_OK) {
        e = walk_table(inbox, &envelopes, &check);
    }
    if (e == SK_OK) {
        e = walk_table(inbox, &uploads, &check);
    }
    if (e == SK_OK) {
        *out = check;
    }
    return e;
}
