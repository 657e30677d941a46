/* Resumable uploads on the disk: what it gives away, rewrite, backup, old inboxes, check, space. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/class.h"
#include "tests/unit/upload_unit.h"

static const char *file_of(const char *folder, struct sk_inbox *inbox)
{
    char name[32];

    snprintf(name, sizeof name, "inbox/%08u.mdb", (unsigned)inbox->generation);
    return unit_path(folder, name);
}

/* The record as it lies on the disk, found as FORMAT 8 says. */
static size_t read_record(struct sk_inbox *inbox, const struct unit_upload *u, uint8_t out[64])
{
    struct sk_bytes value = {NULL, 0};
    struct sk_txn *txn;
    uint8_t key[32];

    sk_derive(key, NULL, "upload-id", u->token.b, 16);
    assert_ok(sk_inbox_begin(inbox, false, &txn));
    assert_true(sk_txn_get(txn, SK_INBOX_UPLOADS, sk_bytes(key, 16), &value));
    assert_true(value.len <= 64);
    memcpy(out, value.p, value.len);
    sk_inbox_abort(inbox, txn);
    return value.len;
}

/* ---- what it gives away -------------------------------------------------------------------- */

static void the_row_is_sealed_as_the_format_says(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint8_t record[64], padded[32] = {0}, key[32], row[16], nonce[12] = {0};
    unsigned long long len = 0;
    struct unit_upload u;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_int_equal(read_record(inbox, &u, record), 12 + 16 + 32);
    assert_int_equal(sk_get_u64(record), u.length);
    assert_memory_equal(record + 12, u.e.id.b, 16);
    memcpy(padded, u.token.b, 16);
    sk_derive(key, padded, "upload-row", u.e.id.b, 16);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(row, &len, NULL, record + 28, 32,
                                                               NULL, 0, nonce, key),
                     0);
    assert_int_equal(len, 16);
    assert_memory_equal(row, u.e.row.b, 16);
    sk_inbox_close(inbox);
}

static void under_way_the_disk_holds_neither_token_nor_row(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    const char *file = file_of(*state, inbox);
    struct unit_upload u;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 1000));
    assert_ok(unit_upload_to(inbox, &u, u.length - 1));
    assert_false(unit_is_in_file(file, u.token.b, 16));
    assert_false(unit_is_in_file(file, u.e.row.b, 16));
    assert_true(unit_is_in_file(file, u.e.id.b, 16)); /* it would be found, were it there */
    sk_inbox_close(inbox);
    assert_false(unit_is_in_file(file, u.token.b, 16));
    assert_false(unit_is_in_file(file, u.e.row.b, 16));
}

static void after_it_and_a_rewrite_nothing_links(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint8_t before[64], after[64];
    struct unit_upload u;

    unit_upload_new(&u, 1);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 1000));
    assert_int_equal(read_record(inbox, &u, before), 60);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    assert_int_equal(read_record(inbox, &u, after), 12); /* length and last day */
    assert_memory_equal(after, before, 12);
    assert_true(unit_is_in_file(file_of(*state, inbox), before + 28, 32));
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    const char *file = file_of(*state, inbox);

    assert_false(unit_is_in_file(file, before + 28, 32));
    assert_false(unit_is_in_file(file, u.token.b, 16));
    assert_int_equal(unit_count_in_file(file, u.e.id.b, 16, NULL), 2); /* itself and its piece */
    assert_int_equal(unit_count_in_file(file, u.e.row.b, 16, NULL), 0); /* until it is published */
    unit_assert_finished(inbox, &u);
    unit_publish(inbox);
    unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
}

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

/* As sk_inbox_create made them before there were uploads. */
static void make_old_inbox(const char *folder, const struct unit_envelope *e)
{
    uint64_t size = 8 * SMALL_INBOX;
    struct sk_engine *engine = NULL;
    struct sk_inbox *inbox;
    uint8_t meta[20];

    inbox = unit_upload_start(folder, size);
    sk_inbox_close(inbox);
    const char *path = unit_path(folder, "inbox/00000001.mdb");

    assert_int_equal(remove(path), 0);
    assert_ok(sk_engine_open(&engine, path, size + SK_INBOX_RESERVE, true, true, sk_inbox_tables,
                             SK_INBOX_FIRST_TABLES));
    struct sk_txn *txn = sk_txn_begin(engine, true);

    memcpy(meta, "SKINBOX1", 8);
    sk_put_u32(meta + 8, 1);
    sk_put_u64(meta + 12, size);
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("inbox", 5), sk_bytes(meta, sizeof meta));
    sk_txn_put(txn, SK_INBOX_META, sk_bytes("name", 4), sk_bytes(meta, SK_INBOX_NAME));
    sk_txn_put(txn, SK_INBOX_ROWS, sk_bytes(e->row.b, 16), sk_bytes("\0\0\1", 3));
    assert_ok(sk_txn_commit(txn));
    sk_engine_close(engine);
}

static void an_inbox_of_before_gets_the_table(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct unit_upload u;

    unit_upload_new(&u, 16);
    u.day = 0;
    make_old_inbox(*state, &u.e);
    assert_ok(sk_inbox_open(&inbox, *state)); /* the store program, which starts no writer */
    assert_int_equal(unit_entries(inbox, SK_INBOX_UPLOADS), 0);
    unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

/* ---- check
 * --------------------------------------------------------------------------------------- */

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

    assert_ok(sk_inbox_begin(inbox, true, &txn));
    sk_txn_delete(txn, table, key);
    assert_ok(sk_inbox_commit(inbox, txn));
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

/* ---- space
 * ----------------------------------------------------------------------------------------- */

static void a_tail_stored_anew_is_counted_once(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 64 * SMALL_INBOX);
    struct unit_upload u;
    uint64_t used, exact, before;

    unit_upload_new(&u, 64);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(sk_ledger_used(inbox, true, &before));
    for (uint64_t offset = 5000; offset < 7 * SK_PIECE_BYTES; offset += 20000) {
        assert_ok(unit_upload_to(inbox, &u, offset));
    }
    pthread_mutex_lock(&inbox->ledger.lock); /* what it believes without counting */
    used = inbox->ledger.used + inbox->ledger.added;
    pthread_mutex_unlock(&inbox->ledger.lock);
    assert_ok(sk_ledger_used(inbox, true, &exact));
    assert_true(exact >= before + 6 * SK_PIECE_BYTES);
    assert_in_range(used, exact - 16 * 4096, exact + 64 * 4096);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_row_is_sealed_as_the_format_says),
        TEST(under_way_the_disk_holds_neither_token_nor_row),
        TEST(after_it_and_a_rewrite_nothing_links),
        TEST(a_rewrite_in_the_middle_carries_it_over),
        TEST(a_backup_has_it_and_can_go_on),
        TEST(an_inbox_of_before_gets_the_table),
        TEST(check_counts_uploads_and_finds_broken_ones),
        TEST(a_tail_stored_anew_is_counted_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
