#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static const char *generation_path(const char *folder, unsigned generation)
{
    char name[32];

    snprintf(name, sizeof name, "inbox/%08u.mdb", generation);
    return unit_path(folder, name);
}

static void assert_check(struct sk_inbox *inbox, uint64_t envelopes, uint64_t broken)
{
    struct sk_inbox_check check;

    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.envelopes, envelopes);
    assert_int_equal(check.broken, broken);
}

/* ---- creating and opening ------------------------------------------------------------ */

static void is_created_once_preallocated_and_private(void **state)
{
    struct stat st;
    struct sk_inbox *inbox = NULL;

    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_NOT_FOUND);
    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_error(sk_inbox_create(*state, SMALL_INBOX), SK_ERR_EXISTS);
    assert_int_equal(stat(generation_path(*state, 1), &st), 0);
    assert_int_equal(st.st_size, SMALL_INBOX + SK_INBOX_RESERVE);
    assert_true((uint64_t)st.st_blocks * 512 >= SMALL_INBOX + SK_INBOX_RESERVE);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(unit_path(*state, "inbox"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_error(sk_inbox_create(unit_path(*state, "a/b"), SMALL_INBOX), SK_ERR_NOT_FOUND);
    assert_error(sk_inbox_create(*state, 5), SK_ERR_USAGE);
}

static void refuses_a_file_that_is_no_inbox(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct sk_engine *engine = NULL;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_engine_open(&engine, generation_path(*state, 1), 0, false, true, sk_inbox_tables,
                             SK_INBOX_TABLES));
    struct sk_txn *txn = sk_txn_begin(engine, true);

    sk_txn_put(txn, SK_INBOX_META, sk_bytes("inbox", 5), sk_bytes("SKINBOX9", 8));
    assert_ok(sk_txn_commit(txn));
    sk_engine_close(engine);
    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_CORRUPT);
    assert_int_equal(truncate(generation_path(*state, 1), 4096), 0);
    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_CORRUPT);
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
    sk_ledger_outdate(inbox);
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
    assert_ok(sk_inbox_begin(inbox, true, &txn));
    sk_piece_key(key, &e[0].id, 1);
    sk_txn_delete(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    sk_piece_key(key, &e[1].id, 0);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes("short", 5));
    sk_piece_key(key, &e[2].id, 3);
    sk_txn_put(txn, SK_INBOX_PIECES, sk_bytes(key, sizeof key), sk_bytes("more", 4));
    assert_ok(sk_inbox_commit(inbox, txn));
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
        sk_ledger_outdate(inbox);
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

/* ---- a reader that was killed ------------------------------------------------------------------
 */

static enum sk_error wait_for_ever(void *ctx, const struct sk_envelope_info *info)
{
    const int *pipe_end = ctx;

    (void)info;
    if (write(*pipe_end, "r", 1) == 1) {
        pause();
    }
    return SK_OK;
}

static void read_for_ever(const char *folder, int pipe_end)
{
    struct sk_inbox *inbox = NULL;

    if (sk_inbox_open(&inbox, folder) == SK_OK) {
        (void)sk_inbox_each(inbox, wait_for_ever, &pipe_end);
    }
    _exit(1);
}

/* 25 times 0.8 MB through 17 MiB: only if pages come back. */
static void churn(struct sk_inbox *inbox)
{
    for (unsigned round = 0; round < 25; round++) {
        struct unit_envelope e;
        uint64_t deleted;

        unit_envelope_new(&e, 32);
        assert_ok(unit_put(inbox, &e));
        assert_ok(sk_inbox_delete(inbox, &e.id, 1, &deleted));
        unit_envelope_new(&e, 16);
        assert_ok(unit_put(inbox, &e));
        assert_ok(sk_inbox_delete(inbox, &e.id, 1, &deleted));
    }
}

static void a_killed_reader_pins_nothing(void **state)
{
    struct unit_envelope e;
    int ends[2], status;
    char byte;

    assert_int_equal(pipe(ends), 0);
    struct sk_inbox *inbox = new_inbox(*state, SMALL_INBOX);

    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    sk_inbox_close(inbox);
    pid_t child = fork();

    if (child == 0) {
        read_for_ever(*state, ends[1]);
    }
    inbox = open_inbox(*state);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_ok(sk_inbox_tick(inbox));
    churn(inbox);
    unit_assert_whole(inbox, &e);
    sk_inbox_close(inbox);
    close(ends[0]);
    close(ends[1]);
}

/* ---- backup
 * -------------------------------------------------------------------------------------- */

static void a_backup_is_an_inbox(void **state)
{
    struct sk_inbox *inbox = new_inbox(*state, SMALL_INBOX);
    const char *to = unit_path(*state, "backup");
    struct unit_envelope e, later;
    struct stat st;

    unit_envelope_new(&e, 16);
    unit_envelope_new(&later, 1);
    assert_ok(unit_put(inbox, &e));
    assert_ok(sk_inbox_backup(inbox, to));
    assert_error(sk_inbox_backup(inbox, to), SK_ERR_EXISTS);
    assert_int_equal(stat(generation_path(to, 1), &st), 0);
    assert_true(st.st_size < 1000000);
    assert_ok(unit_put(inbox, &later));
    sk_inbox_close(inbox);
    inbox = open_inbox(to);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    assert_int_equal(stat(generation_path(to, 1), &st), 0);
    assert_int_equal(st.st_size, SMALL_INBOX + SK_INBOX_RESERVE);
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
        TEST(is_created_once_preallocated_and_private),
        TEST(refuses_a_file_that_is_no_inbox),
        TEST(every_size_comes_out_as_it_went_in),
        TEST(an_envelope_is_invisible_until_it_is_whole),
        TEST(a_snapshot_has_all_envelopes_and_the_publication),
        TEST(deleting_takes_all_pieces_and_only_theirs),
        TEST(check_finds_a_missing_a_short_and_a_surplus_piece),
        TEST(room_is_a_state_that_is_left_later_than_it_is_entered),
        TEST(what_arrives_changes_no_answer_before_the_next_hour),
        TEST(when_full_it_refuses_keeps_all_and_works_again_after_a_purge),
        TEST(a_killed_reader_pins_nothing),
        TEST(a_backup_is_an_inbox),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
