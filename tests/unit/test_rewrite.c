/* The rewrite of the inbox, with a gateway at work, and broken off at every step. */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/format/class.h"
#include "storage/inbox_private.h"
#include "storage/kv_lmdb.h"
#include "tests/unit/storage_unit.h"

static struct sk_inbox *start(const char *folder)
{
    struct sk_inbox *inbox = NULL;

    assert_ok(sk_inbox_open(&inbox, folder));
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

static const char *generation_path(const char *folder, unsigned generation)
{
    char name[32];

    snprintf(name, sizeof name, "inbox/%08u.mdb", generation);
    return unit_path(folder, name);
}

/* The data file of the one generation that there must be. */
static const char *only_generation(const char *folder)
{
    DIR *dir = opendir(unit_path(folder, "inbox"));
    char name[64] = "";
    struct dirent *entry;
    unsigned n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strstr(entry->d_name, ".mdb") != NULL && strstr(entry->d_name, "-lock") == NULL) {
            snprintf(name, sizeof name, "inbox/%.40s", entry->d_name);
            n++;
        }
    }
    closedir(dir);
    assert_int_equal(n, 1);
    return unit_path(folder, name);
}

static void assert_check(struct sk_inbox *inbox, uint64_t envelopes, uint64_t partial)
{
    struct sk_inbox_check check;

    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.envelopes, envelopes);
    assert_int_equal(check.partial, partial);
    assert_int_equal(check.broken, 0);
}

/* ---- what it takes away --------------------------------------------------------------- */

static bool has_marker(const char *path, const struct unit_envelope *e)
{
    uint8_t marker[16];

    unit_marker(marker, &e->id);
    return unit_is_in_file(path, marker + 1, 15); /* the first byte is the number of the piece */
}

static void deleted_bytes_are_gone_from_the_file(void **state)
{
    struct unit_envelope e[40];
    struct sk_envelope_id ids[20];
    uint64_t deleted;
    size_t before = 0;

    assert_ok(sk_inbox_create(*state, 8 * SMALL_INBOX));
    struct sk_inbox *inbox = start(*state);

    for (size_t i = 0; i < 40; i++) {
        unit_envelope_new(&e[i], i % 4 == 0 ? 16 : 1);
        assert_ok(unit_put(inbox, &e[i]));
    }
    for (size_t i = 0; i < 20; i++) {
        ids[i] = e[i].id;
    }
    assert_ok(sk_inbox_delete(inbox, ids, 20, &deleted));
    for (size_t i = 0; i < 20; i++) {
        before += has_marker(only_generation(*state), &e[i]) ? 1 : 0;
    }
    assert_true(before > 0); /* else this test shows nothing */
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    for (size_t i = 0; i < 40; i++) {
        const char *path = only_generation(*state);

        if (i < 20) {
            assert_false(has_marker(path, &e[i]));
            assert_false(unit_is_in_file(path, e[i].id.b, 16));
        } else {
            assert_true(has_marker(path, &e[i]));
            unit_assert_whole(inbox, &e[i]);
        }
    }
    assert_check(inbox, 20, 0);
    sk_inbox_close(inbox);
}

static int by_row(const void *a, const void *b)
{
    const struct unit_envelope *x = a, *y = b;

    return memcmp(x->row.b, y->row.b, 16);
}

static int by_id(const void *a, const void *b)
{
    const struct unit_envelope *x = a, *y = b;

    return memcmp(x->id.b, y->id.b, 16);
}

/* Pages fill from their end, so in key order the positions fall, page by page. Whether that is so
 * for every neighbouring pair of keys on one page. */
static bool in_key_order(const char *path, struct unit_envelope *e, size_t count, bool rows)
{
    size_t last = 0, at;

    qsort(e, count, sizeof *e, rows ? by_row : by_id);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = rows ? e[i].row.b : e[i].id.b;

        assert_true(unit_count_in_file(path, key, 16, &at) > 0);
        if (i > 0 && at / 4096 == last / 4096 && at > last) {
            return false;
        }
        last = at;
    }
    return true;
}

static void the_order_of_arrival_is_gone_from_the_file(void **state)
{
    struct unit_envelope e[60];
    size_t firsts = 0;

    assert_ok(sk_inbox_create(*state, 2 * SMALL_INBOX));
    struct sk_inbox *inbox = start(*state);

    for (size_t i = 0; i < 60; i++) {
        unit_envelope_new(&e[i], 1);
        assert_ok(unit_put(inbox, &e[i]));
    }
    assert_false(in_key_order(only_generation(*state), e, 60, false)); /* it was there before */
    unit_publish(inbox);
    assert_true(in_key_order(only_generation(*state), e, 60, true));
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    assert_true(in_key_order(only_generation(*state), e, 60, true));
    /* Each row once; the first of a page stands in the page above, too. */
    for (size_t i = 0; i < 60; i++) {
        size_t n = unit_count_in_file(only_generation(*state), e[i].row.b, 16, NULL);

        assert_in_range(n, 1, 2);
        firsts += n - 1;
    }
    assert_in_range(firsts, 0, 4);
    sk_inbox_close(inbox);
}

static void unfinished_uploads_go_on_across_it(void **state)
{
    static uint8_t data[SK_PIECE_BYTES];
    struct unit_envelope e;

    assert_ok(sk_inbox_create(*state, 8 * SMALL_INBOX));
    struct sk_inbox *inbox = start(*state);

    unit_envelope_new(&e, 64);
    for (uint32_t i = 0; i + 1 < unit_pieces(64); i++) {
        assert_ok(unit_put_piece(inbox, &e, i));
        if (i % 3 == 0) {
            assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
        }
    }
    size_t len = unit_piece(data, &e, unit_pieces(64) - 1);

    assert_ok(unit_write_last(inbox, &e, unit_pieces(64) - 1, data, len));
    unit_assert_whole(inbox, &e);
    assert_check(inbox, 1, 0);
    sk_inbox_close(inbox);
}

/* ---- beside a gateway --------------------------------------------------------------------- */

/* A second process that rewrites each time it is told, and dies at its call number die_at that
 * changes the disk (0: lives). It must exist before this process opens the inbox. */
struct rewriter {
    pid_t pid;
    int go[2];
};

static void rewriter_run(const char *folder, int go, unsigned die_at, unsigned times)
{
    struct sk_inbox *inbox = NULL;
    char byte;
    enum sk_error e = SK_OK;

    for (unsigned i = 0; i < times && e == SK_OK; i++) {
        e = read(go, &byte, 1) == 1 ? SK_OK : SK_ERR_IO;
        if (e == SK_OK && inbox == NULL) {
            e = sk_inbox_open(&inbox, folder);
            unit_fault_set(die_at > 0 ? UNIT_DIE : UNIT_NO_FAULT, die_at);
        }
        e = e == SK_OK ? sk_inbox_rewrite(inbox, NULL, NULL) : e;
    }
    _exit(e == SK_OK ? 0 : 1);
}

static void rewriter_fork(struct rewriter *r, const char *folder, unsigned die_at, unsigned times)
{
    assert_int_equal(pipe(r->go), 0);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0) {
        rewriter_run(folder, r->go[0], die_at, times);
    }
}

static void rewriter_go(struct rewriter *r)
{
    assert_int_equal(write(r->go[1], "g", 1), 1);
}

static void rewriter_close(struct rewriter *r)
{
    close(r->go[0]);
    close(r->go[1]);
}

#define MANY 600
#define REWRITES 8

static void a_gateway_at_work_loses_nothing(void **state)
{
    struct unit_envelope *e = calloc(MANY, sizeof *e);
    struct rewriter r;
    int status;

    assert_non_null(e);
    assert_ok(sk_inbox_create(*state, 64 * SMALL_INBOX));
    rewriter_fork(&r, *state, 0, REWRITES);
    struct sk_inbox *inbox = start(*state);

    for (size_t n = 0; n < MANY; n++) {
        if (n % (MANY / REWRITES) == 0) {
            rewriter_go(&r); /* and on, without waiting for it */
        }
        unit_envelope_new(&e[n], n % 16 == 0 ? 16 : 1);
        assert_ok(unit_put(inbox, &e[n]));
        unit_assert_whole(inbox, &e[n / 2]);
    }
    assert_int_equal(waitpid(r.pid, &status, 0), r.pid);
    assert_int_equal(status, 0);
    assert_ok(sk_inbox_tick(inbox));
    assert_int_equal(inbox->kv->generation, 1 + REWRITES);
    for (size_t i = 0; i < MANY; i++) {
        unit_assert_whole(inbox, &e[i]);
    }
    assert_check(inbox, MANY, 0);
    sk_inbox_close(inbox);
    only_generation(*state);
    rewriter_close(&r);
    free(e);
}

/* ---- broken off ------------------------------------------------------------------------------ */

/* The rewriter dies at step die_at while a gateway deposits; returns false once it no longer dies.
 */
static bool survives_death_at(const char *folder, unsigned die_at)
{
    struct unit_envelope e[12], unfinished;
    struct rewriter r;
    int status;

    assert_ok(sk_inbox_create(folder, SMALL_INBOX));
    rewriter_fork(&r, folder, die_at, 1);
    struct sk_inbox *inbox = start(folder);

    unit_envelope_new(&unfinished, 16);
    assert_ok(unit_put_piece(inbox, &unfinished, 0));
    for (size_t i = 0; i < 12; i++) {
        unit_envelope_new(&e[i], i == 3 ? 16 : 1);
        if (i == 6) {
            rewriter_go(&r);
        }
        assert_ok(unit_put(inbox, &e[i]));
    }
    assert_int_equal(waitpid(r.pid, &status, 0), r.pid);
    rewriter_close(&r);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 7 || WEXITSTATUS(status) == 0));
    unit_envelope_new(&e[5], 1);
    assert_ok(unit_put(inbox, &e[5])); /* the gateway goes on */
    assert_check(inbox, 13, 1);
    sk_inbox_close(inbox);

    inbox = start(folder); /* and so does the next one */
    unit_assert_whole(inbox, &e[5]);
    for (size_t i = 0; i < 12; i++) {
        unit_assert_whole(inbox, &e[i]);
    }
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    only_generation(folder);
    assert_check(inbox, 13, 0);
    sk_inbox_close(inbox);
    return WEXITSTATUS(status) == 7;
}

static void death_at_any_step_loses_nothing(void **state)
{
    unsigned n = 0;
    bool died = true;

    while (died) {
        char name[32];

        snprintf(name, sizeof name, "store-%u", ++n);
        assert_true(n < 200);
        died = survives_death_at(unit_path(*state, name), n);
    }
    assert_true(n > 10); /* allocating, copying, syncing, marking, removing */
}

/* The states that the steps leave, made by hand, also those that a power cut may add. */
static void leftovers_are_told_from_successors(void **state)
{
    struct unit_envelope e;
    FILE *file;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    struct sk_inbox *inbox = start(*state);

    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    sk_inbox_close(inbox);
    file = fopen(generation_path(*state, 2), "w"); /* not even begun to be filled */
    assert_non_null(file);
    fclose(file);
    inbox = start(*state);
    assert_int_equal(inbox->kv->generation, 1);
    unit_assert_whole(inbox, &e);
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    assert_int_equal(inbox->kv->generation, 2);
    unit_assert_whole(inbox, &e);
    sk_inbox_close(inbox);
    only_generation(*state);
}

static void a_retired_generation_without_successor_is_damage(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct sk_txn *txn;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    txn = sk_kv_begin(inbox->kv, true);
    sk_lmdb_put(txn, SK_LMDB_OWN, sk_bytes("retired", 7), sk_bytes("\2\0\0\0", 4));
    assert_ok(sk_txn_commit(txn));
    assert_error(sk_inbox_tick(inbox), SK_ERR_CORRUPT);
    assert_error(sk_inbox_tick(inbox), SK_ERR_CORRUPT); /* and stays so, without a crash */
    sk_inbox_close(inbox);
    assert_error(sk_inbox_open(&inbox, *state), SK_ERR_CORRUPT);
    assert_int_equal(access(generation_path(*state, 1), F_OK), 0);
    assert_int_equal(access(generation_path(*state, 2), F_OK), -1);
}

/* ---- in one process ------------------------------------------------------------------------ */

static atomic_bool reading;

static void *read_all_the_time(void *argument)
{
    struct sk_inbox *inbox = argument;
    struct sk_row row = {{0}};
    enum sk_row_state state;
    uintptr_t errors = 0;

    while (atomic_load(&reading)) {
        errors += sk_inbox_rows_find(inbox, &row, 1, &state) != SK_OK;
        errors += sk_inbox_tick(inbox) != SK_OK;
    }
    return (void *)errors;
}

static void readers_of_the_same_process_follow(void **state)
{
    struct unit_envelope e[100];
    pthread_t threads[2];
    void *errors;

    assert_ok(sk_inbox_create(*state, 4 * SMALL_INBOX));
    struct sk_inbox *inbox = start(*state);

    atomic_store(&reading, true);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_all_the_time, inbox), 0);
    }
    for (size_t i = 0; i < 100; i++) {
        unit_envelope_new(&e[i], 1);
        assert_ok(unit_put(inbox, &e[i]));
        if (i % 20 == 19) {
            assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
        }
    }
    atomic_store(&reading, false);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], &errors);
        assert_null(errors);
    }
    for (size_t i = 0; i < 100; i++) {
        unit_assert_whole(inbox, &e[i]);
    }
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(deleted_bytes_are_gone_from_the_file),
        TEST(the_order_of_arrival_is_gone_from_the_file),
        TEST(unfinished_uploads_go_on_across_it),
        TEST(a_gateway_at_work_loses_nothing),
        TEST(death_at_any_step_loses_nothing),
        TEST(leftovers_are_told_from_successors),
        TEST(a_retired_generation_without_successor_is_damage),
        TEST(readers_of_the_same_process_follow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
