/* The engine on LMDB, where it touches the disk: files, blocks, order, other processes. */
#include "storage/kv_lmdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storage_unit.h"

#define MIB (UINT64_C(1) << 20)

static const char *const TABLES[] = {"one", "two"};
static const char *const OTHER_TABLES[] = {"one", "three"};
static const struct sk_kv_shape SHAPE = {
    .name = "part", .version = 1, .tables = TABLES, .table_count = 2};
static const struct sk_kv_shape OTHER_SHAPE = {
    .name = "part", .version = 1, .tables = OTHER_TABLES, .table_count = 2};

static enum sk_error fill_nothing(struct sk_txn *txn, void *ctx)
{
    (void)ctx;
    return sk_txn_error(txn);
}

static struct sk_kv *open_kv(const char *address)
{
    struct sk_kv *kv = NULL;

    assert_ok(sk_kv_open(&kv, address, &SHAPE, true));
    return kv;
}

static struct sk_kv *new_kv(const char *address, uint64_t size)
{
    assert_ok(sk_kv_create(address, &SHAPE, size, fill_nothing, NULL));
    return open_kv(address);
}

static const char *file_of(const char *address)
{
    return unit_path(address, "part/00000001.mdb");
}

static void put_number(struct sk_txn *txn, size_t table, unsigned i, size_t len)
{
    uint8_t *value = malloc(len);
    char key[16];

    assert_non_null(value);
    memset(value, (int)(i % 251), len);
    snprintf(key, sizeof key, "%08u", i);
    sk_txn_put(txn, table, sk_bytes(key, 8), sk_bytes(value, len));
    free(value);
}

static void delete_number(struct sk_txn *txn, size_t table, unsigned i)
{
    char key[16];

    snprintf(key, sizeof key, "%08u", i);
    sk_txn_delete(txn, table, sk_bytes(key, 8));
}

/* ---- files --------------------------------------------------------------------------------- */

static void a_part_is_a_private_file_with_its_space(void **state)
{
    struct stat st;

    sk_kv_close(new_kv(*state, 4 * MIB));
    assert_int_equal(stat(file_of(*state), &st), 0);
    assert_int_equal(st.st_size, 4 * MIB + SK_LMDB_RESERVE);
    assert_true((uint64_t)st.st_blocks * 512 >= 4 * MIB + SK_LMDB_RESERVE);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(unit_path(*state, "part"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(access(unit_path(*state, "part/00000001.mdb.new"), F_OK), -1);
    assert_int_equal(access(unit_path(*state, "part/00000001.mdb.new-lock"), F_OK), -1);
    sk_kv_close(new_kv(unit_path(*state, "growing"), 0));
    assert_int_equal(stat(file_of(unit_path(*state, "growing")), &st), 0);
    assert_true(st.st_size < 1000000);
    assert_error(sk_kv_create(unit_path(*state, "a/b"), &SHAPE, 0, fill_nothing, NULL),
                 SK_ERR_NOT_FOUND);
}

static void refuses_what_is_no_whole_store(void **state)
{
    const char *path = file_of(*state);
    struct sk_kv *kv = NULL;

    assert_error(sk_kv_open(&kv, *state, &SHAPE, false), SK_ERR_NOT_FOUND);
    assert_error(sk_kv_open(&kv, unit_path(*state, "nowhere"), &SHAPE, true), SK_ERR_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn = sk_kv_begin(kv, true);

    put_number(txn, 0, 1, MIB);
    assert_ok(sk_txn_commit(txn));
    sk_kv_close(kv);
    kv = NULL;
    assert_error(sk_kv_open(&kv, *state, &OTHER_SHAPE, true), SK_ERR_CORRUPT);
    assert_int_equal(truncate(path, MIB / 2), 0);
    assert_error(sk_kv_open(&kv, *state, &SHAPE, true), SK_ERR_CORRUPT);
    assert_int_equal(truncate(path, 0), 0);
    assert_error(sk_kv_open(&kv, *state, &SHAPE, true), SK_ERR_CORRUPT);
    assert_null(kv);
}

static void a_copy_takes_its_space_when_it_is_told_to(void **state)
{
    const char *to = unit_path(*state, "copy");
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct stat st;

    assert_ok(sk_kv_copy(kv, to, NULL, NULL));
    sk_kv_close(kv);
    assert_int_equal(stat(file_of(to), &st), 0);
    assert_true(st.st_size < 1000000);
    kv = open_kv(to);
    assert_ok(sk_kv_reserve(kv));
    sk_kv_close(kv);
    assert_int_equal(stat(file_of(to), &st), 0);
    assert_int_equal(st.st_size, 4 * MIB + SK_LMDB_RESERVE);
    assert_true((uint64_t)st.st_blocks * 512 >= 4 * MIB + SK_LMDB_RESERVE);
}

/* ---- copies -------------------------------------------------------------------------------- */

/* Committed one by one, in falling order, as a gateway's rows would come in any order. */
static void fill_backwards(struct sk_kv *kv)
{
    for (unsigned i = 50; i > 0; i--) {
        struct sk_txn *txn = sk_kv_begin(kv, true);

        put_number(txn, 0, i, 20);
        assert_ok(sk_txn_commit(txn));
    }
    struct sk_txn *txn = sk_kv_begin(kv, true);

    delete_number(txn, 0, 25);
    assert_ok(sk_txn_commit(txn));
}

static void assert_in_key_order(const char *path)
{
    size_t last = SIZE_MAX, at = 0;
    char key[16];

    assert_int_equal(unit_count_in_file(path, "00000025", 8, NULL), 0);
    for (unsigned i = 1; i <= 50; i++) {
        snprintf(key, sizeof key, "%08u", i);
        if (i == 25) {
            continue;
        }
        assert_int_equal(unit_count_in_file(path, key, 8, &at), 1);
        assert_true(at < last); /* a page fills from its end: key order is file order */
        last = at;
    }
}

static void a_copy_keeps_neither_deleted_bytes_nor_the_order_of_arrival(void **state)
{
    const char *to = unit_path(*state, "copy");
    struct sk_kv *kv = new_kv(*state, 4 * MIB);

    fill_backwards(kv);
    assert_ok(sk_kv_copy(kv, to, NULL, NULL));
    assert_true(unit_count_in_file(file_of(*state), "00000025", 8, NULL) > 0);
    assert_in_key_order(file_of(to));
    assert_ok(sk_kv_rewrite(kv, NULL, NULL));
    sk_kv_close(kv);
    assert_in_key_order(unit_path(*state, "part/00000002.mdb"));
    assert_int_equal(access(file_of(*state), F_OK), -1);
}

static void rising_puts_into_an_empty_table_leave_no_gaps(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_kv_space before, after;
    struct sk_txn *txn = sk_kv_begin(kv, true);

    assert_ok(sk_kv_space(kv, true, &before));
    for (unsigned i = 0; i < 10000; i++) {
        put_number(txn, 0, i, 20);
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_kv_space(kv, true, &after));
    /* 8 of a node, 8 of its key, 20 of its value and 2 of its place; half-full pages take twice
     * that */
    assert_in_range(after.used - before.used, 10000 * 38, 10000 * 48);
    sk_kv_close(kv);
}

/* ---- other processes ----------------------------------------------------------------------- */

static void a_second_process_sees_what_the_first_commits(void **state)
{
    struct sk_txn *txn;
    int status;

    sk_kv_close(new_kv(*state, 4 * MIB));
    pid_t child = fork();

    if (child == 0) {
        struct sk_kv *kv = NULL;
        enum sk_error e = sk_kv_open(&kv, *state, &SHAPE, true);

        if (e == SK_OK) {
            txn = sk_kv_begin(kv, true);
            put_number(txn, 0, 7, 7);
            e = sk_txn_commit(txn);
        }
        _exit(e == SK_OK ? 0 : 1);
    }
    struct sk_kv *kv = open_kv(*state);

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    txn = sk_kv_begin(kv, false);
    assert_int_equal(sk_txn_count(txn, 0), 1);
    sk_txn_abort(txn);
    sk_kv_close(kv);
}

static void a_lock_holds_against_another_process_and_goes_with_it(void **state)
{
    struct sk_kv_lock *lock = NULL;
    int status, ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();

    if (child == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 1 && sk_kv_lock(*state, "writer", &lock) == SK_ERR_LOCKED
                  ? 0
                  : 1);
    }
    assert_ok(sk_kv_lock(*state, "writer", &lock));
    assert_int_equal(write(ends[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    sk_kv_unlock(lock);
    child = fork();
    if (child == 0) {
        _exit(sk_kv_lock(*state, "writer", &lock) == SK_OK ? 0 : 1); /* and never unlocks */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_ok(sk_kv_lock(*state, "writer", &lock));
    sk_kv_unlock(lock);
    close(ends[0]);
    close(ends[1]);
}

static void assert_all_on_disk(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size >= 512 * 64);
    assert_true(st.st_blocks * 512 >= st.st_size);
}

/* LMDB writes to this file through a map: a block that is not there when the disk is full is
 * SIGBUS. */
static void the_lock_file_has_its_blocks(void **state)
{
    const char *lock = unit_path(*state, "part/00000001.mdb-lock");
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn;

    assert_all_on_disk(lock);
    sk_kv_close(kv);
    assert_int_equal(truncate(lock, 0), 0); /* as LMDB leaves it: stretched, with holes */
    assert_int_equal(truncate(lock, 513 * 64 + 64), 0);
    kv = NULL;
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, false));
    assert_all_on_disk(lock);
    txn = sk_kv_begin(kv, false);
    assert_ok(sk_txn_error(txn));
    sk_txn_abort(txn);
    sk_kv_close(kv);
}

static void a_full_disk_is_said_before_the_lock_file_is_mapped(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);

    sk_kv_close(kv);
    kv = NULL;
    for (int writable = 0; writable < 2; writable++) {
        unit_fault_set(UNIT_ENOSPC_ALLOCATE, 0);
        assert_error(sk_kv_open(&kv, *state, &SHAPE, writable), SK_ERR_FULL);
        assert_null(kv);
    }
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, true));
    sk_kv_close(kv);
}

/* Opens, writes or reads, and closes again and again. Gives how often that failed. */
static int come_and_go(const char *address, bool writer)
{
    int failed = 0;

    for (unsigned i = 0; i < 3000; i++) {
        struct sk_kv *kv = NULL;
        enum sk_error e = sk_kv_open(&kv, address, &SHAPE, writer);

        if (e == SK_OK) {
            struct sk_txn *txn = sk_kv_begin(kv, writer);

            if (writer) {
                put_number(txn, 0, i % 3, 100);
            }
            e = writer ? sk_txn_commit(txn) : sk_txn_error(txn);
            if (!writer) {
                sk_txn_abort(txn);
            }
            sk_kv_close(kv);
        }
        failed += e == SK_OK ? 0 : 1;
    }
    return failed;
}

/* The last one who closes cleans up in the lock file, just when the next one opens: with two
 * processes one is often the last. */
static void whoever_closes_disturbs_nobody_who_opens(void **state)
{
    const char *address = unit_path(*state, "e");
    int status;

    sk_kv_close(new_kv(address, 0));
    pid_t child = fork();

    if (child == 0) {
        _exit(come_and_go(address, true) > 0 ? 1 : 0);
    }
    assert_int_equal(come_and_go(address, false), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_part_is_a_private_file_with_its_space),
        TEST(refuses_what_is_no_whole_store),
        TEST(a_copy_takes_its_space_when_it_is_told_to),
        TEST(a_copy_keeps_neither_deleted_bytes_nor_the_order_of_arrival),
        TEST(rising_puts_into_an_empty_table_leave_no_gaps),
        TEST(a_second_process_sees_what_the_first_commits),
        TEST(a_lock_holds_against_another_process_and_goes_with_it),
        TEST(whoever_closes_disturbs_nobody_who_opens),
        TEST(the_lock_file_has_its_blocks),
        TEST(a_full_disk_is_said_before_the_lock_file_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
