#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/format/class.h"
#include "storage/inbox_private.h"
#include "tests/unit/storage_unit.h"

static struct sk_inbox *open_inbox(const char *folder)
{
    struct sk_inbox *inbox = NULL;

    assert_ok(sk_inbox_open(&inbox, folder));
    return inbox;
}

/* A new one, with its writer running. */
static struct sk_inbox *new_inbox(const char *folder, uint64_t size)
{
    assert_ok(sk_inbox_create(folder, size));
    struct sk_inbox *inbox = open_inbox(folder);

    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

static void assert_check(struct sk_inbox *inbox, uint64_t envelopes, uint64_t broken)
{
    struct sk_inbox_check check;

    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.envelopes, envelopes);
    assert_int_equal(check.broken, broken);
}

/* ---- creating and opening ------------------------------------------------------------ */

static void is_created_once(void **state)
{
    struct sk_inbox *inbox = NULL;

    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_NOT_FOUND);
    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_error(sk_inbox_create(*state, SMALL_INBOX), SK_ERR_EXISTS);
    assert_error(sk_inbox_create(*state, 5), SK_ERR_USAGE);
    sk_inbox_close(NULL);
}

static enum sk_error fill_badly(struct sk_txn *txn, void *ctx)
{
    const size_t *table = ctx;

    sk_txn_put(txn, *table, sk_bytes("0123456789abcdef", 16), sk_bytes("?", 1));
    return sk_txn_error(txn);
}

static void refuses_what_is_no_inbox(void **state)
{
    struct sk_kv_shape other = sk_inbox_shape;
    size_t table = SK_INBOX_ENVELOPES; /* without a piece */
    struct sk_inbox *inbox = NULL;

    other.version++;
    assert_ok(sk_kv_create(*state, &other, SMALL_INBOX, fill_badly, &table));
    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_CORRUPT);
    const char *second = unit_path(*state, "second");

    assert_ok(sk_kv_create(second, &sk_inbox_shape, SMALL_INBOX, fill_badly, &table));
    assert_error(sk_inbox_open(&inbox, second), SK_ERR_CORRUPT);
    assert_null(inbox);
}

/* ---- what goes in comes out ------------------------------------------------------------- */

static void every_size_comes_out_as_it_went_in(void **state)
{
    static const uint32_t sizes[] = {1, 2, 4, 8, 16, 64, 256};
    struct sk_inbox *inbox = new_inbox(*state, 32 * SMALL_INBOX);
    struct unit_envelope e[7];

    for (size_t i = 0; i < 7; i++) {
        unit_envelope_new(&e[i], sizes[i]);
        assert_ok(unit_put(inbox, &e[i]));
    }
    sk_inbox_close(inbox);
    inbox = open_inbox(*state);
    for (size_t i = 0; i < 7; i++) {
        unit_assert_whole(inbox, &e[i]);
    }
    assert_check(inbox, 7, 0);
    sk_inbox_close(inbox);
}

static void an_envelope_is_invisible_until_it_is_whole(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, SMALL_INBOX);
    struct unit_envelope e;
    struct sk_inbox_check check;

    unit_envelope_new(&e, 16);
    assert_ok(unit_put_piece(inbox, &e, 0));
    unit_assert_absent(inbox, &e);
    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.envelopes, 0);
    assert_int_equal(check.partial, 1);
    unit_publish(inbox);
    assert_int_equal(unit_row(inbox, &e.row), SK_ROW_UNKNOWN);
    sk_inbox_close(inbox);
}

static void a_snapshot_has_all_envelopes_and_the_publication(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, 8 * SMALL_INBOX);
    struct unit_envelope e[10];
    struct sk_envelope_info *infos;
    size_t info_count;
    uint32_t publication;

    for (size_t i = 0; i < 10; i++) {
        unit_envelope_new(&e[i], i % 2 == 0 ? 1 : 4);
        assert_ok(unit_put(inbox, &e[i]));
    }
    assert_ok(sk_inbox_snapshot(inbox, &infos, &info_count, &publication));
    assert_int_equal(info_count, 10);
    assert_int_equal(publication, 1); /* its first start */
    for (size_t i = 0; i < 10; i++) {
        size_t found = 0;

        for (size_t k = 0; k < 10; k++) {
            if (memcmp(infos[k].id.b, e[i].id.b, 16) == 0) {
                found++;
                assert_int_equal(infos[k].chunks, e[i].chunks);
                assert_int_equal(infos[k].day, 20000);
            }
        }
        assert_int_equal(found, 1);
    }
    free(infos);
    sk_inbox_close(inbox);
}

static void deleting_takes_all_pieces_and_only_theirs(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, 16 * SMALL_INBOX);
    struct unit_envelope e[20];
    struct sk_envelope_id ids[10];
    struct sk_inbox_space before, after;
    uint64_t deleted;

    for (size_t i = 0; i < 20; i++) {
        unit_envelope_new(&e[i], i < 10 ? 16 : 1);
        assert_ok(unit_put(inbox, &e[i]));
    }
    for (size_t i = 0; i < 10; i++) {
        ids[i] = e[2 * i].id;
    }
    assert_ok(sk_inbox_space(inbox, &before));
    assert_ok(sk_inbox_delete(inbox, ids, 10, &deleted));
    assert_int_equal(deleted, 10);
    assert_ok(sk_inbox_delete(inbox, ids, 10, &deleted));
    assert_int_equal(deleted, 0);
    for (size_t i = 0; i < 20; i++) {
        if (i % 2 == 0) {
            unit_assert_absent(inbox, &e[i]);
        } else {
            unit_assert_whole(inbox, &e[i]);
        }
    }
    assert_check(inbox, 10, 0);
    assert_ok(sk_inbox_space(inbox, &after));
    assert_true(before.used - after.used > 5 * 16 * 16400);
    sk_inbox_close(inbox);
}

static void check_finds_a_missing_a_short_and_a_surplus_piece(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, 8 * SMALL_INBOX);
    struct unit_envelope e[4];
    struct sk_txn *txn;
    uint8_t key[SK_PIECE_KEY];

    for (size_t i = 0; i < 4; i++) {
        unit_envelope_new(&e[i], 16);
        assert_ok(unit_put(inbox, &e[i]));
    }
    txn = sk_kv_begin(inbox->kv, true);
    sk_piece_key(key, &e[0].id, 1);
    sk_txn_delete(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    sk_piece_key(key, &e[1].id, 0);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes("short", 5));
    sk_piece_key(key, &e[2].id, 3);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes("more", 4));
    assert_ok(sk_txn_commit(txn));
    assert_check(inbox, 4, 3);
    unit_assert_whole(inbox, &e[3]);
    sk_inbox_close(inbox);
}

/* ---- space ---------------------------------------------------------------------------------- */

static void room_is_a_state_that_is_left_later_than_it_is_entered(void **state)
{
    static const struct {
        enum sk_room room;
        unsigned used;
        enum sk_room next;
    } steps[] = {{SK_ROOM_OPEN, 0, SK_ROOM_OPEN},      {SK_ROOM_OPEN, 13, SK_ROOM_OPEN},
                 {SK_ROOM_OPEN, 14, SK_ROOM_TIGHT},    {SK_ROOM_OPEN, 15, SK_ROOM_TIGHT},
                 {SK_ROOM_OPEN, 16, SK_ROOM_CLOSED},   {SK_ROOM_TIGHT, 12, SK_ROOM_OPEN},
                 {SK_ROOM_TIGHT, 13, SK_ROOM_TIGHT},   {SK_ROOM_TIGHT, 15, SK_ROOM_TIGHT},
                 {SK_ROOM_TIGHT, 16, SK_ROOM_CLOSED},  {SK_ROOM_CLOSED, 16, SK_ROOM_CLOSED},
                 {SK_ROOM_CLOSED, 15, SK_ROOM_CLOSED}, {SK_ROOM_CLOSED, 14, SK_ROOM_TIGHT},
                 {SK_ROOM_CLOSED, 13, SK_ROOM_TIGHT},  {SK_ROOM_CLOSED, 12, SK_ROOM_OPEN}};

    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(sk_room_next(steps[i].room, false, steps[i].used), steps[i].next);
    }
    /* After a restart nobody knows which it was: the stricter one. */
    assert_int_equal(sk_room_next(SK_ROOM_OPEN, true, 12), SK_ROOM_OPEN);
    assert_int_equal(sk_room_next(SK_ROOM_OPEN, true, 13), SK_ROOM_TIGHT);
    assert_int_equal(sk_room_next(SK_ROOM_OPEN, true, 14), SK_ROOM_TIGHT);
    assert_int_equal(sk_room_next(SK_ROOM_OPEN, true, 15), SK_ROOM_CLOSED);
}

static void fill_to(struct sk_inbox *inbox, uint64_t bytes)
{
    struct sk_inbox_space space;
    struct unit_envelope e;

    for (;;) {
        assert_ok(sk_inbox_space(inbox, &space));
        if (space.used >= bytes) {
            return;
        }
        unit_envelope_new(&e, 16);
        assert_ok(unit_put(inbox, &e));
    }
}

static void what_arrives_changes_no_answer_before_the_next_hour(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, 16 * SMALL_INBOX);
    uint64_t hour = (uint64_t)time(NULL) / 3600, one = sk_envelope_length(1);

    assert_error(sk_inbox_admit(inbox, 14 * SMALL_INBOX), SK_ERR_STORE_RESERVE);
    assert_error(sk_inbox_admit(inbox, UINT64_MAX), SK_ERR_STORE_RESERVE);
    fill_to(inbox, 13 * SMALL_INBOX + 400000);
    assert_ok(sk_inbox_admit(inbox, 13 * SMALL_INBOX)); /* whatever there is */
    assert_ok(sk_room_take(inbox, hour + 1));
    assert_error(sk_inbox_admit(inbox, one + 1), SK_ERR_STORE_RESERVE);
    assert_ok(sk_inbox_admit(inbox, one));
    fill_to(inbox, 15 * SMALL_INBOX + 100000);
    assert_ok(sk_inbox_admit(inbox, one));
    assert_ok(sk_room_take(inbox, hour + 1));
    assert_ok(sk_inbox_admit(inbox, one));
    assert_ok(sk_room_take(inbox, hour + 2));
    assert_error(sk_inbox_admit(inbox, one), SK_ERR_FULL);
    sk_inbox_close(inbox);
}

static void when_full_it_refuses_keeps_all_and_works_again_after_a_purge(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, SMALL_INBOX);
    struct unit_envelope e[200], again;
    struct sk_envelope_id ids[200];
    struct sk_inbox_space space;
    uint64_t deleted;
    size_t n = 0;
    enum sk_error last = SK_OK;

    /* Without asking sk_inbox_admit first. */
    while (n < 200) {
        unit_envelope_new(&e[n], 1);
        last = unit_put(inbox, &e[n]);
        if (last != SK_OK) {
            break;
        }
        ids[n] = e[n].id;
        n++;
    }
    assert_error(last, SK_ERR_FULL);
    assert_in_range(n, 40, 55);
    assert_error(sk_inbox_admit(inbox, sk_envelope_length(1)), SK_ERR_FULL);
    assert_ok(sk_inbox_space(inbox, &space));
    assert_true(space.used <= space.size + 16 * 4096); /* what the tables themselves take */
    unit_assert_absent(inbox, &e[n]);
    for (size_t i = 0; i < n; i++) {
        unit_assert_whole(inbox, &e[i]);
    }
    assert_ok(sk_inbox_delete(inbox, ids, n, &deleted));
    assert_int_equal(deleted, n);
    unit_envelope_new(&again, 16);
    assert_error(sk_inbox_admit(inbox, sk_envelope_length(1)),
                 SK_ERR_FULL); /* until the next hour */
    assert_ok(sk_room_take(inbox, (uint64_t)time(NULL) / 3600 + 1));
    assert_ok(sk_inbox_admit(inbox, sk_envelope_length(16)));
    assert_ok(unit_put(inbox, &again));
    unit_assert_whole(inbox, &again);
    sk_inbox_close(inbox);
}

/* ---- backup --------------------------------------------------------------------------- */

static void a_backup_has_what_was_there(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, SMALL_INBOX);
    const char *to = unit_path(*state, "backup");
    struct unit_envelope e, later;

    unit_envelope_new(&e, 16);
    unit_envelope_new(&later, 1);
    assert_ok(unit_put(inbox, &e));
    assert_ok(sk_inbox_backup(inbox, to));
    assert_error(sk_inbox_backup(inbox, to), SK_ERR_EXISTS);
    assert_ok(unit_put(inbox, &later));
    sk_inbox_close(inbox);
    inbox = open_inbox(to);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    unit_assert_whole(inbox, &e);
    unit_assert_absent(inbox, &later);
    assert_ok(unit_put(inbox, &later));
    assert_check(inbox, 2, 0);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_created_once),
        TEST(refuses_what_is_no_inbox),
        TEST(a_backup_has_what_was_there),
        TEST(every_size_comes_out_as_it_went_in),
        TEST(an_envelope_is_invisible_until_it_is_whole),
        TEST(a_snapshot_has_all_envelopes_and_the_publication),
        TEST(deleting_takes_all_pieces_and_only_theirs),
        TEST(check_finds_a_missing_a_short_and_a_surplus_piece),
        TEST(room_is_a_state_that_is_left_later_than_it_is_entered),
        TEST(what_arrives_changes_no_answer_before_the_next_hour),
        TEST(when_full_it_refuses_keeps_all_and_works_again_after_a_purge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
