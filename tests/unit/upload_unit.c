#include "tests/unit/upload_unit.h"

#include <sched.h>
#include <string.h>
#include <time.h>

#include "keys/base/calendar.h"
#include "keys/format/class.h"

struct sk_inbox *unit_upload_start(const char *folder, uint64_t size)
{
    struct sk_inbox *inbox = NULL;

    if (size != 0) {
        assert_ok(sk_inbox_create(folder, size));
    }
    assert_ok(sk_inbox_open(&inbox, folder));
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

uint32_t unit_today(void)
{
    return sk_day_of(time(NULL));
}

void unit_upload_new(struct unit_upload *out, uint32_t chunks)
{
    struct sk_envelope_id token;

    unit_envelope_new(&out->e, chunks);
    sk_envelope_id_random(&token);
    memcpy(out->token.b, token.b, sizeof out->token.b);
    out->length = sk_envelope_length(chunks);
    out->day = unit_today();
    out->has_row = true;
}

static struct sk_write write_of(enum sk_write_kind kind, const struct unit_upload *u)
{
    struct sk_write d = {.kind = kind,
                         .id = u->e.id,
                         .resumable = true,
                         .day = u->day,
                         .has_row = u->has_row,
                         .row = u->e.row,
                         .token = u->token,
                         .length = u->length};

    return d;
}

/* Nothing begins to grow old in the past: what is to have stood still for some days is made to. */
static void date_back(struct sk_inbox *inbox, const struct unit_upload *u)
{
    struct sk_partial before, record;
    uint8_t key[SK_UPLOAD_KEY];
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    sk_upload_key(key, &u->token);
    if (sk_upload_load(txn, key, 0, &before) == SK_OK) {
        record = before;
        record.last_day = sk_upload_last_day(u->day);
        sk_partial_put(txn, key, &before, &record);
    } else { /* announced only */
        assert_ok(sk_announced_find(inbox->announced, key, &record));
        record.last_day = sk_upload_last_day(u->day);
        sk_announced_put(inbox->announced, key, &record);
    }
    assert_ok(sk_txn_commit(txn));
}

static enum sk_error dated(struct sk_inbox *inbox, const struct unit_upload *u, enum sk_error e)
{
    if (e == SK_OK && u->day < unit_today()) {
        date_back(inbox, u);
    }
    return e;
}

enum sk_error unit_upload_open(struct sk_inbox *inbox, const struct unit_upload *u)
{
    struct sk_write d = write_of(SK_WRITE_ANNOUNCE, u);

    return dated(inbox, u, unit_wait_for(inbox, &d));
}

enum sk_error unit_upload_drop(struct sk_inbox *inbox, const struct unit_upload *u)
{
    struct sk_write d = write_of(SK_WRITE_DROP, u);

    return unit_wait_for(inbox, &d);
}

static enum sk_error put(struct sk_inbox *inbox, const struct unit_upload *u, uint32_t piece,
                         const uint8_t *data, size_t len)
{
    struct sk_write d = write_of(SK_WRITE_PIECE, u);

    d.piece = piece;
    d.data = data;
    d.len = len;
    return dated(inbox, u, unit_wait_for(inbox, &d));
}

enum sk_error unit_upload_piece(struct sk_inbox *inbox, const struct unit_upload *u, uint32_t piece,
                                size_t len)
{
    static uint8_t data[SK_PIECE_BYTES + 1];

    (void)unit_piece(data, &u->e, piece);
    return put(inbox, u, piece, len == 0 ? NULL : data, len);
}

enum sk_error unit_upload_to(struct sk_inbox *inbox, const struct unit_upload *u, uint64_t offset)
{
    static uint8_t data[SK_PIECE_BYTES], stored[SK_PIECE_BYTES];
    struct sk_upload at;
    size_t tail;
    enum sk_error e = sk_upload_find(inbox, &u->token, &at);

    while (e == SK_OK && !at.finished && at.offset < offset) {
        uint32_t piece = (uint32_t)(at.offset / SK_PIECE_BYTES);
        uint64_t left = offset - (uint64_t)piece * SK_PIECE_BYTES;

        (void)unit_piece(data, &u->e, piece);
        assert_ok(sk_upload_tail(inbox, &at, stored, &tail));
        assert_int_equal(tail, at.offset % SK_PIECE_BYTES);
        assert_memory_equal(stored, data, tail);
        e = put(inbox, u, piece, data, left < SK_PIECE_BYTES ? (size_t)left : SK_PIECE_BYTES);
        if (e == SK_OK) {
            e = sk_upload_find(inbox, &u->token, &at);
        }
    }
    return e;
}

/* ---- what must be true ------------------------------------------------------------------ */

void unit_assert_stands(struct sk_inbox *inbox, const struct unit_upload *u, uint64_t offset)
{
    struct sk_upload at;

    assert_ok(sk_upload_find(inbox, &u->token, &at));
    assert_int_equal(at.length, u->length);
    assert_int_equal(at.offset, offset);
    assert_int_equal(at.last_day, u->day + SK_UPLOAD_DAYS);
    assert_false(at.finished);
    assert_int_equal(at.has_row, u->has_row);
    assert_memory_equal(at.id.b, u->e.id.b, 16);
    unit_assert_absent(inbox, &u->e);
}

void unit_assert_finished(struct sk_inbox *inbox, const struct unit_upload *u)
{
    static const uint8_t zero[16];
    static uint8_t buffer[SK_PIECE_BYTES];
    struct sk_upload at;
    size_t tail = 1;

    assert_ok(sk_upload_find(inbox, &u->token, &at));
    assert_true(at.finished);
    assert_int_equal(at.length, u->length);
    assert_int_equal(at.offset, u->length);
    assert_int_equal(at.last_day, u->day + SK_UPLOAD_DAYS);
    assert_false(at.has_row);
    assert_memory_equal(at.id.b, zero, 16);
    assert_ok(sk_upload_tail(inbox, &at, buffer, &tail));
    assert_int_equal(tail, 0);
    unit_assert_whole(inbox, &u->e);
}

void unit_assert_no_upload(struct sk_inbox *inbox, const struct unit_upload *u)
{
    struct sk_upload at;

    assert_error(sk_upload_find(inbox, &u->token, &at), SK_ERR_NOT_FOUND);
}

void unit_assert_row(struct sk_inbox *inbox, const struct unit_upload *u, enum sk_row_state state)
{
    assert_int_equal(unit_row(inbox, &u->e.row), state);
}

uint64_t unit_entries(struct sk_inbox *inbox, enum sk_inbox_table table)
{
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, false);
    uint64_t n = sk_txn_count(txn, table);

    sk_txn_abort(txn);
    return n;
}

void unit_wait_for_entries(struct sk_inbox *inbox, enum sk_inbox_table table, uint64_t n)
{
    time_t limit = time(NULL) + 60;

    while (unit_entries(inbox, table) != n) {
        assert_true(time(NULL) < limit);
        sched_yield();
    }
}

void unit_expire(struct sk_inbox *inbox, uint32_t today)
{
    bool more = true;

    while (more) {
        struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

        more = sk_partial_expire(txn, SK_LAST_DAY_NONE + 1, today, 100);
        assert_ok(sk_txn_commit(txn));
    }
    assert_ok(sk_deleted_collect_all(inbox));
}
