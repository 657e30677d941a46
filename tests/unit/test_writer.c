/* The writer: groups, order, and what is collected. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/format/class.h"
#include "storage/collect.h"
#include "storage/inbox_private.h"
#include "tests/unit/storage_unit.h"

static uint8_t piece[SK_PIECE_BYTES];

static struct sk_inbox *start(const char *folder, uint64_t size)
{
    struct sk_inbox *inbox = NULL;

    if (size != 0) {
        assert_ok(sk_inbox_create(folder, size));
    }
    assert_ok(sk_inbox_open(&inbox, folder));
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

static uint64_t count_partial(struct sk_inbox *inbox)
{
    struct sk_inbox_check check;

    assert_ok(sk_inbox_check(inbox, &check, NULL, NULL));
    return check.partial;
}

/* The writer collects beside its work: looks until it has. */
static void wait_until_collected(struct sk_inbox *inbox, uint64_t left)
{
    time_t limit = time(NULL) + 60;

    while (count_partial(inbox) > left) {
        assert_true(time(NULL) < limit);
        sched_yield();
    }
}

static uint64_t count_pieces(struct sk_inbox *inbox)
{
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, false);
    uint64_t n = sk_txn_count(txn, SK_INBOX_PIECES);

    sk_txn_abort(txn);
    return n;
}

/* ---- groups ----------------------------------------------------------------------------- */

static void what_is_queued_is_committed_together(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct unit_envelope e[100];
    struct unit_batch *batch = unit_batch_new(100);
    uint64_t deposits, commits;

    assert_ok(sk_inbox_create(*state, 4 * SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    for (size_t i = 0; i < 100; i++) {
        unit_envelope_new(&e[i], 1);
        unit_batch_add(batch, inbox, &e[i]);
    }
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    unit_batch_wait(batch);
    sk_inbox_writer_counts(inbox, &deposits, &commits);
    assert_int_equal(deposits, 100);
    assert_int_equal(commits, 1);
    for (size_t i = 0; i < 100; i++) {
        assert_ok(unit_batch_result(batch, i));
        unit_assert_whole(inbox, &e[i]);
    }
    sk_inbox_close(inbox);
    unit_batch_free(batch);
}

static void closing_stores_what_is_queued(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct unit_envelope e[50];
    struct unit_batch *batch = unit_batch_new(50);

    for (size_t i = 0; i < 50; i++) {
        unit_envelope_new(&e[i], 1);
        unit_batch_add(batch, inbox, &e[i]);
    }
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    for (size_t i = 0; i < 50; i++) {
        assert_ok(unit_batch_result(batch, i));
        unit_assert_whole(inbox, &e[i]);
    }
    sk_inbox_close(inbox);
    unit_batch_free(batch);
}

static void without_a_writer_the_answer_is_io(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct unit_envelope e;
    struct unit_batch *batch = unit_batch_new(1);

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    unit_envelope_new(&e, 1);
    unit_batch_add(batch, inbox, &e);
    sk_inbox_close(inbox);
    unit_batch_wait(batch);
    assert_error(unit_batch_result(batch, 0), SK_ERR_IO);
    unit_batch_free(batch);
}

static void there_is_one_writer(void **state)
{
    struct sk_inbox *inbox = start(*state, SMALL_INBOX), *second = NULL;

    assert_error(sk_inbox_writer_start(inbox, NULL, NULL), SK_ERR_USAGE);
    /* A second handle, as another process would have it. The store itself may be open only once in
     * a process, so it is the same one: a writer that starts after all would find all it needs. */
    second = calloc(1, sizeof *second);
    assert_non_null(second);
    second->kv = inbox->kv;
    second->address = inbox->address;
    second->size = inbox->size;
    assert_int_equal(pthread_mutex_init(&second->admission.lock, NULL), 0);
    assert_ok(sk_writer_new(&second->writer, second));
    assert_error(sk_inbox_writer_start(second, NULL, NULL), SK_ERR_LOCKED);
    sk_writer_stop(second->writer);
    pthread_mutex_destroy(&second->admission.lock);
    free(second);
    sk_inbox_close(inbox);
    sk_inbox_close(start(*state, 0)); /* the lock went with its holder */
}

/* ---- order ---------------------------------------------------------------------------------- */

static void pieces_must_come_in_order(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e;

    unit_envelope_new(&e, 64);
    assert_error(unit_put_piece(inbox, &e, 1), SK_ERR_STORE_ORDER);
    assert_error(unit_write_last(inbox, &e, 0, NULL, 0), SK_ERR_USAGE);
    assert_ok(unit_put_piece(inbox, &e, 0));
    assert_ok(unit_put_piece(inbox, &e, 1));
    assert_error(unit_put_piece(inbox, &e, 3), SK_ERR_STORE_ORDER);
    wait_until_collected(inbox, 0); /* it failed: what was there is gone */
    assert_int_equal(count_pieces(inbox), 0);
    assert_error(unit_put_piece(inbox, &e, 2), SK_ERR_STORE_ORDER);
    assert_ok(unit_put(inbox, &e)); /* from the beginning it works */
    unit_assert_whole(inbox, &e);
    sk_inbox_close(inbox);
}

static void a_whole_envelope_cannot_be_touched_again(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e;

    unit_envelope_new(&e, 16);
    assert_ok(unit_put(inbox, &e));
    assert_error(unit_put_piece(inbox, &e, 0), SK_ERR_STORE_ORDER);
    assert_error(unit_put_piece(inbox, &e, 1), SK_ERR_STORE_ORDER);
    assert_error(unit_put(inbox, &e), SK_ERR_STORE_ORDER);
    assert_ok(unit_drop(inbox, &e));
    wait_until_collected(inbox, 0);
    unit_assert_whole(inbox, &e);
    sk_inbox_close(inbox);
}

static void the_lengths_must_add_up(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e;
    size_t len;

    unit_envelope_new(&e, 1);
    len = unit_piece(piece, &e, 0);
    assert_error(unit_write_last(inbox, &e, 0, piece, len - 1), SK_ERR_USAGE);
    assert_error(unit_write_last(inbox, &e, 0, piece, len + 1), SK_ERR_USAGE);
    assert_error(unit_write(inbox, &e, 0, NULL, 0), SK_ERR_USAGE);
    assert_error(unit_write(inbox, &e, 0, piece, SK_PIECE_BYTES + 1), SK_ERR_USAGE);
    e.chunks = 3; /* no such class */
    assert_error(unit_write_last(inbox, &e, 0, piece, SK_PIECE_BYTES), SK_ERR_USAGE);
    unit_envelope_new(&e, 16);
    assert_ok(unit_write(inbox, &e, 0, piece, 1000));               /* it may grow ... */
    assert_error(unit_put_piece(inbox, &e, 1), SK_ERR_STORE_ORDER); /* ... and has to */
    wait_until_collected(inbox, 0);
    assert_int_equal(count_pieces(inbox), 0);
    unit_envelope_new(&e, 16);
    assert_ok(unit_put_piece(inbox, &e, 0));
    assert_ok(unit_put_piece(inbox, &e, 1));
    assert_error(unit_write_last(inbox, &e, 2, NULL, 0), SK_ERR_USAGE); /* the last brings some */
    assert_ok(unit_put(inbox, &e));
    unit_assert_whole(inbox, &e);
    sk_inbox_close(inbox);
}

/* ---- collecting ---------------------------------------------------------------------------- */

static void abandoned_pieces_are_collected(void **state)
{
    struct sk_inbox *inbox = start(*state, 32 * SMALL_INBOX);
    struct unit_envelope e, kept;
    struct sk_inbox_space before, after;

    unit_envelope_new(&kept, 16);
    assert_ok(unit_put_piece(inbox, &kept, 0));
    assert_ok(sk_inbox_space(inbox, &before));
    unit_envelope_new(&e, 1024);
    for (uint32_t i = 0; i < 120; i++) { /* more than one sweep takes */
        assert_ok(unit_put_piece(inbox, &e, i));
    }
    assert_ok(unit_drop(inbox, &e));
    wait_until_collected(inbox, 1);
    assert_int_equal(count_pieces(inbox), 1);
    assert_ok(sk_inbox_space(inbox, &after));
    assert_true(after.used < before.used + 300000);
    assert_ok(unit_put_piece(inbox, &kept, 1)); /* another's upload goes on */
    assert_ok(unit_drop(inbox, &e));            /* nothing left: no error */
    sk_inbox_close(inbox);
}

static void what_a_dead_process_left_is_collected_at_start(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e[3], whole;

    unit_envelope_new(&whole, 16);
    assert_ok(unit_put(inbox, &whole));
    for (size_t i = 0; i < 3; i++) {
        unit_envelope_new(&e[i], 64);
        assert_ok(unit_put_piece(inbox, &e[i], 0));
        assert_ok(unit_put_piece(inbox, &e[i], 1));
    }
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_error(unit_put_piece(inbox, &e[0], 2), SK_ERR_STORE_ORDER);
    wait_until_collected(inbox, 0);
    assert_int_equal(count_pieces(inbox), unit_pieces(16));
    unit_assert_whole(inbox, &whole);
    sk_inbox_close(inbox);
}

static void a_broken_off_deletion_is_finished_by_the_next(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct unit_envelope e;
    struct sk_txn *txn;
    uint64_t deleted;

    unit_envelope_new(&e, 64);
    assert_ok(unit_put(inbox, &e));
    txn = sk_kv_begin(inbox->kv, true); /* as far as a killed purge may have come */
    sk_txn_delete(txn, SK_INBOX_ENVELOPES, sk_bytes(e.id.b, 16));
    sk_deleted_put(txn, &e.id);
    assert_ok(sk_txn_commit(txn));
    assert_true(count_pieces(inbox) > 0);
    assert_ok(sk_inbox_delete(inbox, NULL, 0, &deleted));
    assert_int_equal(count_pieces(inbox), 0);
    assert_int_equal(count_partial(inbox), 0);
    sk_inbox_close(inbox);
}

/* ---- many at once -------------------------------------------------------------------------- */

struct depositor {
    struct sk_inbox *inbox;
    struct unit_envelope e[20];
    struct unit_batch *batch;
};

static void *deposit(void *argument)
{
    struct depositor *d = argument;

    for (size_t i = 0; i < 20; i++) {
        unit_batch_add(d->batch, d->inbox, &d->e[i]);
        (void)sk_inbox_admit(d->inbox, 1);
    }
    unit_batch_wait(d->batch);
    return NULL;
}

static void many_threads_deposit_at_once(void **state)
{
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);
    struct depositor d[8];
    pthread_t threads[8];

    for (size_t i = 0; i < 8; i++) {
        d[i].inbox = inbox;
        d[i].batch = unit_batch_new(20);
        for (size_t k = 0; k < 20; k++) {
            unit_envelope_new(&d[i].e[k], 1);
        }
        assert_int_equal(pthread_create(&threads[i], NULL, deposit, &d[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        for (size_t k = 0; k < 20; k++) {
            assert_ok(unit_batch_result(d[i].batch, k));
            unit_assert_whole(inbox, &d[i].e[k]);
        }
        unit_batch_free(d[i].batch);
    }
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_queued_is_committed_together),
        TEST(closing_stores_what_is_queued),
        TEST(without_a_writer_the_answer_is_io),
        TEST(there_is_one_writer),
        TEST(pieces_must_come_in_order),
        TEST(a_whole_envelope_cannot_be_touched_again),
        TEST(the_lengths_must_add_up),
        TEST(abandoned_pieces_are_collected),
        TEST(what_a_dead_process_left_is_collected_at_start),
        TEST(a_broken_off_deletion_is_finished_by_the_next),
        TEST(many_threads_deposit_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
