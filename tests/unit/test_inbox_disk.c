/* The inbox and the outbox in the files of the engine on LMDB: what the disk shows, other
 * processes, and processes that die. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/inbox_private.h"
#include "storage/kv_lmdb.h"
#include "storage/outbox.h"
#include "tests/unit/storage_unit.h"

#define FILE_NAME "inbox/00000001.mdb"

static atomic_uint lost; /* of the last publication */

static void remember(void *context, const struct sk_publication_news *news)
{
    (void)context;
    atomic_store(&lost, (unsigned)news->lost);
}

static struct sk_inbox *open_inbox(const char *folder)
{
    struct sk_inbox *inbox = NULL;

    assert_ok(sk_inbox_open(&inbox, folder));
    return inbox;
}

/* With its writer running. size 0: it is there. */
static struct sk_inbox *start(const char *folder, uint64_t size)
{
    if (size > 0) {
        assert_ok(sk_inbox_create(folder, size));
    }
    struct sk_inbox *inbox = open_inbox(folder);

    sk_inbox_on_publication(inbox, remember, NULL);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

static const char *generation_path(const char *folder, unsigned generation)
{
    char name[32];

    snprintf(name, sizeof name, "inbox/%08u.mdb", generation);
    return unit_path(folder, name);
}

static struct sk_row put(struct sk_inbox *inbox)
{
    struct unit_envelope e;

    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    return e.row;
}

/* ---- files --------------------------------------------------------------------------------- */

static void is_created_once_preallocated_and_private(void **state)
{
    struct stat st;
    struct sk_inbox *inbox = NULL;

    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_NOT_FOUND);
    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_error(sk_inbox_create(*state, SMALL_INBOX), SK_ERR_EXISTS);
    assert_int_equal(stat(generation_path(*state, 1), &st), 0);
    assert_int_equal(st.st_size, SMALL_INBOX + SK_LMDB_RESERVE);
    assert_true((uint64_t)st.st_blocks * 512 >= SMALL_INBOX + SK_LMDB_RESERVE);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(unit_path(*state, "inbox"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_error(sk_inbox_create(unit_path(*state, "a/b"), SMALL_INBOX), SK_ERR_NOT_FOUND);
    assert_error(sk_inbox_create(*state, 5), SK_ERR_USAGE);
}

static void a_file_that_was_cut_is_refused(void **state)
{
    struct sk_inbox *inbox = NULL;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_int_equal(truncate(generation_path(*state, 1), 4096), 0);
    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_CORRUPT);
}

static void an_outbox_is_one_private_file(void **state)
{
    struct sk_outbox *outbox = NULL;
    struct stat st;

    assert_error(sk_outbox_open(&outbox, *state, true), SK_ERR_NOT_FOUND);
    assert_ok(sk_outbox_create(*state));
    assert_error(sk_outbox_create(*state), SK_ERR_EXISTS);
    assert_int_equal(stat(unit_path(*state, "outbox/00000001.mdb"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(st.st_size < 1000000);
    assert_int_equal(access(unit_path(*state, "outbox/00000001.mdb.new-lock"), F_OK), -1);
    assert_ok(sk_outbox_open(&outbox, *state, false));
    sk_outbox_close(outbox);
    sk_outbox_close(NULL);
}

static void a_backup_is_an_inbox(void **state)
{
    struct sk_inbox *inbox = start(*state, SMALL_INBOX);
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
    assert_int_equal(st.st_size, SMALL_INBOX + SK_LMDB_RESERVE);
    unit_assert_whole(inbox, &e);
    unit_assert_absent(inbox, &later);
    assert_ok(unit_put(inbox, &later));
    sk_inbox_close(inbox);
}

static void before_it_is_published_the_disk_does_not_hold_the_row(void **state)
{
    const char *file = unit_path(*state, FILE_NAME);
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row row = put(inbox);

    assert_false(unit_is_in_file(file, row.b, 16));
    unit_publish(inbox);
    assert_true(unit_is_in_file(file, row.b, 16)); /* it would have been found */
    sk_inbox_close(inbox);
}

static void the_files_times_are_midnight(void **state)
{
    static const char *const names[] = {FILE_NAME, FILE_NAME "-lock", "writer.lock"};
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct stat st;

    put(inbox);
    assert_ok(sk_inbox_tick(inbox));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(stat(unit_path(*state, names[i]), &st), 0);
        assert_int_equal(st.st_mtim.tv_sec % 86400 + st.st_mtim.tv_nsec, 0);
        assert_int_equal(st.st_atim.tv_sec % 86400 + st.st_atim.tv_nsec, 0);
    }
    put(inbox);
    assert_int_equal(stat(unit_path(*state, FILE_NAME), &st), 0);
    assert_int_equal(st.st_mtim.tv_sec % 86400 + st.st_mtim.tv_nsec, 0);
    sk_inbox_close(inbox);
}

/* ---- a reader that was killed -------------------------------------------------------------- */

static enum sk_error wait_for_ever(void *ctx, const struct sk_row *row, enum sk_row_state row_state)
{
    const int *pipe_end = ctx;

    (void)row;
    (void)row_state;
    if (write(*pipe_end, "r", 1) == 1) {
        pause();
    }
    return SK_OK;
}

static void read_for_ever(const char *folder, int pipe_end)
{
    struct sk_inbox *inbox = NULL;

    if (sk_inbox_open(&inbox, folder) == SK_OK) {
        (void)sk_inbox_each_row(inbox, wait_for_ever, &pipe_end);
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
    struct sk_inbox *inbox = start(*state, SMALL_INBOX);

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

/* ---- a publication that is cut off --------------------------------------------------------- */

static size_t all_rows(struct sk_inbox *inbox)
{
    struct sk_publication publication;
    struct sk_row_info *rows;
    size_t count;

    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    free(rows);
    return count;
}

static void set_day_back(struct sk_inbox *inbox)
{
    struct sk_publication publication;
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    assert_ok(sk_publication_read(txn, &publication));
    publication.day--;
    sk_publication_write(txn, &publication);
    assert_ok(sk_txn_commit(txn));
}

/* A process that dies at a call that changes the disk, while it publishes at its start. */
static int publish_and_die(const char *folder, unsigned call)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        struct sk_inbox *inbox = NULL;

        unit_fault_set(UNIT_DIE, call);
        if (sk_inbox_open(&inbox, folder) != SK_OK ||
            sk_inbox_writer_start(inbox, NULL, NULL) != SK_OK) {
            _exit(1);
        }
        unit_fault_set(UNIT_NO_FAULT, 0);
        sk_inbox_close(inbox);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 7 || status == 0));
    return status;
}

static void a_power_cut_in_a_publication_is_before_or_after_it(void **state)
{
    int status = -1;

    sk_inbox_close(start(*state, 8 * SMALL_INBOX));
    for (unsigned call = 1; status != 0; call++) {
        struct sk_inbox *inbox = start(*state, 0);
        struct sk_row rows[3] = {put(inbox), put(inbox), put(inbox)};
        size_t before = all_rows(inbox);

        assert_in_range(call, 1, 100);
        set_day_back(inbox);
        sk_inbox_close(inbox);
        status = publish_and_die(*state, call);
        inbox = start(*state, 0); /* goes on, or does what was not done */
        assert_true(unit_is_batch(all_rows(inbox) - before, 3));
        for (size_t i = 0; i < 3 && unit_kernel_keeps_keys(); i++) {
            assert_int_equal(unit_row(inbox, &rows[i]), SK_ROW_RECEIVED);
        }
        assert_int_equal(atomic_load(&lost), unit_kernel_keeps_keys() ? 0 : atomic_load(&lost));
        sk_inbox_close(inbox);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_created_once_preallocated_and_private),
        TEST(a_file_that_was_cut_is_refused),
        TEST(an_outbox_is_one_private_file),
        TEST(a_backup_is_an_inbox),
        TEST(before_it_is_published_the_disk_does_not_hold_the_row),
        TEST(the_files_times_are_midnight),
        TEST(a_killed_reader_pins_nothing),
        TEST(a_power_cut_in_a_publication_is_before_or_after_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
