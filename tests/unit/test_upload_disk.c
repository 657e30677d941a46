/* Resumable uploads on the disk: what it gives away, and processes that die. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/base/hash.h"
#include "keys/format/class.h"
#include "storage/kv_lmdb.h"
#include "tests/unit/upload_unit.h"

static const char *file_of(const char *folder, struct sk_inbox *inbox)
{
    char name[32];

    snprintf(name, sizeof name, "inbox/%08u.mdb", (unsigned)inbox->kv->generation);
    return unit_path(folder, name);
}

/* The record as it lies on the disk, found as FORMAT 8 says. */
static size_t read_record(struct sk_inbox *inbox, const struct unit_upload *u,
                          enum sk_inbox_table table, uint8_t out[80])
{
    struct sk_bytes value = {NULL, 0};
    struct sk_txn *txn;
    uint8_t key[32];

    sk_derive(key, NULL, "upload-id", u->token.b, 16);
    txn = sk_kv_begin(inbox->kv, false);
    assert_true(sk_txn_get(txn, table, sk_bytes(key, 16), &value));
    assert_true(value.len <= 80);
    memcpy(out, value.p, value.len);
    sk_txn_abort(txn);
    return value.len;
}

/* ---- what it gives away -------------------------------------------------------------------- */

static void the_row_is_sealed_as_the_format_says(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    uint8_t record[80], padded[32] = {0}, key[32], row[16], nonce[12] = {0};
    unsigned long long len = 0;
    struct unit_upload u;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 77));
    assert_int_equal(read_record(inbox, &u, SK_INBOX_PARTIAL, record), 20 + 16 + 32);
    assert_int_equal(sk_get_u64(record), u.length);
    assert_int_equal(sk_get_u64(record + 12), 77);
    assert_memory_equal(record + 20, u.e.id.b, 16);
    memcpy(padded, u.token.b, 16);
    sk_derive(key, padded, "upload-row", u.e.id.b, 16);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_decrypt(row, &len, NULL, record + 36, 32,
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
    uint8_t before[80], after[80];
    struct unit_upload u;

    unit_upload_new(&u, 1);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 1000));
    assert_int_equal(read_record(inbox, &u, SK_INBOX_PARTIAL, before), 68);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    assert_int_equal(read_record(inbox, &u, SK_INBOX_FINISHED, after), 12);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 0); /* length and last day */
    assert_memory_equal(after, before, 12);
    assert_true(unit_is_in_file(file_of(*state, inbox), before + 36, 32));
    assert_ok(sk_inbox_rewrite(inbox, NULL, NULL));
    const char *file = file_of(*state, inbox);

    assert_false(unit_is_in_file(file, before + 36, 32));
    assert_false(unit_is_in_file(file, u.token.b, 16));
    assert_int_equal(unit_count_in_file(file, u.e.id.b, 16, NULL), 2);  /* itself and its piece */
    assert_int_equal(unit_count_in_file(file, u.e.row.b, 16, NULL), 0); /* until it is published */
    unit_assert_finished(inbox, &u);
    unit_publish(inbox);
    unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
}

/* ---- power cuts ---------------------------------------------------------------------------- */

enum step { OPEN, FIRST, TAIL, NEXT, LAST, DROP, STEPS };

static enum sk_error take(struct sk_inbox *inbox, const struct unit_upload *u, enum step step)
{
    switch (step) {
    case OPEN:
        return unit_upload_open(inbox, u);
    case FIRST:
        return unit_upload_piece(inbox, u, 0, 5000);
    case TAIL:
        return unit_upload_piece(inbox, u, 0, SK_PIECE_BYTES);
    case NEXT:
        return unit_upload_piece(inbox, u, 1, SK_PIECE_BYTES);
    case LAST:
        return unit_upload_piece(inbox, u, 2, (size_t)(u->length - 2 * SK_PIECE_BYTES));
    default:
        return unit_upload_drop(inbox, u);
    }
}

static void assert_at(struct sk_inbox *inbox, const struct unit_upload *u, enum step taken)
{
    static const uint64_t offsets[] = {0, 5000, SK_PIECE_BYTES, 2 * SK_PIECE_BYTES};

    if (taken == LAST) {
        unit_assert_finished(inbox, u);
    } else {
        unit_assert_stands(inbox, u, offsets[taken]);
    }
    unit_publish(inbox);
    if (taken != LAST || unit_kernel_keeps_keys()) {
        unit_assert_row(inbox, u, taken == LAST ? SK_ROW_RECEIVED : SK_ROW_UNKNOWN);
    }
}

/* Tells how far it was acknowledged, until it dies at a call that changes the disk. */
static void send_and_die(const char *folder, const struct unit_upload *u, unsigned call,
                         int pipe_end)
{
    struct sk_inbox *inbox = NULL;

    if (sk_inbox_open(&inbox, folder) != SK_OK ||
        sk_inbox_writer_start(inbox, NULL, NULL) != SK_OK) {
        _exit(1);
    }
    unit_fault_set(UNIT_DIE, call);
    for (unsigned step = OPEN; step < DROP; step++) {
        if (take(inbox, u, (enum step)step) != SK_OK || write(pipe_end, "s", 1) != 1) {
            _exit(2);
        }
    }
    unit_fault_set(UNIT_NO_FAULT, 0);
    sk_inbox_close(inbox);
    _exit(0);
}

static size_t read_all(int pipe_end)
{
    char bytes[STEPS];
    size_t n = 0;

    while (n < sizeof bytes && read(pipe_end, bytes + n, 1) == 1) {
        n++;
    }
    return n;
}

/* Between what was acknowledged and one step more, and in no state between two. */
static void assert_after(struct sk_inbox *inbox, const struct unit_upload *u, size_t acknowledged)
{
    static const uint64_t offsets[] = {0, 5000, SK_PIECE_BYTES, 2 * SK_PIECE_BYTES};
    struct sk_upload at;
    enum sk_error e = sk_upload_find(inbox, &u->token, &at);

    if (e == SK_ERR_NOT_FOUND) { /* to announce one puts nothing on the disk */
        assert_true(acknowledged <= 1);
        assert_ok(unit_upload_open(inbox, u));
        return;
    }
    assert_ok(e);
    if (at.finished) {
        assert_true(acknowledged >= LAST);
        assert_at(inbox, u, LAST);
        return;
    }
    assert_true(acknowledged <= LAST);
    assert_true((acknowledged > 0 && at.offset == offsets[acknowledged - 1]) ||
                (acknowledged < LAST && at.offset == offsets[acknowledged]));
}

static void a_power_cut_anywhere_loses_nothing_acknowledged(void **state)
{
    int status = -1;

    sk_inbox_close(unit_upload_start(*state, 16 * SMALL_INBOX));
    for (unsigned call = 1; status != 0; call++) {
        struct unit_upload u;
        int ends[2];

        assert_in_range(call, 1, 100);
        unit_upload_new(&u, 16);
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();

        if (child == 0) {
            close(ends[0]);
            send_and_die(*state, &u, call, ends[1]);
        }
        close(ends[1]);
        size_t acknowledged = read_all(ends[0]);

        close(ends[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 7 || status == 0));
        struct sk_inbox *inbox = unit_upload_start(*state, 0);

        assert_after(inbox, &u, acknowledged);
        assert_ok(unit_upload_to(inbox, &u, u.length));
        unit_assert_finished(inbox, &u);
        unit_publish(inbox);
        if (unit_kernel_keeps_keys()) {
            unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
        }
        assert_true(status == 0 ? acknowledged == DROP : true);
        sk_inbox_close(inbox);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_row_is_sealed_as_the_format_says),
        TEST(under_way_the_disk_holds_neither_token_nor_row),
        TEST(after_it_and_a_rewrite_nothing_links),
        TEST(a_power_cut_anywhere_loses_nothing_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
