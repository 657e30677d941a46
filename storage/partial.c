#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/upload_private.h"

#define VALUE_BYTES 17
enum state { STATE_ALIVE, STATE_DOOMED, STATE_UPLOAD };
/* One transaction of a sweep: short enough that nobody waits for it. */
#define SWEEP_PIECES 256
#define DOOM_GROUP 512

static bool decode(struct sk_bytes value, struct sk_partial *out)
{
    if (value.len != VALUE_BYTES || value.p[16] > STATE_UPLOAD) {
        return false;
    }
    out->day = sk_get_u32(value.p);
    out->next = sk_get_u32(value.p + 4);
    out->bytes = sk_get_u64(value.p + 8);
    out->doomed = value.p[16] == STATE_DOOMED;
    out->upload = value.p[16] == STATE_UPLOAD;
    return true;
}

bool sk_partial_get(struct sk_txn *txn, const struct sk_envelope_id *id, struct sk_partial *out)
{
    struct sk_bytes value;

    return sk_txn_get(txn, SK_INBOX_PARTIAL, sk_bytes(id->b, sizeof id->b), &value) &&
           decode(value, out);
}

void sk_partial_put(struct sk_txn *txn, const struct sk_envelope_id *id,
                    const struct sk_partial *partial)
{
    uint8_t value[VALUE_BYTES];

    sk_put_u32(value, partial->day);
    sk_put_u32(value + 4, partial->next);
    sk_put_u64(value + 8, partial->bytes);
    value[16] = partial->doomed ? STATE_DOOMED : partial->upload ? STATE_UPLOAD : STATE_ALIVE;
    sk_txn_put(txn, SK_INBOX_PARTIAL, sk_bytes(id->b, sizeof id->b), sk_bytes(value, sizeof value));
}

bool sk_partial_doom(struct sk_txn *txn, const struct sk_envelope_id *id, bool upload)
{
    struct sk_partial partial;

    if (!sk_partial_get(txn, id, &partial) || (!partial.doomed && partial.upload != upload)) {
        return false;
    }
    if (!partial.doomed) {
        partial.doomed = true;
        sk_partial_put(txn, id, &partial);
    }
    return true;
}

static bool first_doomed(struct sk_txn *txn, struct sk_envelope_id *id)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_partial partial;

    for (bool more = sk_txn_seek(txn, SK_INBOX_PARTIAL, &key, &value); more;
         more = sk_txn_next(txn, SK_INBOX_PARTIAL, &key, &value)) {
        /* A record that cannot be read belongs to nobody who could finish it. */
        if (key.len == sizeof id->b && (!decode(value, &partial) || partial.doomed)) {
            memcpy(id->b, key.p, sizeof id->b);
            return true;
        }
    }
    return false;
}

/* True while the id still has a piece; deletes the first of them. */
static bool delete_one(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    uint8_t first[SK_PIECE_KEY];
    struct sk_bytes key = {first, sizeof first}, value;

    sk_piece_key(first, id, 0);
    if (!sk_txn_seek(txn, SK_INBOX_PIECES, &key, &value) || key.len != SK_PIECE_KEY ||
        memcmp(key.p, id->b, sizeof id->b) != 0) {
        return false;
    }
    memcpy(first, key.p, sizeof first); /* the key's own memory moves when it is deleted */
    sk_txn_delete(txn, SK_INBOX_PIECES, sk_bytes(first, sizeof first));
    return sk_txn_error(txn) == SK_OK;
}

bool sk_partial_sweep(struct sk_txn *txn, size_t max)
{
    struct sk_envelope_id id;
    size_t deleted = 0;

    while (first_doomed(txn, &id)) {
        while (deleted < max && delete_one(txn, &id)) {
            deleted++;
        }
        if (deleted >= max) {
            return true;
        }
        sk_txn_delete(txn, SK_INBOX_PARTIAL, sk_bytes(id.b, sizeof id.b));
    }
    return false;
}

enum sk_error sk_partial_sweep_all(struct sk_inbox *inbox)
{
    struct sk_envelope_id id;
    bool more = true;

    while (more) {
        struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

        if (!first_doomed(txn, &id) && sk_txn_error(txn) == SK_OK) {
            sk_txn_abort(txn); /* nothing to do costs no sync */
            return SK_OK;
        }
        more = sk_partial_sweep(txn, SWEEP_PIECES);
        enum sk_error e = sk_txn_commit(txn);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

/* ---- what nobody will finish ------------------------------------------------------- */

struct choice {
    bool uploads;   /* those that stood still too long, instead of what is no upload */
    uint32_t today; /* with uploads */
};

static bool chosen(const struct choice *choice, const struct sk_partial *partial)
{
    if (partial->doomed || partial->upload != choice->uploads) {
        return false;
    }
    return !partial->upload || sk_upload_last_day(partial->day) < choice->today;
}

static size_t list_chosen(struct sk_txn *txn, const struct choice *choice,
                          struct sk_envelope_id *ids)
{
    struct sk_bytes key = {NULL, 0}, value;
    struct sk_partial partial;
    size_t n = 0;

    for (bool more = sk_txn_seek(txn, SK_INBOX_PARTIAL, &key, &value); more && n < DOOM_GROUP;
         more = sk_txn_next(txn, SK_INBOX_PARTIAL, &key, &value)) {
        if (key.len == sizeof ids->b && decode(value, &partial) && chosen(choice, &partial)) {
            memcpy(ids[n++].b, key.p, sizeof ids->b);
        }
    }
    return n;
}

static enum sk_error doom_some(struct sk_inbox *inbox, const struct choice *choice,
                               struct sk_envelope_id *ids, bool *more)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);
    enum sk_error e = sk_txn_error(txn);

    if (e != SK_OK) {
        sk_txn_abort(txn);
        return e;
    }
    size_t n = list_chosen(txn, choice, ids);

    for (size_t i = 0; i < n; i++) {
        sk_partial_doom(txn, &ids[i], choice->uploads);
    }
    *more = n == DOOM_GROUP;
    return sk_txn_commit(txn);
}

static enum sk_error doom_all(struct sk_inbox *inbox, const struct choice *choice)
{
    struct sk_envelope_id *ids = calloc(DOOM_GROUP, sizeof *ids);
    bool more = true;
    enum sk_error e = ids == NULL ? SK_ERR_MEMORY : SK_OK;

    while (e == SK_OK && more) {
        e = doom_some(inbox, choice, ids, &more);
    }
    free(ids);
    return e;
}

enum sk_error sk_partial_doom_all(struct sk_inbox *inbox)
{
    struct choice choice = {.uploads = false};

    return doom_all(inbox, &choice);
}

enum sk_error sk_partial_doom_old(struct sk_inbox *inbox, uint32_t today)
{
    struct choice choice = {.uploads = true, .today = today};

    return doom_all(inbox, &choice);
}
