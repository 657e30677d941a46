#include "storage/envelope.h"

#include <sodium.h>
#include <string.h>

#include "keys/format/class.h"
#include "storage/announced.h"
#include "storage/collect.h"
#include "storage/day_key.h"
#include "storage/partial.h"
#include "storage/tail.h"

/* The envelope that a request is about. */
struct making {
    uint8_t key[SK_UPLOAD_KEY]; /* of its record */
    bool stored;                /* the record is on the disk */
    struct sk_partial record;
};

void sk_envelope_key(uint8_t key[SK_UPLOAD_KEY], const struct sk_write *write)
{
    if (write->resumable) {
        sk_upload_key(key, &write->token);
    } else {
        memcpy(key, write->id.b, SK_UPLOAD_KEY);
    }
}

static bool id_free(struct sk_txn *txn, const struct sk_envelope_id *id)
{
    struct sk_bytes name = sk_bytes(id->b, sizeof id->b), key = name, value;

    return !sk_txn_get(txn, SK_INBOX_ENVELOPES, name, &value) &&
           !(sk_txn_seek(txn, SK_INBOX_PIECES, &key, &value) && sk_begins(key, name));
}

/* NOT_FOUND: it is neither on the disk nor announced, or its time is over. */
static enum sk_error find(struct sk_txn *txn, const struct sk_write *write,
                          const struct sk_write_terms *terms, struct making *out)
{
    sk_envelope_key(out->key, write);
    if (!write->resumable) {
        enum sk_error e = sk_partial_find(txn, out->key, &out->record);

        out->stored = e == SK_OK;
        return e;
    }
    enum sk_error e = sk_upload_load(txn, out->key, terms->day, &out->record);

    out->stored = e == SK_OK;
    if (e == SK_ERR_NOT_FOUND) {
        e = sk_announced_find(terms->announced, out->key, &out->record);
        if (e == SK_OK && out->record.last_day < terms->day) {
            e = SK_ERR_NOT_FOUND;
        }
    }
    return e;
}

/* A request may have waited over midnight. */
static uint32_t last_day(const struct sk_write *write, const struct sk_write_terms *terms)
{
    return sk_upload_last_day(write->day > terms->from ? write->day : terms->from);
}

/* ---- announcing ---------------------------------------------------------------------------- */

static enum sk_error announce(struct sk_txn *txn, const struct sk_write *write,
                              const struct sk_write_terms *terms, bool *deleted)
{
    struct making m;

    if (!write->resumable || sk_class_of_length(write->length) == 0) {
        return SK_ERR_USAGE;
    }
    if (find(txn, write, terms, &m) == SK_OK) {
        return m.record.length == write->length ? SK_OK : SK_ERR_EXISTS;
    }
    if (!id_free(txn, &write->id)) {
        return SK_ERR_STORE_ORDER;
    }
    /* What is over, or damaged, makes way: whoever has the token can begin again. */
    *deleted = sk_partial_forget(txn, m.key);
    m.record = (struct sk_partial){
        .length = write->length, .last_day = last_day(write, terms), .id = write->id};
    if (write->has_row) {
        sk_upload_row_seal(m.record.sealed_row, &write->token, &write->id, &write->row);
        m.record.has_row = true;
    }
    sk_announced_put(terms->announced, m.key, &m.record);
    sodium_memzero(&m, sizeof m);
    return SK_OK;
}

/* ---- pieces -------------------------------------------------------------------------------- */

/* With its first bytes it begins to be on the disk. */
static enum sk_error begin(struct sk_txn *txn, const struct sk_write *write,
                           const struct sk_write_terms *terms, struct making *m)
{
    if (!id_free(txn, &write->id)) {
        return SK_ERR_STORE_ORDER;
    }
    if (!write->resumable) {
        m->record = (struct sk_partial){.last_day = SK_LAST_DAY_NONE, .id = write->id};
        return SK_OK;
    }
    return sk_txn_count(txn, SK_INBOX_PARTIAL) < terms->uploads_most ? SK_OK : SK_ERR_STORE_RESERVE;
}

/* Whether the piece in data goes on where the envelope stands. */
static bool goes_on(const struct sk_write *write, const struct sk_partial *record)
{
    uint64_t tail = record->bytes % SK_PIECE_BYTES, before = record->bytes - tail;

    return !record->finished && memcmp(record->id.b, write->id.b, sizeof write->id.b) == 0 &&
           write->piece == before / SK_PIECE_BYTES && write->len > tail &&
           (record->length == 0 || write->len <= record->length - before);
}

static void put_data(struct sk_txn *txn, const struct sk_write *write, size_t kept, bool last)
{
    if (last || write->len == SK_PIECE_BYTES) {
        sk_tail_end(txn, &write->id, write->piece, write->data, kept, write->len);
    } else {
        sk_tail_put(txn, &write->id, write->piece, write->data, kept, write->len);
    }
}

/* The row is sealed until the next publication. */
static void put_row(struct sk_txn *txn, const struct sk_row *row, const struct sk_day_key *key)
{
    uint8_t name[SK_PENDING_NAME], sealed[SK_PENDING_BYTES];

    randombytes_buf(name, sizeof name);
    sk_pending_seal(sealed, key, name, row);
    sk_txn_put(txn, SK_INBOX_PENDING, sk_bytes(name, sizeof name), sk_bytes(sealed, sizeof sealed));
}

/* The envelope becomes visible. What links it to its upload, and its row to it, ends here. */
static void finish(struct sk_txn *txn, const struct sk_write *write,
                   const struct sk_write_terms *terms, struct making *m, const struct sk_row *row)
{
    const struct sk_partial before = m->record;
    const struct sk_envelope_record envelope = {
        .day = write->day,
        .chunks = sk_class_of_length(before.length),
        .pieces = (uint32_t)((before.length + SK_PIECE_BYTES - 1) / SK_PIECE_BYTES)};
    uint8_t value[SK_ENVELOPE_RECORD];

    sk_envelope_encode(value, &envelope);
    sk_txn_put(txn, SK_INBOX_ENVELOPES, sk_bytes(write->id.b, sizeof write->id.b),
               sk_bytes(value, sizeof value));
    if (row != NULL) {
        put_row(txn, row, terms->key);
    }
    if (write->resumable) { /* a lost answer can be asked for again */
        m->record.finished = true;
        m->record.last_day = last_day(write, terms);
        sk_partial_put(txn, m->key, m->stored ? &before : NULL, &m->record);
    } else if (m->stored) {
        sk_partial_delete(txn, m->key, before.last_day);
    }
}

static enum sk_error store_last(struct sk_txn *txn, const struct sk_write *write,
                                const struct sk_write_terms *terms, struct making *m, size_t kept)
{
    struct sk_row row = write->row;
    bool has_row = write->resumable ? m->record.has_row : write->has_row;

    if (write->resumable && has_row &&
        !sk_upload_row_open(&row, &write->token, &m->record.id, m->record.sealed_row)) {
        return SK_ERR_CORRUPT;
    }
    put_data(txn, write, kept, true);
    finish(txn, write, terms, m, has_row ? &row : NULL);
    sodium_memzero(&row, sizeof row);
    return SK_OK;
}

static enum sk_error store_piece(struct sk_txn *txn, const struct sk_write *write,
                                 const struct sk_write_terms *terms)
{
    struct making m;
    bool last = !write->resumable && write->length != 0;

    if (write->data == NULL || write->len == 0 || write->len > SK_PIECE_BYTES ||
        (last && sk_class_of_length(write->length) == 0)) {
        return SK_ERR_USAGE;
    }
    enum sk_error e = find(txn, write, terms, &m);

    if (e == SK_ERR_NOT_FOUND && !write->resumable) {
        e = SK_OK;
        m.record = (struct sk_partial){.id = write->id};
    }
    if (e != SK_OK) {
        return e;
    }
    bool begins = !m.stored && !m.record.finished;

    if (!goes_on(write, &m.record)) {
        return SK_ERR_STORE_ORDER;
    }
    if (begins) {
        e = begin(txn, write, terms, &m);
    }
    if (e != SK_OK) {
        return e;
    }
    const struct sk_partial before = m.record;
    size_t kept = (size_t)(before.bytes % SK_PIECE_BYTES);

    m.record.bytes = before.bytes - kept + write->len;
    if (last && m.record.bytes != write->length) {
        return SK_ERR_USAGE;
    }
    if (last) {
        m.record.length = write->length;
    }
    if (m.record.bytes == m.record.length) {
        return store_last(txn, write, terms, &m, kept);
    }
    if (write->resumable) {
        m.record.last_day = last_day(write, terms);
    }
    put_data(txn, write, kept, false);
    sk_partial_put(txn, m.key, m.stored ? &before : NULL, &m.record);
    return SK_OK;
}

/* ---- giving up ----------------------------------------------------------------------------- */

static enum sk_error drop(struct sk_txn *txn, const struct sk_write *write,
                          const struct sk_write_terms *terms, bool *deleted)
{
    struct making m;
    enum sk_error e = find(txn, write, terms, &m);

    if (e == SK_ERR_NOT_FOUND) {
        return write->resumable ? e : SK_OK;
    }
    if (e != SK_OK && e != SK_ERR_CORRUPT) { /* what is damaged goes, too */
        return e;
    }
    *deleted = sk_partial_forget(txn, m.key);
    sk_announced_drop(terms->announced, m.key);
    return SK_OK;
}

enum sk_error sk_envelope_write(struct sk_txn *txn, const struct sk_write *write,
                                const struct sk_write_terms *terms, bool *deleted)
{
    enum sk_error e = SK_ERR_USAGE;

    *deleted = false;
    switch (write->kind) {
    case SK_WRITE_ANNOUNCE:
        e = announce(txn, write, terms, deleted);
        break;
    case SK_WRITE_PIECE:
        e = store_piece(txn, write, terms);
        break;
    case SK_WRITE_DROP:
        e = drop(txn, write, terms, deleted);
        break;
    }
    return sk_txn_error_or(txn, e);
}
