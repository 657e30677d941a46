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
    unit_assert_stands(inbox, &u, 0); /* announced, no more */
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

static void put_entry(struct sk_inbox *inbox, enum sk_inbox_table table, struct sk_bytes key)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, true);

    sk_txn_put(txn, table, key, sk_bytes("?", 1));
    assert_ok(sk_txn_commit(txn));
}

static void spoil(struct sk_inbox *inbox, const struct unit_upload *u)
{
    uint8_t key[SK_UPLOAD_KEY];

    sk_upload_key(key, &u->token);
    put_entry(inbox, SK_INBOX_PARTIAL, sk_bytes(key, sizeof key));
}

static void check_counts_uploads_and_finds_broken_ones(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint64_t half = SK_PIECE_BYTES + 5000;
    struct unit_upload u[100];
    uint8_t key[SK_FRAGMENT_KEY];
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
    assert_check(inbox, 3, 3 * half, 0);
    sk_fragment_key(key, &u[0].e.id, 1, 0);
    delete_entry(inbox, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    assert_check(inbox, 3, 3 * half, 1);
    spoil(inbox, &u[1]);
    assert_check(inbox, 2, 2 * half, 2);
    assert_error(sk_upload_find(inbox, &u[1].token, &at), SK_ERR_CORRUPT);
    assert_error(unit_upload_piece(inbox, &u[1], 1, SK_PIECE_BYTES), SK_ERR_CORRUPT);
    u[1].e = u[99].e;
    sk_envelope_id_random(&u[1].e.id);
    assert_ok(unit_upload_open(inbox, &u[1])); /* whoever sends it can begin again */
    assert_ok(unit_upload_to(inbox, &u[1], 10));
    assert_check(inbox, 3, 2 * half + 10, 1);
    assert_ok(unit_upload_drop(inbox, &u[0]));
    assert_check(inbox, 2, half + 10, 0);
    spoil(inbox, &u[2]);
    assert_check(inbox, 1, 10, 1);
    assert_ok(unit_upload_drop(inbox, &u[2])); /* or give it up */
    assert_check(inbox, 1, 10, 0);
    sk_fragment_key(key, &u[1].e.id, 0, 10); /* more than it has */
    put_entry(inbox, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    assert_check(inbox, 1, 10, 0);
    sk_fragment_key(key, &u[1].e.id, 1, 0); /* and a piece */
    put_entry(inbox, SK_INBOX_PIECES, sk_bytes(key, sizeof key));
    assert_check(inbox, 1, 10, 1);
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
    assert_ok(
        sk_kv_space(inbox->kv, false, &believed)); /* without counting, if it takes no second */
    assert_ok(sk_kv_space(inbox->kv, true, &exact));
    assert_true(exact.used >= before.used + 6 * SK_PIECE_BYTES);
    assert_in_range(believed.used, exact.used - 16 * 4096, exact.used + 64 * 4096);
    sk_inbox_close(inbox);
}

/* Entries under its piece, and how long the first is. */
static size_t fragments(struct sk_inbox *inbox, const struct unit_upload *u, uint32_t piece,
                        size_t *first)
{
    struct sk_txn *txn = sk_kv_begin(inbox->kv, false);
    uint8_t name[SK_PIECE_KEY];
    const struct sk_bytes prefix = sk_bytes(name, sizeof name);
    struct sk_bytes key, value;
    size_t n = 0;

    sk_piece_key(name, &u->e.id, piece);
    SK_TXN_EACH(txn, SK_INBOX_PIECES, prefix, key, value)
    {
        *first = n++ == 0 ? value.len : *first;
    }
    sk_txn_abort(txn);
    return n;
}

static void a_byte_more_costs_a_byte_and_not_the_piece_again(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint64_t at = SK_PIECE_BYTES + 100000;
    struct unit_upload u;
    size_t first = 0;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, at));
    for (unsigned i = 0; i < 200; i++) {
        assert_ok(unit_upload_to(inbox, &u, ++at));
        assert_true(fragments(inbox, &u, 1, &first) <=
                    9);                  /* as many as 200 has binary digits, and it */
        assert_int_equal(first, 100000); /* it lies where it lay */
    }
    unit_assert_stands(inbox, &u, at);
    assert_check(inbox, 1, at, 0);
    assert_ok(unit_upload_to(inbox, &u, at + 20000)); /* what is small goes with what is large */
    assert_int_equal(fragments(inbox, &u, 1, &first), 2);
    assert_int_equal(fragments(inbox, &u, 0, &first), 1);
    assert_ok(unit_upload_to(inbox, &u, 2 * SK_PIECE_BYTES)); /* and a full piece is one again */
    assert_int_equal(fragments(inbox, &u, 1, &first), 1);
    assert_int_equal(first, SK_PIECE_BYTES);
    assert_ok(unit_upload_to(inbox, &u, u.length - 1));
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    assert_check(inbox, 0, 0, 0);
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
        TEST(a_byte_more_costs_a_byte_and_not_the_piece_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
