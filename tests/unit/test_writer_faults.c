/* The writer where something does not fit, or the disk fails. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "storage/inbox_private.h"
#include "tests/unit/storage_unit.h"

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

/* ---- what does not fit --------------------------------------------------------------------- */

#define CROWD 1100

static void in_a_full_map_only_what_does_not_fit_fails(void **state)
{
    struct unit_envelope *e = calloc(CROWD, sizeof *e);
    struct unit_batch *batch = unit_batch_new(CROWD);
    struct sk_inbox *inbox = NULL;
    size_t stored = 0;

    assert_non_null(e);
    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    inbox->size =
        UINT64_C(1) << 40; /* it believes in far more room: only the engine says when it is full */
    for (size_t i = 0; i < CROWD; i++) {
        unit_envelope_new(&e[i], 1);
        unit_batch_add(batch, inbox, &e[i]);
    }
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    unit_batch_wait(batch);
    for (size_t i = 0; i < CROWD; i++) {
        if (unit_batch_result(batch, i) == SK_OK) {
            unit_assert_whole(inbox, &e[i]);
            stored++;
        } else {
            assert_error(unit_batch_result(batch, i), SK_ERR_FULL);
            unit_assert_absent(inbox, &e[i]);
        }
    }
    assert_in_range(stored, 780, 870); /* 17 MiB of 20 KiB each */
    sk_inbox_close(inbox);
    unit_batch_free(batch);
    free(e);
}

static void a_write_that_fails_once_for_space_is_tried_singly(void **state)
{
    struct unit_envelope e[5];
    struct unit_batch *batch = unit_batch_new(5);
    struct sk_inbox *inbox = NULL;
    uint64_t deposits, commits;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL)); /* publishes: the next start does not */
    sk_inbox_close(inbox);
    assert_ok(sk_inbox_open(&inbox, *state));
    for (size_t i = 0; i < 5; i++) {
        unit_envelope_new(&e[i], 1);
        unit_batch_add(batch, inbox, &e[i]);
    }
    unit_fault_set(UNIT_ENOSPC_WRITE, 1);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    unit_batch_wait(batch);
    for (size_t i = 0; i < 5; i++) {
        assert_ok(unit_batch_result(batch, i));
        unit_assert_whole(inbox, &e[i]);
    }
    sk_inbox_writer_counts(inbox, &deposits, &commits);
    assert_int_equal(commits, 5);
    sk_inbox_close(inbox);
    unit_batch_free(batch);
}

/* ---- a disk that fails --------------------------------------------------------------------- */

static void count_fatal(void *context)
{
    atomic_uint *count = context;

    atomic_fetch_add(count, 1);
}

static void after_an_io_error_nothing_is_acknowledged(void **state)
{
    struct unit_envelope before, failed[3], later;
    struct unit_batch *batch = unit_batch_new(3);
    struct sk_inbox *inbox = NULL;
    atomic_uint fatal = 0;

    assert_ok(sk_inbox_create(*state, SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    assert_ok(sk_inbox_writer_start(inbox, count_fatal, &fatal));
    unit_envelope_new(&before, 1);
    unit_envelope_new(&later, 1);
    assert_ok(unit_put(inbox, &before));
    unit_fault_set(UNIT_EIO_SYNC, 0);
    for (size_t i = 0; i < 3; i++) {
        unit_envelope_new(&failed[i], 1);
        unit_batch_add(batch, inbox, &failed[i]);
    }
    unit_batch_wait(batch);
    for (size_t i = 0; i < 3; i++) {
        assert_error(unit_batch_result(batch, i), SK_ERR_IO);
    }
    /* The disk works again, and still: this process trusts nothing any more. */
    assert_error(unit_put(inbox, &later), SK_ERR_IO);
    sk_inbox_close(inbox);
    assert_int_equal(atomic_load(&fatal), 1);
    inbox = start(*state, 0);
    unit_assert_whole(inbox, &before);
    unit_assert_absent(inbox, &failed[0]);
    assert_ok(unit_put(inbox, &later));
    sk_inbox_close(inbox);
    unit_batch_free(batch);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_a_full_map_only_what_does_not_fit_fails),
        TEST(a_write_that_fails_once_for_space_is_tried_singly),
        TEST(after_an_io_error_nothing_is_acknowledged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
