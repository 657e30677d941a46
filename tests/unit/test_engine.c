#include "storage/engine.h"

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

static struct sk_engine *open_engine(const char *path, uint64_t size)
{
    struct sk_engine *engine = NULL;

    assert_ok(sk_engine_open(&engine, path, size, false, true, TABLES, 2));
    return engine;
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

static void puts_gets_and_walks_in_order(void **state)
{
    struct sk_engine *engine = open_engine(unit_path(*state, "e.mdb"), 4 * MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);
    struct sk_bytes key, value;

    for (unsigned i = 20; i > 0; i--) {
        put_number(txn, 0, 2 * i, i);
    }
    put_number(txn, 1, 5, 3);
    assert_ok(sk_txn_commit(txn));

    txn = sk_txn_begin(engine, false);
    assert_int_equal(sk_txn_count(txn, 0), 20);
    assert_true(sk_txn_get(txn, 0, sk_bytes("00000008", 8), &value));
    assert_int_equal(value.len, 4);
    assert_false(sk_txn_get(txn, 0, sk_bytes("00000009", 8), &value));
    assert_ok(sk_txn_error(txn)); /* absence is no error */
    key = sk_bytes("00000009", 8);
    assert_true(sk_txn_seek(txn, 0, &key, &value));
    assert_memory_equal(key.p, "00000010", 8);
    assert_true(sk_txn_next(txn, 0, &key, &value));
    assert_memory_equal(key.p, "00000012", 8);
    key = sk_bytes(NULL, 0);
    unsigned n = 0;

    for (bool more = sk_txn_seek(txn, 0, &key, &value); more;
         more = sk_txn_next(txn, 0, &key, &value)) {
        assert_int_equal(value.len, ++n);
    }
    assert_int_equal(n, 20);
    assert_ok(sk_txn_error(txn));
    sk_txn_abort(txn);
    sk_engine_close(engine);
}

static void an_aborted_transaction_leaves_nothing(void **state)
{
    struct sk_engine *engine = open_engine(unit_path(*state, "e.mdb"), 4 * MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);
    struct sk_bytes value;

    put_number(txn, 0, 1, 10);
    sk_txn_abort(txn);
    txn = sk_txn_begin(engine, false);
    assert_false(sk_txn_get(txn, 0, sk_bytes("00000001", 8), &value));
    sk_txn_abort(txn);
    sk_engine_close(engine);
}

static void the_first_error_stays(void **state)
{
    struct sk_engine *engine = open_engine(unit_path(*state, "e.mdb"), MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);

    put_number(txn, 0, 1, 100);
    put_number(txn, 0, 2, 2 * MIB);
    assert_error(sk_txn_error(txn), SK_ERR_FULL);
    put_number(txn, 0, 3, 100);
    assert_error(sk_txn_commit(txn), SK_ERR_FULL);
    txn = sk_txn_begin(engine, true); /* the next one works */
    assert_int_equal(sk_txn_count(txn, 0), 0);
    put_number(txn, 0, 3, 100);
    assert_ok(sk_txn_commit(txn));
    sk_engine_close(engine);
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    const char *path = unit_path(*state, "e.mdb");
    struct sk_engine *engine = open_engine(path, 4 * MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);
    struct stat st;

    put_number(txn, 0, 1, 5000);
    assert_ok(sk_txn_commit(txn));
    sk_engine_close(engine);
    assert_ok(sk_engine_open(&engine, path, 0, false, false, TABLES, 2));
    assert_int_equal(sk_engine_size(engine), 4 * MIB);
    txn = sk_txn_begin(engine, false);
    assert_int_equal(sk_txn_count(txn, 0), 1);
    sk_txn_abort(txn);
    sk_engine_close(engine);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void refuses_what_is_no_whole_store(void **state)
{
    const char *path = unit_path(*state, "e.mdb");
    struct sk_engine *engine = NULL;

    assert_error(sk_engine_open(&engine, path, 0, false, false, TABLES, 2), SK_ERR_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    engine = open_engine(path, 4 * MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);

    put_number(txn, 0, 1, MIB);
    assert_ok(sk_txn_commit(txn));
    sk_engine_close(engine);
    engine = NULL;
    assert_error(sk_engine_open(&engine, path, 0, false, true, OTHER_TABLES, 2), SK_ERR_CORRUPT);
    assert_int_equal(truncate(path, MIB / 2), 0);
    assert_error(sk_engine_open(&engine, path, 0, false, true, TABLES, 2), SK_ERR_CORRUPT);
    assert_int_equal(truncate(path, 0), 0);
    assert_error(sk_engine_open(&engine, path, 0, false, true, TABLES, 2), SK_ERR_CORRUPT);
    assert_null(engine);
}

static void preallocates_the_whole_map(void **state)
{
    const char *path = unit_path(*state, "e.mdb");
    struct sk_engine *engine = NULL;
    struct stat st;

    assert_ok(sk_engine_open(&engine, path, 4 * MIB, true, true, TABLES, 2));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 4 * MIB);
    assert_true((uint64_t)st.st_blocks * 512 >= 4 * MIB);
    sk_engine_close(engine);
}

static void counts_the_pages_in_use(void **state)
{
    struct sk_engine *engine = open_engine(unit_path(*state, "e.mdb"), 16 * MIB);
    uint64_t empty, full, after;

    assert_ok(sk_engine_used(engine, &empty));
    struct sk_txn *txn = sk_txn_begin(engine, true);

    for (unsigned i = 0; i < 64; i++) {
        put_number(txn, 0, i, 64 * 1024);
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_engine_used(engine, &full));
    assert_in_range(full - empty, 4 * MIB, 5 * MIB);
    txn = sk_txn_begin(engine, true);
    for (unsigned i = 0; i < 64; i++) {
        delete_number(txn, 0, i);
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_engine_used(engine, &after));
    assert_true(after < empty + 100 * 1024);
    sk_engine_close(engine);
}

/* Committed one by one, in falling order, as a gateway's rows would come in any order. */
static void fill_backwards(struct sk_engine *engine)
{
    for (unsigned i = 50; i > 0; i--) {
        struct sk_txn *txn = sk_txn_begin(engine, true);

        put_number(txn, 0, i, 20);
        assert_ok(sk_txn_commit(txn));
    }
    struct sk_txn *txn = sk_txn_begin(engine, true);

    delete_number(txn, 0, 25);
    assert_ok(sk_txn_commit(txn));
}

static void copy(struct sk_engine *from, const char *path)
{
    struct sk_engine *to = open_engine(path, 4 * MIB);
    struct sk_txn *txn = sk_txn_begin(from, false);

    assert_ok(sk_txn_copy(txn, to, 2, NULL, NULL));
    sk_txn_abort(txn);
    txn = sk_txn_begin(to, false);
    assert_int_equal(sk_txn_count(txn, 0), 49);
    sk_txn_abort(txn);
    sk_engine_close(to);
}

static void a_copy_keeps_neither_deleted_bytes_nor_the_order_of_arrival(void **state)
{
    const char *path = unit_path(*state, "e.mdb"), *copied = unit_path(*state, "copy.mdb");
    struct sk_engine *engine = open_engine(path, 4 * MIB);
    size_t last = SIZE_MAX, at = 0;
    char key[16];

    fill_backwards(engine);
    copy(engine, copied);
    sk_engine_close(engine);
    assert_true(unit_count_in_file(path, "00000025", 8, NULL) > 0);
    assert_int_equal(unit_count_in_file(copied, "00000025", 8, NULL), 0);
    for (unsigned i = 1; i <= 50; i++) {
        snprintf(key, sizeof key, "%08u", i);
        if (i == 25) {
            continue;
        }
        assert_int_equal(unit_count_in_file(copied, key, 8, &at), 1);
        assert_true(at < last); /* a page fills from its end: key order is file order */
        last = at;
    }
}

static void a_copy_of_many_groups_is_whole(void **state)
{
    struct sk_engine *engine = open_engine(unit_path(*state, "e.mdb"), 64 * MIB);
    struct sk_engine *to = open_engine(unit_path(*state, "copy.mdb"), 64 * MIB);
    struct sk_txn *txn = sk_txn_begin(engine, true);
    struct sk_bytes value;
    char key[16];

    for (unsigned i = 0; i < 300; i++) {
        put_number(txn, i % 2, i, 100000);
    }
    assert_ok(sk_txn_commit(txn));
    txn = sk_txn_begin(engine, false);
    assert_ok(sk_txn_copy(txn, to, 2, NULL, NULL));
    sk_txn_abort(txn);
    txn = sk_txn_begin(to, false);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "%08u", i);
        assert_true(sk_txn_get(txn, i % 2, sk_bytes(key, 8), &value));
        assert_int_equal(value.len, 100000);
        assert_int_equal(value.p[99999], i % 251);
    }
    sk_txn_abort(txn);
    sk_engine_close(engine);
    sk_engine_close(to);
}

static void a_second_process_sees_what_the_first_commits(void **state)
{
    const char *path = unit_path(*state, "e.mdb");
    int status;

    sk_engine_close(open_engine(path, 4 * MIB));
    pid_t child = fork();

    if (child == 0) {
        struct sk_engine *engine = NULL;
        enum sk_error e = sk_engine_open(&engine, path, 0, false, true, TABLES, 2);

        if (e == SK_OK) {
            struct sk_txn *txn = sk_txn_begin(engine, true);

            put_number(txn, 0, 7, 7);
            e = sk_txn_commit(txn);
        }
        _exit(e == SK_OK ? 0 : 1);
    }
    struct sk_engine *engine = open_engine(path, 0);

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct sk_txn *txn = sk_txn_begin(engine, false);

    assert_int_equal(sk_txn_count(txn, 0), 1);
    sk_txn_abort(txn);
    sk_engine_close(engine);
}

static void assert_all_on_disk(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size >= 512 * 64);
    assert_true(st.st_blocks * 512 >= st.st_size);
}

/* LMDB writes to this file through a map: a block that is not there when the disk is full is SIGBUS. */
static void the_lock_file_has_its_blocks(void **state)
{
    const char *path = unit_path(*state, "e.mdb"), *lock = unit_path(*state, "e.mdb-lock");
    struct sk_engine *engine = open_engine(path, 4 * MIB);
    struct sk_txn *txn;

    assert_all_on_disk(lock);
    sk_engine_close(engine);
    assert_int_equal(truncate(lock, 0), 0); /* as LMDB leaves it: stretched, with holes */
    assert_int_equal(truncate(lock, 513 * 64 + 64), 0);
    engine = NULL;
    assert_ok(sk_engine_open(&engine, path, 0, false, false, TABLES, 2));
    assert_all_on_disk(lock);
    txn = sk_txn_begin(engine, false);
    assert_ok(sk_txn_error(txn));
    sk_txn_abort(txn);
    sk_engine_close(engine);
}

static void a_full_disk_is_said_before_the_lock_file_is_mapped(void **state)
{
    const char *path = unit_path(*state, "e.mdb");
    struct sk_engine *engine = open_engine(path, 4 * MIB);

    sk_engine_close(engine);
    engine = NULL;
    for (int writable = 0; writable < 2; writable++) {
        unit_fault_set(UNIT_ENOSPC_ALLOCATE, 0);
        assert_error(sk_engine_open(&engine, path, 0, false, writable, TABLES, 2), SK_ERR_FULL);
        assert_null(engine);
    }
    assert_ok(sk_engine_open(&engine, path, 0, false, true, TABLES, 2));
    sk_engine_close(engine);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(puts_gets_and_walks_in_order),
        TEST(an_aborted_transaction_leaves_nothing),
        TEST(the_first_error_stays),
        TEST(what_was_committed_is_there_after_reopening),
        TEST(refuses_what_is_no_whole_store),
        TEST(preallocates_the_whole_map),
        TEST(counts_the_pages_in_use),
        TEST(a_copy_keeps_neither_deleted_bytes_nor_the_order_of_arrival),
        TEST(a_copy_of_many_groups_is_whole),
        TEST(a_second_process_sees_what_the_first_commits),
        TEST(the_lock_file_has_its_blocks),
        TEST(a_full_disk_is_said_before_the_lock_file_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
