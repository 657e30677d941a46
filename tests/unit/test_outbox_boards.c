#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "storage/outbox_tables.h"
#include "tests/unit/outbox_unit.h"

/* ---- boards -------------------------------------------------------------------------------- */

static void assert_serves(struct sk_outbox *outbox, const struct unit_org *org, uint64_t counter,
                          const char *path)
{
    uint8_t *file, part[5000];
    size_t len, got;

    assert_ok(sk_file_read(path, SIZE_MAX / 2, &file, &len));
    for (size_t at = 0; at < len; at += got) {
        assert_ok(sk_outbox_read_board(outbox, &org->pin, counter, at, part, sizeof part, &got));
        assert_int_equal(got, len - at < sizeof part ? len - at : sizeof part);
        assert_memory_equal(part, file + at, got);
    }
    assert_ok(sk_outbox_read_board(outbox, &org->pin, counter, len, part, 10, &got));
    assert_int_equal(got, 0);
    assert_ok(sk_outbox_read_board(outbox, &org->pin, counter, UINT64_MAX, part, 10, &got));
    assert_int_equal(got, 0);
    free(file);
}

static void boards_follow_each_other(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org;
    uint8_t byte[1];
    size_t got;

    unit_org_new(&org);
    org.counter = 41; /* a first board is accepted wherever its chain stands */
    randombytes_buf(org.last_board.b, 32);
    assert_error(unit_import_board(outbox, *state, &org, "b1", 3, 0), SK_ERR_NOT_FOUND);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 3, 0));
    assert_error(unit_import_file(outbox, unit_path(*state, "b1")), SK_ERR_BOARD_COUNTER);
    assert_ok(unit_import_board(outbox, *state, &org, "b2", 200, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_true(all[0].has_board);
    assert_int_equal(all[0].board.counter, 43);
    free(all);
    assert_serves(outbox, &org, 43, unit_path(*state, "b2"));
    assert_serves(outbox, &org, 42, unit_path(*state, "b1")); /* for whoever is reading it */
    struct unit_org fork = org;

    fork.counter = 44;
    assert_ok(unit_import_board(outbox, *state, &fork, "gap", 1, 0)); /* counters may skip */
    assert_error(sk_outbox_read_board(outbox, &org.pin, 42, 0, byte, 1, &got), SK_ERR_NOT_FOUND);
    assert_serves(outbox, &org, 43, unit_path(*state, "b2"));
    org.counter = 50; /* goes on from b2, past what was accepted since: each holds everything */
    assert_ok(unit_import_board(outbox, *state, &org, "astray", 1, 0));
    assert_serves(outbox, &org, 51, unit_path(*state, "astray"));
    assert_serves(outbox, &fork, 45, unit_path(*state, "gap"));
    sk_outbox_close(outbox);
}

/* Imports `name` with one byte changed, or with another length. */
static enum sk_error import_changed(struct sk_outbox *outbox, const char *folder, const char *name,
                                    size_t at, long grow)
{
    uint8_t *bytes;
    size_t len;
    FILE *file = fopen(unit_path(folder, "changed"), "w");

    assert_non_null(file);
    assert_ok(sk_file_read(unit_path(folder, name), SIZE_MAX / 2, &bytes, &len));
    if (at < len) {
        bytes[at] ^= 1;
    }
    size_t n = grow < 0 ? len - (size_t)-grow : len;

    assert_int_equal(fwrite(bytes, 1, n, file), n);
    for (long i = 0; i < grow; i++) {
        fputc(0, file);
    }
    fclose(file);
    free(bytes);
    return unit_import_file(outbox, unit_path(folder, "changed"));
}

static void a_damaged_board_changes_nothing(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_digest digest;
    struct unit_org org;
    uint64_t v, boards, broken;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 3, 0));
    unit_board_make(&org, unit_path(*state, "b2"), 100, 0, &digest);
    v = unit_outbox_version(outbox);
    assert_error(import_changed(outbox, *state, "b2", 0, 0), SK_ERR_BOARD_MAGIC);
    assert_error(import_changed(outbox, *state, "b2", 10, 0), SK_ERR_BOARD_RESERVED);
    assert_error(import_changed(outbox, *state, "b2", 20, 0), SK_ERR_BOARD_SIGNATURE);
    assert_error(import_changed(outbox, *state, "b2", 32, 0), SK_ERR_NOT_FOUND);
    assert_error(import_changed(outbox, *state, "b2", 60000, 0), SK_ERR_BOARD_BUCKET);
    assert_error(import_changed(outbox, *state, "b2", SIZE_MAX, 1), SK_ERR_BOARD_LENGTH);
    assert_error(import_changed(outbox, *state, "b2", SIZE_MAX, -1), SK_ERR_BOARD_LENGTH);
    assert_int_equal(truncate(unit_path(*state, "changed"), 50), 0);
    assert_error(unit_import_file(outbox, unit_path(*state, "changed")), SK_ERR_BOARD_LENGTH);
    assert_error(unit_import_file(outbox, unit_path(*state, "nothing")), SK_ERR_IO);
    assert_error(unit_import_file(outbox, *state), SK_ERR_IO);
    assert_int_equal(unit_outbox_version(outbox), v);
    assert_serves(outbox, &org, 1, unit_path(*state, "b1"));
    assert_ok(sk_outbox_check_boards(outbox, &boards, &broken));
    assert_int_equal(boards, 1);
    assert_int_equal(broken, 0);
    assert_ok(unit_import_file(outbox, unit_path(*state, "b2")));
    sk_outbox_close(outbox);
}

static void a_board_outlives_the_sheet_it_was_signed_under(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org;
    uint64_t boards, broken;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 3, 0));
    crypto_sign_keypair(org.desk_pk.b, org.desk.b); /* a new desk key, by a new sheet */
    assert_ok(unit_import_sheet(outbox, &org, NULL, 2, 4));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].board.counter, 1);
    free(all);
    assert_ok(sk_outbox_check_boards(outbox, &boards, &broken));
    assert_int_equal(broken, 0);
    org.serial = 1; /* made under the older sheet: the desk key is what counts */
    assert_ok(unit_import_board(outbox, *state, &org, "b2", 3, 0));
    sk_outbox_close(outbox);
}

/* Boards are accepted over a gap; which ones never came is kept. */
static void gaps_are_recorded(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org, other;

    unit_org_new(&org);
    org.counter = 6; /* the first that is taken leaves none behind it */
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b7", 1, 0));
    assert_ok(unit_import_board(outbox, *state, &org, "b8", 1, 0));
    org.counter = 11; /* 9 to 11 were spent and never made: 12 still names 8 */
    assert_ok(unit_import_board(outbox, *state, &org, "b12", 1, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].gaps.missing, 0);
    free(all);
    other = org;
    org.counter = 15;
    org.last_board.b[0] ^= 1;
    assert_ok(unit_import_board(outbox, *state, &org, "b16", 1, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].gaps.missing, 3);
    assert_int_equal(all[0].gaps.first, 13);
    assert_int_equal(all[0].gaps.last, 15);
    free(all);
    other.counter = 16; /* the next number, but after another 16 than ours */
    assert_ok(unit_import_board(outbox, *state, &other, "b17", 1, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_int_equal(all[0].gaps.missing, 4);
    assert_int_equal(all[0].gaps.first, 16);
    assert_int_equal(all[0].gaps.last, 16);
    free(all);
    org.counter = UINT64_MAX - 1; /* the sum of what is missing stays at its end */
    assert_ok(unit_import_board(outbox, *state, &org, "last", 1, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    assert_true(all[0].gaps.missing > UINT64_MAX - 20);
    assert_true(all[0].gaps.last == UINT64_MAX - 1);
    free(all);
    sk_outbox_close(outbox);
}

static void buckets_are_read_one_by_one(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct sk_organisation *all;
    struct unit_org org;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 500, 0));
    assert_int_equal(unit_organisations(outbox, &all), 1);
    size_t len = sk_board_bucket_length(&all[0].board);
    uint8_t *bucket = malloc(len);
    unsigned count = 1u << all[0].board.bucket_bits;

    assert_non_null(bucket);
    for (unsigned i = 0; i < count; i++) {
        assert_ok(sk_outbox_read_bucket(outbox, &org.pin, 1, i, bucket, len));
        assert_ok(sk_board_bucket_check(&all[0].board, i, bucket, len));
    }
    assert_error(sk_outbox_read_bucket(outbox, &org.pin, 1, count, bucket, len), SK_ERR_USAGE);
    assert_error(sk_outbox_read_bucket(outbox, &org.pin, 1, 0, bucket, len - 1), SK_ERR_USAGE);
    assert_error(sk_outbox_read_bucket(outbox, &org.pin, 2, 0, bucket, len), SK_ERR_NOT_FOUND);
    free(bucket);
    free(all);
    sk_outbox_close(outbox);
}

static void check_finds_a_broken_bucket(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    struct unit_org org;
    uint8_t key[SK_BUCKET_KEY];
    uint64_t boards, broken;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 3, 0));
    assert_ok(unit_import_board(outbox, *state, &org, "b2", 3, 0));
    struct sk_txn *txn = sk_kv_begin(outbox->kv, true);

    sk_bucket_key(key, &org.pin, 1, 0);
    sk_txn_put(txn, SK_OUTBOX_BUCKETS, sk_bytes(key, sizeof key), sk_bytes("x", 1));
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_outbox_check_boards(outbox, &boards, &broken));
    assert_int_equal(boards, 2);
    assert_int_equal(broken, 1);
    sk_outbox_close(outbox);
}

static void a_backup_is_an_outbox(void **state)
{
    struct sk_outbox *outbox = unit_outbox_new(*state);
    const char *to = unit_path(*state, "backup");
    struct unit_org org;

    unit_org_new(&org);
    assert_ok(unit_import_sheet(outbox, &org, "One", 1, 4));
    assert_ok(unit_import_board(outbox, *state, &org, "b1", 40, 0));
    assert_ok(sk_outbox_backup(outbox, to, 20000));
    assert_error(sk_outbox_backup(outbox, to, 20000), SK_ERR_EXISTS);
    sk_outbox_close(outbox);
    assert_ok(sk_outbox_open(&outbox, to, false));
    assert_serves(outbox, &org, 1, unit_path(*state, "b1"));
    assert_ok(sk_outbox_tick(outbox));
    assert_error(unit_import_sheet(outbox, &org, NULL, 2, 4), SK_ERR_IO); /* opened for reading */
    sk_outbox_close(outbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(boards_follow_each_other),
        TEST(a_damaged_board_changes_nothing),
        TEST(a_board_outlives_the_sheet_it_was_signed_under),
        TEST(gaps_are_recorded),
        TEST(buckets_are_read_one_by_one),
        TEST(check_finds_a_broken_bucket),
        TEST(a_backup_is_an_outbox),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
