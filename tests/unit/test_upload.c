/* Resumable uploads: found by their token, going on where they stand, visible when whole. */
#include <stdlib.h>
#include <string.h>

#include "keys/format/class.h"
#include "tests/unit/upload_unit.h"

/* ---- opening ------------------------------------------------------------------------------ */

static void an_upload_is_found_by_its_token(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, other;

    unit_upload_new(&u, 16);
    unit_upload_new(&other, 16);
    other.has_row = false;
    unit_assert_no_upload(inbox, &u);
    assert_ok(unit_upload_open(inbox, &u));
    unit_assert_stands(inbox, &u, 0);
    unit_assert_no_upload(inbox, &other);
    assert_ok(unit_upload_open(inbox, &other));
    unit_assert_stands(inbox, &other, 0);
    sk_inbox_close(inbox);
}

static void opening_again_changes_nothing(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, again;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_piece(inbox, &u, 0, 1000));
    unit_upload_new(&again, 16); /* another id and row */
    again.token = u.token;
    assert_ok(unit_upload_open(inbox, &again));
    unit_assert_stands(inbox, &u, 1000);
    again.length = sk_envelope_length(32);
    assert_error(unit_upload_open(inbox, &again), SK_ERR_EXISTS);
    unit_assert_stands(inbox, &u, 1000);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_publish(inbox);
    unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
    unit_assert_row(inbox, &again, SK_ROW_UNKNOWN);
    assert_error(unit_upload_open(inbox, &again), SK_ERR_EXISTS);
    again.length = u.length;
    assert_ok(unit_upload_open(inbox, &again)); /* it is finished, and stays so */
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

static void only_an_envelope_under_an_id_of_its_own_is_opened(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, v;
    struct unit_envelope e;

    unit_upload_new(&u, 16);
    u.length++;
    assert_error(unit_upload_open(inbox, &u), SK_ERR_USAGE);
    u.length = 0;
    assert_error(unit_upload_open(inbox, &u), SK_ERR_USAGE);
    u.length = UINT64_MAX;
    assert_error(unit_upload_open(inbox, &u), SK_ERR_USAGE);
    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    unit_upload_new(&u, 16);
    unit_upload_new(&v, 16);
    v.e.id = e.id; /* a whole one's */
    assert_error(unit_upload_open(inbox, &v), SK_ERR_STORE_ORDER);
    assert_ok(unit_upload_open(inbox, &u));
    v.e.id = u.e.id; /* another upload's: the first that has a byte has it */
    assert_ok(unit_upload_open(inbox, &v));
    assert_ok(unit_upload_piece(inbox, &u, 0, 1));
    assert_error(unit_upload_piece(inbox, &v, 0, 1), SK_ERR_STORE_ORDER);
    assert_ok(unit_upload_drop(inbox, &v));
    assert_error(unit_upload_open(inbox, &v), SK_ERR_STORE_ORDER);
    unit_assert_no_upload(inbox, &v);
    unit_assert_stands(inbox, &u, 1);
    sk_inbox_close(inbox);
}

/* ---- pieces -------------------------------------------------------------------------------- */

static void refuse(struct sk_inbox *inbox, const struct unit_upload *u, uint32_t piece, size_t len,
                   enum sk_error error, uint64_t offset)
{
    assert_error(unit_upload_piece(inbox, u, piece, len), error);
    unit_assert_stands(inbox, u, offset);
}

static void a_piece_goes_on_where_the_upload_stands(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, wrong;
    size_t last;

    unit_upload_new(&u, 16); /* two full pieces and 964 bytes */
    last = (size_t)(u.length - 2 * SK_PIECE_BYTES);
    assert_ok(unit_upload_open(inbox, &u));
    refuse(inbox, &u, 1, SK_PIECE_BYTES, SK_ERR_STORE_ORDER, 0);
    refuse(inbox, &u, 0, 0, SK_ERR_USAGE, 0);
    refuse(inbox, &u, 0, SK_PIECE_BYTES + 1, SK_ERR_USAGE, 0);
    assert_ok(unit_upload_piece(inbox, &u, 0, 1000));
    refuse(inbox, &u, 0, 1000, SK_ERR_STORE_ORDER, 1000);
    refuse(inbox, &u, 0, 999, SK_ERR_STORE_ORDER, 1000);
    refuse(inbox, &u, 1, 1000, SK_ERR_STORE_ORDER, 1000); /* the one before is not full */
    assert_ok(unit_upload_piece(inbox, &u, 0, 1001));
    unit_assert_stands(inbox, &u, 1001);
    assert_ok(unit_upload_piece(inbox, &u, 0, SK_PIECE_BYTES));
    refuse(inbox, &u, 0, SK_PIECE_BYTES, SK_ERR_STORE_ORDER, SK_PIECE_BYTES);
    refuse(inbox, &u, 2, last, SK_ERR_STORE_ORDER, SK_PIECE_BYTES);
    wrong = u;
    sk_envelope_id_random(&wrong.e.id); /* of an upload dropped meanwhile, or never seen */
    assert_error(unit_upload_piece(inbox, &wrong, 1, SK_PIECE_BYTES), SK_ERR_STORE_ORDER);
    wrong = u;
    wrong.token.b[15] ^= 1;
    assert_error(unit_upload_piece(inbox, &wrong, 1, SK_PIECE_BYTES), SK_ERR_NOT_FOUND);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    assert_ok(unit_upload_piece(inbox, &u, 1, SK_PIECE_BYTES));
    refuse(inbox, &u, 2, last + 1, SK_ERR_STORE_ORDER, 2 * SK_PIECE_BYTES);
    refuse(inbox, &u, UINT32_MAX, last, SK_ERR_STORE_ORDER, 2 * SK_PIECE_BYTES);
    assert_ok(unit_upload_piece(inbox, &u, 2, last));
    unit_assert_finished(inbox, &u);
    assert_error(unit_upload_piece(inbox, &u, 2, last), SK_ERR_STORE_ORDER);
    assert_error(unit_upload_piece(inbox, &u, 3, 1), SK_ERR_STORE_ORDER);
    wrong = u;
    memset(wrong.e.id.b, 0, sizeof wrong.e.id.b); /* as it is found when finished */
    assert_error(unit_upload_piece(inbox, &wrong, 0, 1), SK_ERR_STORE_ORDER);
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

static void steps_of_any_length_and_restarts_give_the_same_bytes(void **state)
{
    static const uint64_t steps[] = {1, 1000, 50000, SK_PIECE_BYTES - 1, SK_PIECE_BYTES, 300001};
    struct sk_inbox *inbox = unit_upload_start(*state, 16 * SMALL_INBOX);

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct unit_upload u;
        uint64_t offset = 0;

        unit_upload_new(&u, 32);
        assert_ok(unit_upload_open(inbox, &u));
        for (unsigned n = 0; n < 8 && offset + steps[i] < u.length; n++) {
            offset += steps[i];
            assert_ok(unit_upload_to(inbox, &u, offset));
            unit_assert_stands(inbox, &u, offset);
            if (n % 3 == 1) {
                sk_inbox_close(inbox);
                inbox = unit_upload_start(*state, 0);
            }
        }
        assert_ok(unit_upload_to(inbox, &u, u.length));
        unit_assert_finished(inbox, &u);
    }
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 0);
    sk_inbox_close(inbox);
}

/* ---- finishing ------------------------------------------------------------------------------ */

static void assert_snapshot(struct sk_inbox *inbox, size_t want)
{
    struct sk_envelope_info *envelopes;
    size_t envelope_count;
    uint32_t publication;

    assert_ok(sk_inbox_snapshot(inbox, &envelopes, &envelope_count, &publication));
    assert_int_equal(envelope_count, want);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PENDING), want);
    free(envelopes);
}

static void it_is_visible_with_its_row_when_the_last_byte_is_there(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u, bare;
    struct sk_inbox_check check;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, u.length - 1));
    unit_assert_stands(inbox, &u, u.length - 1);
    unit_assert_row(inbox, &u, SK_ROW_UNKNOWN);
    assert_snapshot(inbox, 0);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    unit_assert_row(inbox, &u, SK_ROW_UNKNOWN); /* until it is published */
    assert_snapshot(inbox, 1);
    unit_upload_new(&bare, 1);
    bare.has_row = false;
    assert_ok(unit_upload_open(inbox, &bare));
    assert_ok(unit_upload_to(inbox, &bare, bare.length));
    unit_assert_finished(inbox, &bare);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PENDING), 1);
    unit_publish(inbox);
    unit_assert_row(inbox, &u, SK_ROW_RECEIVED);
    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    assert_int_equal(check.envelopes, 2);
    assert_int_equal(check.broken + check.broken_uploads + check.partial + check.uploads, 0);
    sk_inbox_close(inbox);
}

static void what_is_no_upload_leaves_uploads_alone(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u;
    struct unit_envelope e;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, SK_PIECE_BYTES));
    assert_ok(unit_drop(inbox, &u.e));
    assert_error(unit_put_piece(inbox, &u.e, 1), SK_ERR_STORE_ORDER);
    assert_error(unit_write_last(inbox, &u.e, 0, u.e.id.b, 16), SK_ERR_STORE_ORDER);
    unit_envelope_new(&e, 16); /* one of the other kind goes as before */
    assert_ok(unit_put_piece(inbox, &e, 0));
    assert_ok(unit_drop(inbox, &e));
    unit_wait_for_entries(inbox, SK_INBOX_DELETED, 0);
    assert_int_equal(unit_entries(inbox, SK_INBOX_PARTIAL), 1);
    unit_assert_stands(inbox, &u, SK_PIECE_BYTES);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_upload_is_found_by_its_token),
        TEST(opening_again_changes_nothing),
        TEST(only_an_envelope_under_an_id_of_its_own_is_opened),
        TEST(a_piece_goes_on_where_the_upload_stands),
        TEST(steps_of_any_length_and_restarts_give_the_same_bytes),
        TEST(it_is_visible_with_its_row_when_the_last_byte_is_there),
        TEST(what_is_no_upload_leaves_uploads_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
