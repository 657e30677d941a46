#include "storage/inbox_check.h"

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

static void check_envelope(struct sk_txn *txn, const struct sk_envelope_id *id,
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
    /* Not found: deleted since the walk began, or expired. */
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

/* Up to room keys after `after` (empty: the first ones), also of damaged values. */
static enum sk_error next_ids(struct sk_inbox *inbox, enum sk_inbox_table table,
                              struct sk_bytes after, struct sk_envelope_id *ids, size_t room,
                              size_t *count)
{
    struct sk_bytes key = after, value;
    size_t n = 0;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);

    while (n < room && sk_txn_next(txn, table, &key, &value)) {
        if (key.len == sizeof ids->b) {
            memcpy(ids[n++].b, key.p, sizeof ids->b);
        }
    }
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    *count = n;
    return e;
}

static enum sk_error count_tables(struct sk_inbox *inbox, struct sk_inbox_check *out,
                                  uint64_t *total)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);

    *total = sk_txn_count(txn, SK_INBOX_ENVELOPES);
    out->rows = sk_txn_count(txn, SK_INBOX_ROWS);
    out->partial = sk_txn_count(txn, SK_INBOX_PARTIAL) + sk_txn_count(txn, SK_INBOX_DELETED);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    return e;
}

static enum sk_error check_entry(struct sk_inbox *inbox, const struct walk *walk,
                                 const struct sk_envelope_id *id, struct sk_inbox_check *out)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    struct sk_inbox_check counted = *out;

    walk->check(txn, id, &counted);
    enum sk_error e = sk_txn_error(txn);

    sk_txn_abort(txn);
    if (e != SK_OK && e != SK_ERR_CORRUPT) {
        return e;
    }
    *out = counted; /* damage is counted */
    return SK_OK;
}

static enum sk_error walk_table(struct sk_inbox *inbox, const struct walk *walk,
                                struct sk_inbox_check *out)
{
    struct sk_envelope_id ids[64], last;
    struct sk_bytes after = {NULL, 0};
    uint64_t done = 0;
    size_t n;

    for (;;) {
        enum sk_error e = next_ids(inbox, walk->table, after, ids, 64, &n);

        for (size_t i = 0; i < n && e == SK_OK; i++) {
            e = check_entry(inbox, walk, &ids[i], out);
        }
        if (e != SK_OK || n == 0) {
            return e;
        }
        last = ids[n - 1];
        after = sk_bytes(last.b, sizeof last.b);
        done += n;
        if (walk->progress != NULL) {
            walk->progress(walk->ctx, done < walk->total ? done : walk->total, walk->total);
        }
    }
}

enum sk_error sk_inbox_check(struct sk_inbox *inbox, struct sk_inbox_check *out,
                             void (*progress)(void *, uint64_t done, uint64_t total), void *ctx)
{
    struct walk envelopes = {SK_INBOX_ENVELOPES, check_envelope, progress, ctx, 0};
    struct walk uploads = {SK_INBOX_PARTIAL, check_upload, NULL, NULL, 0};
    struct sk_inbox_check check = {0};
    enum sk_error e = count_tables(inbox, &check, &envelopes.total);

    if (e != SK_OK) {
        return e;
    }
    e = walk_table(inbox, &envelopes, &check);
    if (e != SK_OK) {
        return e;
    }
    e = walk_table(inbox, &uploads, &check);
    if (e == SK_OK) {
        *out = check;
    }
    return e;
}
