/* Resumable uploads: what outlives a restart, and what is forgotten when. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/upload_unit.h"

/* Opened `age` days ago, with half of its bytes. */
static void begin(struct sk_inbox *inbox, struct unit_upload *u, uint32_t age)
{
    struct unit_upload at_once;

    unit_upload_new(u, 16);
    assert_ok(unit_upload_open(inbox, u));
    assert_ok(unit_upload_to(inbox, u, 1000));
    at_once = *u;
    at_once.day -= age;
    assert_ok(unit_upload_piece(inbox, &at_once, 0, SK_PIECE_BYTES));
    u->day = at_once.day;
}

static void a_restart_collects_the_others_only(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e;
    struct unit_upload u;

    begin(inbox, &u, 0);
    unit_envelope_new(&e, 64);
    assert_ok(unit_put_piece(inbox, &e, 0));
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PIECES, 1);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    assert_int_equal(unit_entries(inbox, SK_INBOX_EXPIRY), 1);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

static void after_its_last_day_it_is_not_found(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload kept, old, anew;

    begin(inbox, &kept, SK_UPLOAD_DAYS);
    begin(inbox, &old, SK_UPLOAD_DAYS + 1);
    unit_assert_stands(inbox, &kept, SK_PIECE_BYTES);
    unit_assert_no_upload(inbox, &old);
    assert_error(unit_upload_piece(inbox, &old, 1, SK_PIECE_BYTES), SK_ERR_NOT_FOUND);
    assert_error(unit_upload_drop(inbox, &old), SK_ERR_NOT_FOUND);
    unit_upload_new(&anew, 1); /* the same token, and even another length */
    anew.token = old.token;
    assert_ok(unit_upload_open(inbox, &anew));
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0); /* what was there is collected */
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PIECES), 1);
    assert_ok(unit_upload_to(inbox, &anew, anew.length));
    unit_assert_finished(inbox, &anew);
    sk_inbox_close(inbox);
}

static void the_start_drops_what_stood_still(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload kept, old, finished;

    begin(inbox, &kept, SK_UPLOAD_DAYS);
    begin(inbox, &old, SK_UPLOAD_DAYS + 1);
    begin(inbox, &finished, 0);
    assert_ok(unit_upload_to(inbox, &finished, 2 * SK_PIECE_BYTES));
    finished.day -= SK_UPLOAD_DAYS + 1;
    assert_ok(
        unit_upload_piece(inbox, &finished, 2, (size_t)(finished.length - 2 * SK_PIECE_BYTES)));
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 2);
    assert_int_equal(unit_entries(inbox, SK_INBOX_FINISHED), 1);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PARTIAL, 1);
    unit_wait_for_entries(inbox, SK_INBOX_FINISHED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PIECES, 1 + unit_pieces(16));
    unit_assert_stands(inbox, &kept, SK_PIECE_BYTES);
    unit_assert_whole(inbox, &finished.e); /* forgotten is only that it was an upload */
    unit_assert_no_upload(inbox, &finished);
    sk_inbox_close(inbox);
}

static uint32_t publications(struct sk_inbox *inbox)
{
    struct sk_publication publication;
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, false);
    assert_ok(sk_publication_read(txn, &publication));
    sk_txn_abort(txn);
    return publication.number;
}

/* The clock comes to this day, and the writer has published on it. */
static void day_comes(struct sk_inbox *inbox, uint32_t day)
{
    uint32_t before = publications(inbox);

    sk_writer_day(inbox->writer, day);
    while (publications(inbox) == before) {
        sched_yield();
    }
}

static void days_pass(struct sk_inbox *inbox, uint32_t from, uint32_t to)
{
    for (uint32_t day = from; day <= to; day++) {
        day_comes(inbox, day);
    }
}

static void the_writer_drops_on_a_new_day(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, later;

    begin(inbox, &u, 1);
    begin(inbox, &later, 0);
    assert_ok(sk_inbox_tick(inbox));
    days_pass(inbox, unit_today() + 1, unit_today() + SK_UPLOAD_DAYS);
    unit_wait_for_entries(inbox, SK_INBOX_PARTIAL, 1);
    unit_wait_for_entries(inbox, SK_INBOX_FINISHED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PIECES, 1);
    unit_assert_stands(inbox, &later, SK_PIECE_BYTES);
    sk_writer_day(inbox->writer, unit_today() + SK_UPLOAD_DAYS + 1);
    unit_wait_for_entries(inbox, SK_INBOX_PARTIAL, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PIECES, 0);
    sk_inbox_close(inbox);
}

/* Two years ahead for some days, and back: days that did not pass make nothing old. */
static void a_clock_that_jumps_ages_nothing(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint32_t today = unit_today();
    struct unit_upload u;

    begin(inbox, &u, 0);
    days_pass(inbox, today + 730, today + 732);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    sk_writer_day(inbox->writer, today);
    day_comes(inbox, today + 1);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    days_pass(inbox, today + 2, today + SK_UPLOAD_DAYS);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    sk_writer_day(inbox->writer, today + SK_UPLOAD_DAYS + 1);
    unit_wait_for_entries(inbox, SK_INBOX_PARTIAL, 0); /* and in its time it goes */
    sk_inbox_close(inbox);
}

/* What began while the clock was behind has its days when that is mended. */
static void a_clock_behind_costs_an_upload_no_day(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct sk_upload at;
    struct unit_upload u;

    unit_upload_new(&u, 16);
    struct sk_write d = {.kind = SK_WRITE_ANNOUNCE,
                         .id = u.e.id,
                         .resumable = true,
                         .day = u.day - 365,
                         .token = u.token,
                         .length = u.length};

    assert_ok(unit_wait_for(inbox, &d));
    assert_ok(sk_upload_find(inbox, &u.token, &at));
    assert_int_equal(at.last_day, u.day + SK_UPLOAD_DAYS);
    sk_inbox_close(inbox);
}

static void tick_tells_the_writer_the_day(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload old;

    sk_writer_day(inbox->writer, 1); /* as if it had last looked long ago */
    begin(inbox, &old, SK_UPLOAD_DAYS + 1);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    assert_ok(sk_inbox_tick(inbox));
    unit_wait_for_entries(inbox, SK_INBOX_PARTIAL, 0);
    sk_inbox_close(inbox);
}

static void every_byte_gives_it_more_days(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint32_t today = unit_today();
    struct unit_upload u;

    unit_upload_new(&u, 16);
    u.day = today - SK_UPLOAD_DAYS;
    assert_ok(unit_upload_open(inbox, &u));
    unit_assert_stands(inbox, &u, 0);
    u.day = today;
    assert_ok(unit_upload_to(inbox, &u, SK_PIECE_BYTES + 1));
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES + 1);
    unit_expire(inbox, today + SK_UPLOAD_DAYS);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES + 1);
    unit_expire(inbox, today + SK_UPLOAD_DAYS + 1);
    unit_assert_no_upload(inbox, &u);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PIECES), 0);
    sk_inbox_close(inbox);
}

static void however_many_all_that_is_old_goes(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 32 * SMALL_INBOX);
    uint8_t key[SK_UPLOAD_KEY];
    struct unit_upload u;
    struct sk_txn *txn;

    for (size_t i = 0; i < 1101; i++) {
        unit_upload_new(&u, 1);
        assert_ok(unit_upload_open(inbox, &u));
        u.day -= i % 2 == 0 ? SK_UPLOAD_DAYS + 1 : 0;
        assert_ok(unit_upload_piece(inbox, &u, 0, 1));
    }
    sk_upload_key(key, &u.token); /* a record that nobody can read goes with its pieces, too */
    txn = sk_kv_begin(inbox->kv, true);
    sk_txn_put(txn, SK_INBOX_PARTIAL, sk_bytes(key, sizeof key), sk_bytes("?", 1));
    assert_ok(sk_txn_commit(txn));
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1101);
    assert_int_equal(unit_entries(inbox, SK_INBOX_EXPIRY), 1101);
    unit_expire(inbox, unit_today());
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 550);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PIECES), 550);
    unit_expire(inbox, unit_today() + SK_UPLOAD_DAYS + 1);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 0);
    assert_int_equal(unit_entries(inbox, SK_INBOX_EXPIRY), 0);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PIECES), 0);
    sk_inbox_close(inbox);
}

/* Each walk is bounded in steps, and finds what it takes without passing what it leaves. */
static void forgetting_goes_by_bounded_steps(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct sk_envelope_id none = {{0}};
    struct unit_upload u[12];
    struct sk_txn *txn;

    for (size_t i = 0; i < 12; i++) {
        begin(inbox, &u[i], i < 10 ? SK_UPLOAD_DAYS + 1 : 0);
    }
    txn = sk_kv_begin(inbox->kv, true);
    assert_true(sk_partial_expire(txn, SK_LAST_DAY_NONE + 1, unit_today(), 4));
    assert_int_equal(sk_txn_count(txn, SK_INBOX_PARTIAL), 8);
    assert_int_equal(sk_txn_count(txn, SK_INBOX_DELETED), 4);
    assert_true(sk_deleted_collect(txn, 5)); /* two pieces and what led to them, and one piece */
    assert_int_equal(sk_txn_count(txn, SK_INBOX_DELETED), 2);
    assert_int_equal(sk_txn_count(txn, SK_INBOX_PIECES), 9);
    assert_false(sk_partial_expire(txn, SK_LAST_DAY_NONE + 1, unit_today(), 6));
    assert_false(sk_deleted_collect(txn, 100));
    assert_int_equal(sk_txn_count(txn, SK_INBOX_PIECES), 2);
    for (size_t i = 0; i < 10; i++) { /* without any pieces they are steps all the same */
        none.b[0] = (uint8_t)i;
        sk_deleted_put(txn, &none);
    }
    assert_true(sk_deleted_collect(txn, 4));
    assert_int_equal(sk_txn_count(txn, SK_INBOX_DELETED), 6);
    assert_ok(sk_txn_commit(txn));
    unit_assert_stands(inbox, &u[11], SK_PIECE_BYTES);
    sk_inbox_close(inbox);
}

/* No fault leaves such entries behind, and none is to cost a report if one ever does. */
static void an_entry_left_behind_takes_nothing_that_is_whole_or_goes_on(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint32_t old = unit_today() - SK_UPLOAD_DAYS - 1;
    uint8_t key[SK_UPLOAD_KEY], name[SK_EXPIRY_KEY];
    struct unit_upload done, u;
    struct sk_txn *txn;

    unit_upload_new(&done, 1);
    assert_ok(unit_upload_open(inbox, &done));
    assert_ok(unit_upload_to(inbox, &done, done.length));
    begin(inbox, &u, 0);
    txn = sk_kv_begin(inbox->kv, true);
    sk_upload_key(key, &done.token);
    sk_expiry_key(name, old, key);
    sk_txn_put(txn, SK_INBOX_EXPIRY, sk_bytes(name, sizeof name), sk_bytes(done.e.id.b, 16));
    sk_upload_key(key, &u.token);
    sk_expiry_key(name, old, key);
    sk_txn_put(txn, SK_INBOX_EXPIRY, sk_bytes(name, sizeof name), sk_bytes(u.e.id.b, 16));
    assert_ok(sk_txn_commit(txn));
    unit_expire(inbox, unit_today());
    unit_assert_finished(inbox, &done);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

static void one_without_a_byte_costs_the_disk_nothing(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, SMALL_INBOX);
    struct unit_upload first, u;

    unit_upload_new(&first, 16);
    assert_ok(unit_upload_open(inbox, &first));
    unit_assert_stands(inbox, &first, 0);
    for (size_t table = 0; table < SK_INBOX_TABLES; table++) {
        assert_true(table == SK_INBOX_META || table == SK_INBOX_ROWS ||
                    unit_entries(inbox, (enum sk_inbox_table)table) == 0);
    }
    for (size_t i = 0; i < 8191; i++) {
        unit_upload_new(&u, 1);
        assert_ok(unit_upload_open(inbox, &u));
    }
    unit_assert_stands(inbox, &first, 0);
    unit_upload_new(&u, 1);
    assert_ok(unit_upload_open(inbox, &u));
    unit_assert_no_upload(inbox, &first); /* the oldest made way */
    unit_assert_stands(inbox, &u, 0);
    assert_ok(unit_upload_piece(inbox, &u, 0, 1));
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    assert_ok(unit_upload_drop(inbox, &u));
    unit_assert_no_upload(inbox, &u);
    assert_ok(unit_upload_open(inbox, &first)); /* whoever announced it can do so again */
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_assert_no_upload(inbox, &first);
    sk_inbox_close(inbox);
}

static void only_so_many_are_under_way(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, SMALL_INBOX); /* 64 of 16 KiB */
    struct unit_upload u, last, done;

    unit_upload_new(&done, 1);
    assert_ok(unit_upload_open(inbox, &done));
    assert_ok(unit_upload_to(inbox, &done, done.length)); /* is not under way */
    for (size_t i = 0; i < 64; i++) {
        unit_upload_new(&last, 1);
        assert_ok(unit_upload_open(inbox, &last));
        assert_ok(unit_upload_piece(inbox, &last, 0, 1));
    }
    unit_upload_new(&u, 1);
    assert_ok(unit_upload_open(inbox, &u));
    assert_error(unit_upload_piece(inbox, &u, 0, 1), SK_ERR_STORE_RESERVE);
    unit_assert_stands(inbox, &u, 0);
    assert_ok(unit_upload_piece(inbox, &last, 0, 100)); /* those that are go on */
    assert_ok(unit_upload_drop(inbox, &last));
    assert_ok(unit_upload_piece(inbox, &u, 0, 1));
    unit_assert_stands(inbox, &u, 1);
    sk_inbox_close(inbox);
}

static void what_is_no_upload_does_not_grow_old(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct sk_partial partial = {.last_day = SK_LAST_DAY_NONE, .bytes = SK_PIECE_BYTES};
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    for (size_t i = 0; i < 600; i++) { /* more than one group */
        sk_envelope_id_random(&partial.id);
        sk_partial_put(txn, partial.id.b, NULL, &partial);
    }
    assert_ok(sk_txn_commit(txn));
    unit_expire(inbox, unit_today());
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 600);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0); /* whoever began them is gone */
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 0);
    assert_int_equal(unit_entries(inbox, SK_INBOX_EXPIRY), 0);
    sk_inbox_close(inbox);
}

static void dropping_takes_record_and_pieces(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, other;

    begin(inbox, &u, 0);
    begin(inbox, &other, 0);
    assert_ok(unit_upload_drop(inbox, &u));
    unit_assert_no_upload(inbox, &u);
    assert_error(unit_upload_drop(inbox, &u), SK_ERR_NOT_FOUND);
    assert_error(unit_upload_piece(inbox, &u, 1, SK_PIECE_BYTES), SK_ERR_NOT_FOUND);
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0);
    unit_wait_for_entries(inbox, SK_INBOX_PIECES, 1);
    unit_assert_stands(inbox, &other, SK_PIECE_BYTES);
    assert_ok(unit_upload_to(inbox, &other, other.length));
    assert_ok(unit_upload_drop(inbox, &other)); /* whole: only its record goes */
    unit_assert_no_upload(inbox, &other);
    unit_assert_whole(inbox, &other.e);
    unit_publish(inbox);
    unit_assert_row(inbox, &other, SK_ROW_RECEIVED);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 0);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_restart_collects_the_others_only),
        TEST(after_its_last_day_it_is_not_found),
        TEST(the_start_drops_what_stood_still),
        TEST(the_writer_drops_on_a_new_day),
        TEST(a_clock_that_jumps_ages_nothing),
        TEST(a_clock_behind_costs_an_upload_no_day),
        TEST(tick_tells_the_writer_the_day),
        TEST(every_byte_gives_it_more_days),
        TEST(however_many_all_that_is_old_goes),
        TEST(forgetting_goes_by_bounded_steps),
        TEST(an_entry_left_behind_takes_nothing_that_is_whole_or_goes_on),
        TEST(one_without_a_byte_costs_the_disk_nothing),
        TEST(only_so_many_are_under_way),
        TEST(what_is_no_upload_does_not_grow_old),
        TEST(dropping_takes_record_and_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
