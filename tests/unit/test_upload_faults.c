/* Resumable uploads where something does not fit, or the disk fails, or the power does. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "tests/unit/upload_unit.h"

/* ---- full ----------------------------------------------------------------------------------- */

/* Until it is refused; returns how far it came. */
static uint64_t fill_with(struct sk_inbox *inbox, const struct unit_upload *u)
{
    struct sk_upload at;

    assert_error(unit_upload_to(inbox, u, u->length), SK_ERR_FULL);
    assert_ok(sk_upload_find(inbox, &u->token, &at));
    unit_assert_stands(inbox, u, at.offset);
    return at.offset;
}

static void when_full_it_stands_and_goes_on_after_a_purge(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 3 * SMALL_INBOX);
    struct unit_upload u, second, given_up;
    struct unit_envelope e;
    uint64_t deleted, stood;

    unit_envelope_new(&e, 64);
    assert_ok(unit_put(inbox, &e));
    unit_upload_new(&given_up, 16);
    assert_ok(unit_upload_open(inbox, &given_up));
    assert_ok(unit_upload_piece(inbox, &given_up, 0, 1));
    unit_upload_new(&u, 128); /* with the envelope too much, without it not */
    assert_ok(unit_upload_open(inbox, &u));
    stood = fill_with(inbox, &u);
    assert_true(stood > 4 * SK_PIECE_BYTES);
    assert_error(unit_upload_to(inbox, &u, u.length), SK_ERR_FULL);
    unit_upload_new(&second, 16); /* small ones may still fit; in the end not even those */
    while (unit_upload_open(inbox, &second) == SK_OK) {
        if (unit_upload_to(inbox, &second, second.length) != SK_OK) {
            break;
        }
        unit_upload_new(&second, 16);
    }
    unit_assert_stands(inbox, &u, stood);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_assert_stands(inbox, &u, stood);
    assert_ok(unit_upload_drop(inbox, &given_up)); /* giving up is always possible */
    assert_ok(sk_inbox_delete(inbox, &e.id, 1, &deleted));
    assert_int_equal(deleted, 1);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

static void what_frees_space_is_never_refused(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, SMALL_INBOX);
    struct unit_upload u, other;
    uint64_t size = inbox->size;

    unit_upload_new(&u, 16);
    unit_upload_new(&other, 1);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 5000));
    inbox->size = 0; /* the writer is idle: nobody else looks at it now */
    assert_error(unit_upload_open(inbox, &other), SK_ERR_FULL);
    assert_error(unit_upload_to(inbox, &u, 6000), SK_ERR_FULL);
    unit_assert_stands(inbox, &u, 5000);
    assert_ok(unit_upload_drop(inbox, &u));
    unit_assert_no_upload(inbox, &u);
    inbox->size = size;
    assert_ok(unit_upload_open(inbox, &other));
    sk_inbox_close(inbox);
}

/* Believes in far more room than its map has: only the engine says that it is full. */
static void when_the_engine_is_full_it_stands_too(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, SMALL_INBOX);
    struct unit_upload u, other;
    uint64_t stood;

    inbox->size = UINT64_C(1) << 40;
    unit_upload_new(&u, 2048);
    unit_upload_new(&other, 1);
    assert_ok(unit_upload_open(inbox, &other));
    assert_ok(unit_upload_to(inbox, &other, 1000));
    assert_ok(unit_upload_open(inbox, &u));
    stood = fill_with(inbox, &u);
    assert_true(stood > 100 * (uint64_t)SK_PIECE_BYTES);
    unit_assert_stands(inbox, &other, 1000);
    sk_inbox_close(inbox);
    inbox = unit_upload_start(*state, 0);
    unit_assert_stands(inbox, &u, stood);
    sk_inbox_close(inbox);
}

static void a_write_that_fails_for_space_is_tried_again(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    struct unit_upload u;

    unit_upload_new(&u, 16);
    assert_ok(unit_upload_open(inbox, &u));
    assert_ok(unit_upload_to(inbox, &u, 5000));
    unit_fault_set(UNIT_ENOSPC_WRITE, 1);
    assert_ok(unit_upload_to(inbox, &u, 9000));
    unit_fault_set(UNIT_ENOSPC_WRITE, 1000);
    assert_error(unit_upload_to(inbox, &u, SK_PIECE_BYTES), SK_ERR_FULL);
    unit_fault_set(UNIT_NO_FAULT, 0);
    unit_assert_stands(inbox, &u, 9000);
    assert_ok(unit_upload_to(inbox, &u, u.length));
    unit_assert_finished(inbox, &u);
    sk_inbox_close(inbox);
}

/* ---- a disk that fails --------------------------------------------------------------------- */

static void count_fatal(void *context)
{
    atomic_uint *count = context;

    atomic_fetch_add(count, 1);
}

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

/* After every step the one before is in force, and the same step can be taken again. */
static void after_a_failed_commit_it_stands_where_it_stood(void **state)
{
    struct sk_inbox *inbox = unit_upload_start(*state, 8 * SMALL_INBOX);
    atomic_uint fatal = 0;
    struct unit_upload u;

    unit_upload_new(&u, 16);
    for (unsigned step = FIRST; step < STEPS; step++) {
        sk_inbox_close(inbox);
        inbox = NULL;
        assert_ok(sk_inbox_open(&inbox, *state));
        assert_ok(sk_inbox_writer_start(inbox, count_fatal, &fatal));
        assert_ok(unit_drop(inbox, &u.e)); /* it has started */
        if (step == FIRST) {
            assert_ok(take(inbox, &u, OPEN));
        }
        unit_fault_set(UNIT_EIO_SYNC, 0);
        assert_error(take(inbox, &u, (enum step)step), SK_ERR_IO);
        assert_error(take(inbox, &u, (enum step)step), SK_ERR_IO); /* nothing is trusted */
        sk_inbox_close(inbox);
        assert_int_equal(atomic_load(&fatal), step);
        inbox = unit_upload_start(*state, 0);
        if (step == FIRST) {
            unit_assert_no_upload(inbox, &u);
            assert_ok(take(inbox, &u, OPEN));
        } else {
            assert_at(inbox, &u, (enum step)(step - 1));
        }
        assert_ok(take(inbox, &u, (enum step)step));
        if (step < DROP) {
            assert_at(inbox, &u, (enum step)step);
        }
    }
    unit_assert_no_upload(inbox, &u);
    unit_assert_whole(inbox, &u.e);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(when_full_it_stands_and_goes_on_after_a_purge),
        TEST(what_frees_space_is_never_refused),
        TEST(when_the_engine_is_full_it_stands_too),
        TEST(a_write_that_fails_for_space_is_tried_again),
        TEST(after_a_failed_commit_it_stands_where_it_stood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
