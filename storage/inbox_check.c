/* Looks at everything in short transactions, one after the other. */
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/format/class.h"
#include "storage/upload_private.h"

/* Whether the pieces stored under this id are exactly those of an envelope, whole or not, of so
 * many bytes. */
static bool pieces_whole(struct sk_txn *txn, const struct sk_envelope_id *id, uint64_t bytes)
{
    uint32_t pieces = (uint32_t)((bytes + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES);
    uint8_t wanted[SK_PIECE_KEY];
    struct sk_bytes key = {wanted, sizeof wanted}, value;

    sk_piece_key(wanted, id, 0);
    bool found = sk_txn_seek(txn, SK_INBOX_PIECES, &key, &value);

    for (uint32_t i = 0; i < pieces; i++) {
        sk_piece_key(wanted, id, i);
        if (!found || key.len != sizeof wanted || memcmp(key.p, wanted, sizeof wanted) != 0 ||
            value.len != sk_piece_length(bytes, i)) {
            return false;
        }
        found = sk_txn_next(txn, SK_INBOX_PIECES, &key, &value);
    }
    return !found || key.len != sizeof wanted || memcmp(key.p, id->b, sizeof id->b) != 0;
}

/* One envelope, one short transaction: a long one would make the file grow under the gateway. */
static enum sk_error check_one(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                               struct sk_inbox_check *out)
{
    struct sk_envelope_info info;
    uint32_t pieces;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    e = sk_envelope_find(txn, id, &info, &pieces);
    if (e == SK_OK) {
        out->envelopes++;
        if (pieces_whole(txn, &info.id, sk_envelope_length(info.chunks))) {
            out->bytes += sk_envelope_length(info.chunks);
        } else {
            out->broken++;
        }
    } else if (e == SK_ERR_CORRUPT) {
        out->envelopes++;
        out->broken++;
    }
    /* Not found: deleted since the walk began. */
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
    return e;
}

/* One upload, in the same way; id is the key of its record. */
static enum sk_error check_upload(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                                  struct sk_inbox_check *out)
{
    struct sk_upload_record record;
    struct sk_partial partial;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    e = sk_upload_load(txn, id->b, sk_age_past(txn, sk_day_of(time(NULL))), &record, &partial);
    if (e == SK_OK && !record.finished) {
        out->uploads++;
        out->upload_bytes += partial.bytes;
        e = pieces_whole(txn, &record.id, partial.bytes) ? SK_OK : SK_ERR_CORRUPT;
    }
    out->broken_uploads += e == SK_ERR_CORRUPT ? 1 : 0;
    /* Not found: deleted since the walk began, or its time is over. */
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
    return e;
}

/* ---- walks -------------------------------------------------------------------------------- */

struct walk {
    enum sk_inbox_table table; /* its keys are of 16 bytes */
    enum sk_error (*check)(struct sk_inbox *inbox, const struct sk_envelope_id *id,
                           struct sk_inbox_check *out);
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
    out->partial = sk_txn_count(txn, SK_INBOX_PARTIAL);
    e = sk_txn_error(txn);
    sk_txn_abort(txn);
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
            e = walk->check(inbox, &ids[i], out);
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
    struct walk uploads = {SK_INBOX_UPLOADS, check_upload, NULL, NULL, 0};
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
