/* Resumable uploads in rewrites, backups, the check, and how they are counted. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/upload_unit.h"

/* ---- copies ---------------------------------------------------------------------------------- */

static void a_rewrite_in_the_middle_carries_it_over(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, done;

    unit_upload_new(&u, 16);
    unit_upload_new(&done, 1);
    assert_ok(unit_upload_open(inbox, &done));
    assert_ok(unit_upload_to(inbox, &done, done.length));
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    unit_assert_stands(inbox, &u, 0);
    assert_ok(unit_upload_to(inbox, &u, SK_PIECE_BYTES + 5000));
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES + 5000);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    unit_assert_finished(inbox, &done);
    sk_inbox_close(inbox);
}

static void a_backup_has_it_and_can_go_on(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    const char *to = unit_path(*state, "backup");
    struct unit_upload u;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, SK_PIECE_BYTES + 5000));
    assert_ok(sk_inbox_backup(inbox, to));
    sk_inbox_close(inbox);
    inbox = unit_upload_start(to, 0);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES + 5000);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

/* ---- check ----------------------------------------------------------------------------------- */

static void assert_check(struct sk_inbox *inbox, uint64_t uploads, uint64_t bytes, uint64_t broken)
{
    struct sk_inbox_check check;
    uint64_t count, sum;

    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.uploads, uploads);
    assert_int_equal(check.upload_bytes, bytes);
    assert_int_equal(check.broken_uploads, broken);
    if (broken == 0) {
        assert_ok(sk_upload_count(inbox, &count, &sum));
        assert_int_equal(count, uploads);
        assert_int_equal(sum, bytes);
    }
}

static void delete_entry(struct sk_inbox *inbox, enum sk_inbox_table table, struct sk_bytes key)
{
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    sk_txn_delete(txn, table, key);
    assert_ok(sk_txn_commit(txn));
}

static void check_counts_uploads_and_finds_broken_ones(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint64_t half = SK_PIECE_BYTES + 5000;
    struct unit_upload u[100];
    uint8_t key[SK_PIECE_KEY];
    struct unit_envelope e;
    struct sk_upload at;

    unit_envelope_new(&e, 16);
    assert_ok(unit_put_piece(inbox, &e, 0)); /* in the making, but not resumable */
    for (size_t i = 0; i < 100; i++) {
        unit_upload_new(&u[i], 16);
        assert_ok(unit_upload_open(inbox, &u[i]));
    }
    for (size_t i = 0; i < 4; i++) {
        assert_ok(unit_upload_to(inbox, &u[i], half));
    }
    assert_ok(unit_upload_to(inbox, &u[3], u[3].length));
    assert_check(inbox, 99, 3 * half, 0);
    sk_piece_key(key, &u[0].e.id, 1);
    delete_entry(inbox, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    assert_check(inbox, 99, 3 * half, 1);
    sk_piece_key(key, &u[1].e.id, 0);
    delete_entry(inbox, SK_INBOX_PARTIAL, sk_bytes(u[1].e.id.b, 16));
    assert_check(inbox, 98, 2 * half, 2);
    assert_error(sk_upload_find(inbox, &u[1].token, &at), SK_ERR_CORRUPT);
    assert_error(unit_upload_piece(inbox, &u[1], 1, SK_PIECE_BYTES), SK_ERR_CORRUPT);
    u[1].e = u[99].e;
    sk_envelope_id_random(&u[1].e.id);
    assert_ok(unit_upload_open(inbox, &u[1])); /* whoever sends it can begin again */
    assert_check(inbox, 99, 2 * half, 1);
    assert_ok(unit_upload_drop(inbox, &u[0]));
    assert_check(inbox, 98, half, 0);
    delete_entry(inbox, SK_INBOX_PARTIAL, sk_bytes(u[2].e.id.b, 16));
    assert_check(inbox, 97, 0, 1);
    assert_ok(unit_upload_drop(inbox, &u[2])); /* or give it up */
    assert_check(inbox, 97, 0, 0);
    sk_inbox_close(inbox);
}

/* ---- space ----------------------------------------------------------------------------------- */

static void a_tail_stored_anew_is_counted_once(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 64 * SMALL_INBOX);
    struct unit_upload u;
    struct sk_kv_space believed, exact, before;

    unit_upload_new(&u, 64);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(sk_kv_space(inbox->kv, true, &before));
    for (uint64_t offset = 5000; offset < 7 * SK_PIECE_BYTES; offset += 20000) {
        assert_ok(unit_upload_to(inbox, &u, offset));
    }
    assert_ok(sk_kv_space(inbox->kv, false, &believed)); /* without counting, if it takes no second */
    assert_ok(sk_kv_space(inbox->kv, true, &exact));
    assert_true(exact.used >= before.used + 6 * SK_PIECE_BYTES);
    assert_in_range(believed.used, exact.used - 16 * 4096, exact.used + 64 * 4096);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_rewrite_in_the_middle_carries_it_over),
        TEST(a_backup_has_it_and_can_go_on),
        TEST(check_counts_uploads_and_finds_broken_ones),
        TEST(a_tail_stored_anew_is_counted_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
