/* What storage/kv.h promises of every engine. Linked with each of them. */
#include "storage/kv.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/storage_unit.h"

#define MIB (UINT64_C(1) << 20)
#define ALL sk_bytes(NULL, 0)

static const char *const TABLES[] = {"one", "two"};
static const struct sk_kv_shape SHAPE = {
    .name = "part", .version = 3, .tables = TABLES, .table_count = 2};

static enum sk_error fill_nothing(struct sk_txn *txn, void *ctx)
{
    (void)ctx;
    return sk_txn_error(txn);
}

static struct sk_kv *new_kv(const char *address, uint64_t size)
{
    struct sk_kv *kv = NULL;

    assert_ok(sk_kv_create(address, &SHAPE, size, fill_nothing, NULL));
    assert_ok(sk_kv_open(&kv, address, &SHAPE, true));
    return kv;
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

static void commit_number(struct sk_kv *kv, size_t table, unsigned i, size_t len)
{
    struct sk_txn *txn = sk_kv_begin(kv, true);

    put_number(txn, table, i, len);
    assert_ok(sk_txn_commit(txn));
}

static uint64_t count(struct sk_kv *kv, size_t table)
{
    struct sk_txn *txn = sk_kv_begin(kv, false);
    uint64_t n = sk_txn_count(txn, table);

    assert_ok(sk_txn_error(txn));
    sk_txn_abort(txn);
    return n;
}

/* ---- entries ----------------------------------------------------------------------------- */

static void puts_gets_and_walks_in_order(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn = sk_kv_begin(kv, true);
    struct sk_bytes key, value;
    unsigned n = 0;

    for (unsigned i = 20; i > 0; i--) {
        put_number(txn, 0, 2 * i, i);
    }
    put_number(txn, 1, 5, 3);
    assert_ok(sk_txn_commit(txn));

    txn = sk_kv_begin(kv, false);
    assert_int_equal(sk_txn_count(txn, 0), 20);
    assert_true(sk_txn_get(txn, 0, sk_bytes("00000008", 8), &value));
    assert_int_equal(value.len, 4);
    assert_false(sk_txn_get(txn, 0, sk_bytes("00000009", 8), &value));
    assert_ok(sk_txn_error(txn)); /* absence is no error */
    assert_error(sk_txn_find(txn, 0, sk_bytes("00000009", 8), &value), SK_ERR_NOT_FOUND);
    key = sk_bytes("00000009", 8);
    assert_true(sk_txn_seek(txn, 0, &key, &value));
    assert_memory_equal(key.p, "00000010", 8);
    assert_true(sk_txn_next(txn, 0, &key, &value));
    assert_memory_equal(key.p, "00000012", 8);
    key = sk_bytes("0000001", 7);
    assert_true(sk_txn_seek(txn, 0, &key, &value)); /* a key of another length */
    assert_memory_equal(key.p, "00000010", 8);
    SK_TXN_EACH(txn, 0, ALL, key, value)
    {
        assert_int_equal(value.len, ++n);
    }
    assert_int_equal(n, 20);
    key = sk_bytes("00000040", 8);
    assert_false(sk_txn_next(txn, 0, &key, &value));
    assert_ok(sk_txn_error(txn));
    sk_txn_abort(txn);
    sk_kv_close(kv);
}

static void a_prefix_is_walked_and_deleted_alone(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    const struct sk_bytes tens = sk_bytes("0000001", 7);
    struct sk_txn *txn = sk_kv_begin(kv, true);
    struct sk_bytes key, value;
    unsigned n = 0;

    for (unsigned i = 0; i < 30; i++) {
        put_number(txn, 0, i, 10);
        put_number(txn, 1, i, 10);
    }
    SK_TXN_EACH(txn, 0, tens, key, value)
    {
        assert_int_equal(value.p[0], 10 + n++);
    }
    assert_int_equal(n, 10);
    assert_int_equal(sk_txn_delete_prefix(txn, 0, tens, 4), 4);
    assert_false(sk_txn_get(txn, 0, sk_bytes("00000013", 8), &value)); /* the first ones */
    assert_true(sk_txn_get(txn, 0, sk_bytes("00000014", 8), &value));
    assert_int_equal(sk_txn_delete_prefix(txn, 0, tens, SIZE_MAX), 6);
    assert_int_equal(sk_txn_delete_prefix(txn, 0, tens, SIZE_MAX), 0);
    assert_int_equal(sk_txn_count(txn, 0), 20);
    assert_int_equal(sk_txn_delete_prefix(txn, 0, ALL, SIZE_MAX), 20);
    assert_int_equal(sk_txn_count(txn, 0), 0);
    assert_int_equal(sk_txn_count(txn, 1), 30);
    put_number(txn, 0, 2, 1); /* rising into an empty table, and then not */
    put_number(txn, 0, 3, 1);
    put_number(txn, 0, 1, 1);
    put_number(txn, 0, 3, 7);
    assert_int_equal(sk_txn_count(txn, 0), 3);
    assert_true(sk_txn_get(txn, 0, sk_bytes("00000003", 8), &value));
    assert_int_equal(value.len, 7);
    sk_txn_delete(txn, 0, sk_bytes("00000009", 8)); /* absent */
    assert_ok(sk_txn_commit(txn));
    sk_kv_close(kv);
}

/* ---- transactions -------------------------------------------------------------------------- */

static void an_aborted_transaction_leaves_nothing(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn = sk_kv_begin(kv, true);

    put_number(txn, 0, 1, 10);
    sk_txn_abort(txn);
    assert_int_equal(count(kv, 0), 0);
    sk_kv_close(kv);
}

static void the_first_error_stays(void **state)
{
    struct sk_kv *kv = new_kv(*state, MIB);
    struct sk_txn *txn = sk_kv_begin(kv, true);
    struct sk_bytes key = ALL, value;

    put_number(txn, 0, 1, 100);
    put_number(txn, 0, 2, 20 * MIB);
    assert_error(sk_txn_error(txn), SK_ERR_FULL);
    put_number(txn, 0, 3, 100);
    assert_int_equal(sk_txn_count(txn, 0), 0);
    assert_false(sk_txn_seek(txn, 0, &key, &value));
    assert_error(sk_txn_find(txn, 0, sk_bytes("00000001", 8), &value), SK_ERR_FULL);
    assert_int_equal(sk_txn_delete_prefix(txn, 0, ALL, SIZE_MAX), 0);
    sk_txn_fail(txn, SK_ERR_CORRUPT); /* too late */
    assert_error(sk_txn_commit(txn), SK_ERR_FULL);
    commit_number(kv, 0, 3, 100); /* the next one works */
    assert_int_equal(count(kv, 0), 1);
    txn = sk_kv_begin(kv, true);
    put_number(txn, 0, 4, 100);
    sk_txn_fail(txn, SK_ERR_CORRUPT);
    assert_error(sk_txn_error(txn), SK_ERR_CORRUPT);
    assert_error(sk_txn_commit(txn), SK_ERR_CORRUPT);
    assert_int_equal(count(kv, 0), 1);
    sk_kv_close(kv);
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_kv_space space;

    commit_number(kv, 0, 1, 5000);
    sk_kv_close(kv);
    kv = NULL;
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, false));
    assert_int_equal(count(kv, 0), 1);
    assert_ok(sk_kv_space(kv, true, &space));
    assert_int_equal(space.size, 4 * MIB);
    sk_kv_close(kv);
}

struct writer {
    struct sk_kv *kv;
    unsigned from;
};

static void *commit_ten(void *argument)
{
    struct writer *w = argument;

    for (unsigned i = 0; i < 10; i++) {
        commit_number(w->kv, 0, w->from + i, 10);
    }
    return NULL;
}

static void a_reader_sees_its_beginning_and_writers_take_turns(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct writer writers[4];
    pthread_t threads[4];
    struct sk_txn *txn;

    commit_number(kv, 0, 1000, 10);
    txn = sk_kv_begin(kv, false);
    for (unsigned i = 0; i < 4; i++) {
        writers[i] = (struct writer){kv, 10 * i};
        assert_int_equal(pthread_create(&threads[i], NULL, commit_ten, &writers[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(sk_txn_count(txn, 0), 1);
    sk_txn_abort(txn);
    assert_int_equal(count(kv, 0), 41);
    sk_kv_close(kv);
}

static void a_commit_that_fails_for_space_changed_nothing(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn;

    commit_number(kv, 0, 1, 10);
    txn = sk_kv_begin(kv, true);
    put_number(txn, 0, 2, 10);
    unit_fault_set(UNIT_ENOSPC_WRITE, 1000);
    assert_error(sk_txn_commit(txn), SK_ERR_FULL);
    unit_fault_set(UNIT_NO_FAULT, 0);
    assert_int_equal(count(kv, 0), 1);
    commit_number(kv, 0, 2, 10);
    sk_kv_close(kv);
}

static void a_commit_that_may_have_failed_says_that_it_does_not_know(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    struct sk_txn *txn;

    commit_number(kv, 0, 1, 10);
    txn = sk_kv_begin(kv, true);
    put_number(txn, 0, 2, 10);
    unit_fault_set(UNIT_EIO_SYNC, 0);
    assert_error(sk_txn_commit(txn), SK_ERR_STORE_UNKNOWN);
    sk_kv_close(kv);
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, true)); /* and whoever opens it anew can look */
    assert_in_range(count(kv, 0), 1, 2);
    sk_kv_close(kv);
}

/* ---- the whole ----------------------------------------------------------------------------- */

static enum sk_error fill_number(struct sk_txn *txn, void *ctx)
{
    const enum sk_error *answer = ctx;

    put_number(txn, 1, 77, 7);
    return *answer;
}

static void is_made_once_and_whole_or_not_at_all(void **state)
{
    static const struct sk_kv_shape newer = {
        .name = "part", .version = 4, .tables = TABLES, .table_count = 2};
    static const struct sk_kv_shape other = {
        .name = "other", .version = 3, .tables = TABLES, .table_count = 2};
    enum sk_error answer = SK_ERR_TOO_LARGE;
    struct sk_kv *kv = NULL;

    assert_error(sk_kv_open(&kv, *state, &SHAPE, true), SK_ERR_NOT_FOUND);
    assert_error(sk_kv_create(*state, &SHAPE, 0, fill_number, &answer), SK_ERR_TOO_LARGE);
    assert_error(sk_kv_open(&kv, *state, &SHAPE, true), SK_ERR_NOT_FOUND);
    answer = SK_OK;
    assert_ok(sk_kv_create(*state, &SHAPE, 0, fill_number, &answer));
    assert_error(sk_kv_create(*state, &SHAPE, 0, fill_number, &answer), SK_ERR_EXISTS);
    assert_error(sk_kv_open(&kv, *state, &newer, true), SK_ERR_CORRUPT);
    assert_error(sk_kv_open(&kv, *state, &other, true), SK_ERR_NOT_FOUND);
    assert_null(kv);
    assert_ok(sk_kv_create(*state, &other, 0, fill_nothing, NULL)); /* a part beside it */
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, false));
    assert_int_equal(count(kv, 1), 1);
    sk_kv_close(kv);
    sk_kv_close(NULL);
}

static enum sk_error change_copy(struct sk_txn *txn, void *ctx)
{
    (void)ctx;
    put_number(txn, 1, 5, 5);
    return sk_txn_error(txn);
}

static void a_copy_is_of_one_moment_with_its_change(void **state)
{
    const char *to = unit_path(*state, "copy");
    struct sk_kv *kv = new_kv(*state, 64 * MIB), *copy = NULL;
    struct sk_txn *txn = sk_kv_begin(kv, true);
    struct sk_bytes value;
    char key[16];

    for (unsigned i = 0; i < 300; i++) {
        put_number(txn, 0, i, 100000);
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_kv_copy(kv, to, change_copy, NULL));
    assert_error(sk_kv_copy(kv, to, NULL, NULL), SK_ERR_EXISTS);
    assert_int_equal(count(kv, 1), 0);
    assert_ok(sk_kv_open(&copy, to, &SHAPE, true));
    assert_ok(sk_kv_reserve(copy));
    assert_int_equal(count(copy, 1), 1);
    txn = sk_kv_begin(copy, false);
    for (unsigned i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "%08u", i);
        assert_true(sk_txn_get(txn, 0, sk_bytes(key, 8), &value));
        assert_int_equal(value.len, 100000);
        assert_int_equal(value.p[99999], i % 251);
    }
    sk_txn_abort(txn);
    sk_kv_close(copy);
    sk_kv_close(kv);
}

static void count_calls(void *ctx, uint64_t done, uint64_t total)
{
    unsigned *calls = ctx;

    assert_true(done <= total);
    (*calls)++;
}

static void after_a_rewrite_everything_goes_on(void **state)
{
    struct sk_kv *kv = new_kv(*state, 4 * MIB);
    unsigned calls = 0;

    commit_number(kv, 0, 1, 10);
    for (unsigned i = 2; i < 5; i++) {
        assert_ok(sk_kv_rewrite(kv, count_calls, &calls));
        commit_number(kv, 0, i, 10);
        assert_ok(sk_kv_tick(kv));
    }
    assert_int_equal(count(kv, 0), 4);
    assert_true(calls > 0);
    sk_kv_close(kv);
    assert_ok(sk_kv_open(&kv, *state, &SHAPE, true));
    assert_int_equal(count(kv, 0), 4);
    sk_kv_close(kv);
}

static void space_follows_what_is_put_and_deleted(void **state)
{
    struct sk_kv *kv = new_kv(*state, 16 * MIB);
    struct sk_kv_space empty, believed, full, after;
    struct sk_txn *txn;

    assert_ok(sk_kv_space(kv, true, &empty));
    txn = sk_kv_begin(kv, true);
    for (unsigned i = 0; i < 64; i++) {
        put_number(txn, 0, i, 30000);
        put_number(txn, 0, i, 64 * 1024); /* instead of it */
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_kv_space(kv, false, &believed));
    assert_ok(sk_kv_space(kv, true, &full));
    assert_in_range(full.used - empty.used, 4 * MIB, 5 * MIB);
    assert_in_range(believed.used, full.used - 16 * 4096, full.used + 16 * 4096);
    assert_in_range(64 * sk_kv_cost(64 * 1024), 4 * MIB, 5 * MIB);
    txn = sk_kv_begin(kv, true);
    assert_int_equal(sk_txn_delete_prefix(txn, 0, sk_bytes("0", 1), SIZE_MAX), 64);
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_kv_space(kv, true, &after));
    assert_true(after.used < empty.used + 100 * 1024);
    sk_kv_close(kv);
}

static void a_lock_has_one_holder(void **state)
{
    struct sk_kv_lock *lock = NULL, *second = NULL, *other = NULL;

    assert_ok(sk_kv_lock(*state, "one", &lock));
    assert_error(sk_kv_lock(*state, "one", &second), SK_ERR_LOCKED);
    assert_null(second);
    assert_ok(sk_kv_lock(*state, "two", &other));
    sk_kv_unlock(lock);
    assert_ok(sk_kv_lock(*state, "one", &second));
    sk_kv_unlock(second);
    sk_kv_unlock(other);
    sk_kv_unlock(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(puts_gets_and_walks_in_order),
        TEST(a_prefix_is_walked_and_deleted_alone),
        TEST(an_aborted_transaction_leaves_nothing),
        TEST(the_first_error_stays),
        TEST(what_was_committed_is_there_after_reopening),
        TEST(a_reader_sees_its_beginning_and_writers_take_turns),
        TEST(a_commit_that_fails_for_space_changed_nothing),
        TEST(a_commit_that_may_have_failed_says_that_it_does_not_know),
        TEST(is_made_once_and_whole_or_not_at_all),
        TEST(a_copy_is_of_one_moment_with_its_change),
        TEST(after_a_rewrite_everything_goes_on),
        TEST(space_follows_what_is_put_and_deleted),
        TEST(a_lock_has_one_holder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
