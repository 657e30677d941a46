/* Publications: what they show, and what the disk holds before and after them. */
#include <keyutils.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/format/rows.h"
#include "storage/inbox_private.h"
#include "storage/publish.h"
#include "tests/unit/storage_unit.h"

/* What was told last, and how often something was. */
static struct sk_publication_news last;
static unsigned told;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news_came = PTHREAD_COND_INITIALIZER;

static void remember(void *context, const struct sk_publication_news *news)
{
    (void)context;
    pthread_mutex_lock(&lock);
    last = *news;
    told++;
    pthread_cond_signal(&news_came);
    pthread_mutex_unlock(&lock);
}

static unsigned told_so_far(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = told;

    pthread_mutex_unlock(&lock);
    return count;
}

static uint32_t wait_for_news(unsigned before)
{
    pthread_mutex_lock(&lock);
    while (told == before) {
        pthread_cond_wait(&news_came, &lock);
    }
    uint32_t number = last.publication.number;

    pthread_mutex_unlock(&lock);
    return number;
}

static uint32_t publish(struct sk_inbox *inbox)
{
    unsigned before = told_so_far();

    sk_inbox_publish(inbox);
    return wait_for_news(before);
}

static struct sk_inbox *start(const char *folder, uint64_t size)
{
    struct sk_inbox *inbox = NULL;

    if (size > 0) {
        assert_ok(sk_inbox_create(folder, size));
    }
    assert_ok(sk_inbox_open(&inbox, folder));
    sk_inbox_on_publication(inbox, remember, NULL);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    return inbox;
}

static struct sk_row put(struct sk_inbox *inbox)
{
    struct unit_envelope e;

    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    return e.row;
}

static void put_again(struct sk_inbox *inbox, const struct sk_row *row)
{
    struct unit_envelope e;

    unit_envelope_new(&e, 1);
    e.row = *row;
    assert_ok(unit_put(inbox, &e));
}

static size_t all_rows(struct sk_inbox *inbox)
{
    struct sk_publication publication;
    struct sk_row_info *rows;
    size_t count;

    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    free(rows);
    return count;
}

/* ---- states --------------------------------------------------------------------------------- */

static void a_row_is_unknown_received_carried_and_gone(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row row = put(inbox), later;

    assert_int_equal(unit_row(inbox, &row), SK_ROW_UNKNOWN);
    uint32_t number = publish(inbox);

    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    later = put(inbox);
    assert_ok(sk_inbox_mark_exported(inbox, number));
    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED); /* nothing changes in between */
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_CARRIED);
    assert_int_equal(unit_row(inbox, &later), SK_ROW_RECEIVED); /* its envelope came too late */
    for (unsigned i = 0; i < 3; i++) { /* no export since, on whichever day */
        publish(inbox);
        assert_int_equal(unit_row(inbox, &later), SK_ROW_RECEIVED);
    }
    assert_ok(sk_inbox_drop_rows_before(inbox, sk_month_of(time(NULL))));
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_CARRIED);
    assert_ok(sk_inbox_drop_rows_before(inbox, sk_month_of(time(NULL)) + 2));
    assert_int_equal(unit_row(inbox, &row), SK_ROW_CARRIED);
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_UNKNOWN);
    assert_true(unit_is_batch(all_rows(inbox), 0));
    sk_inbox_close(inbox);
}

/* An export that took a publication's time covers what its snapshot saw, not what came after. */
static void an_export_over_a_publication_covers_what_it_saw(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row seen = put(inbox), unseen;
    uint32_t number = publish(inbox);

    unseen = put(inbox);
    publish(inbox);
    assert_ok(sk_inbox_mark_exported(inbox, number));
    publish(inbox);
    assert_int_equal(unit_row(inbox, &seen), SK_ROW_CARRIED);
    assert_int_equal(unit_row(inbox, &unseen), SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
}

static void a_row_that_comes_again_is_received_once_more(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row row = put(inbox);

    put_again(inbox, &row);
    size_t before = all_rows(inbox);

    assert_ok(sk_inbox_mark_exported(inbox, publish(inbox)));
    assert_true(unit_is_batch(all_rows(inbox) - before, 1));
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_CARRIED);
    put_again(inbox, &row);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_CARRIED);
    before = all_rows(inbox);
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    assert_true(unit_is_batch(all_rows(inbox) - before, 0));
    sk_inbox_close(inbox);
}

/* ---- how many ------------------------------------------------------------------------------- */

static void new_rows_are_a_power_of_two(void **state)
{
    static const size_t reports[] = {0, 1, 8, 9, 16, 17, 33};
    struct sk_inbox *inbox = start(*state, 8 * SMALL_INBOX);

    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        size_t before = all_rows(inbox);

        for (size_t k = 0; k < reports[i]; k++) {
            put(inbox);
        }
        publish(inbox);
        assert_true(unit_is_batch(all_rows(inbox) - before, reports[i]));
    }
    sk_inbox_close(inbox);
}

#define BATCHES 120

/* With so many rows of his own somebody would see whether there was one report more. */
static void own_rows_do_not_show_whether_there_was_one_more(void **state)
{
    static const size_t own[] = {0, 8};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        const char *folder = unit_path(*state, own[i] == 0 ? "none" : "own");
        size_t least = 0, more = 0;

        assert_int_equal(mkdir(folder, 0700), 0);
        struct sk_inbox *inbox = start(folder, 32 * SMALL_INBOX);

        for (unsigned k = 0; k < BATCHES; k++) {
            size_t before = all_rows(inbox);

            for (size_t n = 0; n < own[i]; n++) {
                put(inbox);
            }
            publish(inbox);
            assert_true(unit_is_batch(all_rows(inbox) - before, own[i]));
            if (all_rows(inbox) - before == 8) {
                least++;
            } else {
                more++;
            }
        }
        assert_true(least > 0); /* each of the four fails in less than one run of a million */
        assert_true(more > 0);
        sk_inbox_close(inbox);
    }
}

/* Rows by the thousand without their envelopes. */
static void seed_rows(struct sk_inbox *inbox, size_t count, bool one_prefix)
{
    struct sk_stored_row row = {.month = 600, .state = SK_ROW_RECEIVED};
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    sk_txn_delete_prefix(txn, SK_INBOX_ROWS, sk_bytes(NULL, 0), SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t n = one_prefix ? i : i * (65536 / count);

        row.row.b[0] = one_prefix ? 0xa7 : (uint8_t)(n >> 8);
        row.row.b[1] = (uint8_t)(one_prefix ? n >> 8 : n);
        row.row.b[2] = (uint8_t)(one_prefix ? n : 0);
        sk_row_put(txn, &row);
    }
    assert_ok(sk_txn_commit(txn));
}

static struct sk_publication after_publication(struct sk_inbox *inbox, uint8_t prefix, size_t *len)
{
    struct sk_publication publication;
    struct sk_row_info *rows;
    uint8_t *bytes;
    size_t count;

    assert_ok(sk_inbox_rows_under(inbox, prefix, &publication, &rows, &count));
    assert_ok(sk_rows_encode(&publication, prefix, rows, count, &bytes, len));
    free(rows);
    free(bytes);
    return publication;
}

static void prefixes_have_bits_by_the_number_and_one_length(void **state)
{
    struct sk_inbox *inbox = start(*state, 16 * SMALL_INBOX);
    struct sk_publication publication;
    size_t len, other;

    seed_rows(inbox, 8192 - 128, false); /* a batch without reports has 128 rows at most */
    publish(inbox);
    publication = after_publication(inbox, 0, &len);
    assert_int_equal(publication.bits, 0);
    assert_int_equal(publication.places, 8192);
    seed_rows(inbox, 8192, false);
    publish(inbox);
    publication = after_publication(inbox, 0, &len);
    assert_int_equal(publication.bits, 1);
    assert_true(publication.places == 4096 || publication.places == 8192);
    after_publication(inbox, 0x80, &other);
    assert_int_equal(len, other);
    /* Whoever fills one prefix makes all of them longer. */
    seed_rows(inbox, 30000, true);
    publish(inbox);
    publication = after_publication(inbox, 0, &len);
    assert_int_equal(publication.bits, 2);
    assert_int_equal(publication.places, 32768);
    for (unsigned prefix = 0; prefix < 256; prefix += 64) {
        after_publication(inbox, (uint8_t)prefix, &other);
        assert_int_equal(len, other);
    }
    sk_inbox_close(inbox);
}

/* ---- the calendar --------------------------------------------------------------------------- */

static void a_day_asks_for_one_publication(void **state)
{
    struct sk_published none = {0, 0}, before = {20785, 20785};

    (void)state;
    assert_true(sk_publication_due(&none, 20785)); /* the first of all */
    assert_false(sk_publication_due(&before, 20785));
    assert_true(sk_publication_due(&before, 20786));
    assert_true(sk_publication_due(&before, 20999));
    assert_false(sk_publication_due(&before, 20784)); /* a clock that steps over midnight */
    assert_false(sk_publication_ahead(&before, 20784));
}

static void a_clock_that_went_back_asks_for_none(void **state)
{
    struct sk_published years_ahead = {30000, 30000}, known = {30000, 20785};

    (void)state;
    assert_false(sk_publication_due(&years_ahead, 20785));
    assert_true(sk_publication_ahead(&years_ahead, 20785)); /* from now on days count from here */
    assert_false(sk_publication_due(&known, 20785));
    assert_false(sk_publication_ahead(&known, 20785));
    assert_true(sk_publication_due(&known, 20786));
    assert_false(sk_publication_due(&known, 30000)); /* that day had its own */
    assert_true(sk_publication_due(&known, 30001));
    assert_true(sk_publication_ahead(&known, 0)); /* back once more */
    assert_false(sk_publication_ahead(&known, UINT32_MAX));
}

/* negative: the publication was on a day that is still to come */
static void set_day(struct sk_inbox *inbox, int back)
{
    struct sk_publication publication;
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    assert_ok(sk_publication_read(txn, &publication));
    publication.day = (uint32_t)((int)publication.day - back);
    sk_publication_write(txn, &publication);
    assert_ok(sk_txn_commit(txn));
}

static uint32_t mark(struct sk_inbox *inbox, const char *name)
{
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, false);
    uint32_t value = sk_meta_u32(txn, name, 0);

    sk_txn_abort(txn);
    return value;
}

static void set_mark(struct sk_inbox *inbox, const char *name, uint32_t value)
{
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    sk_meta_put_u32(txn, name, value);
    assert_ok(sk_txn_commit(txn));
}

/* Published two years ahead; the clock is right again, over a restart too: nothing until midnight.
 */
static void a_start_behind_the_last_publication_waits_for_midnight(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    uint32_t today = sk_day_of(time(NULL));
    struct sk_row row = put(inbox);

    set_day(inbox, -730);
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_int_equal(last.publication.number, 1);
    assert_int_equal(mark(inbox, "set-back"), today);
    set_mark(inbox, "set-back", today - 1); /* as if that had been yesterday */
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_int_equal(last.publication.number, 2);
    assert_int_equal(mark(inbox, "set-back"), 0);
    if (last.kept) {
        assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    }
    sk_inbox_close(inbox);
}

/* ---- growing old ---------------------------------------------------------------------------- */

static void age_follows_the_clock_by_two_days(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    uint32_t past = 0;
    struct sk_txn *txn;

    txn = sk_kv_begin(inbox->kv, true);
    sk_meta_put_u32(txn, "age", 20000);
    assert_int_equal(sk_age_past(txn, 20730), 20000);
    assert_int_equal(sk_age_from(txn, 20730), 20730);
    assert_int_equal(sk_age_past(txn, 19000), 19000);
    assert_int_equal(sk_age_from(txn, 19000), 20000);
    static const uint32_t days[][3] = {
        /* the publication before, this one, what follows */
        {20000, 20730, 20000}, {20730, 20731, 20002},  {20731, 20731, 20002},
        {20731, 20003, 20002}, {20001, 20003, 20003},  {18999, 19000, 20001},
        {20000, 20001, 20001}, {0, UINT32_MAX, 20001}, {UINT32_MAX - 2, UINT32_MAX, 20003}};

    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        sk_age_step(txn, days[i][0], days[i][1]);
        assert_int_equal(sk_meta_u32(txn, "age", 0), days[i][2]);
    }
    assert_ok(sk_txn_commit(txn));
    assert_ok(sk_inbox_age(inbox, UINT32_MAX, &past));
    assert_int_equal(past, 20003);
    sk_inbox_close(inbox);
}

/* A row that is published while the clock is behind is not dropped as one of a year ago. */
static void a_row_gets_no_month_of_the_past(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    uint32_t today = sk_day_of(time(NULL));
    struct sk_row row = put(inbox);

    set_mark(inbox, "age", today + 365); /* so today is a clock a year behind */
    publish(inbox);
    assert_ok(sk_inbox_drop_rows_before(inbox, sk_month_of_day(today + 365)));
    publish(inbox);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
}

static void a_start_on_another_day_publishes(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row row = put(inbox);

    assert_int_equal(last.publication.number, 1);
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_UNKNOWN); /* the same day */
    set_day(inbox, 1);
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_int_equal(last.publication.number, 2);
    assert_int_equal(last.publication.day, sk_day_of(time(NULL)));
    if (last.kept) {
        assert_int_equal(last.lost, 0);
        assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    }
    sk_inbox_close(inbox);
}

/* ---- the key and the disk ------------------------------------------------------------------- */

/* Revokes the key of publication `number`; false: the kernel keeps none. */
static bool lose_key(struct sk_inbox *inbox, uint32_t number)
{
    struct sk_bytes value;
    struct sk_txn *txn;
    char hex[33], text[64];

    txn = sk_kv_begin(inbox->kv, false);
    assert_true(sk_txn_get(txn, SK_INBOX_META, sk_bytes("name", 4), &value));
    sodium_bin2hex(hex, sizeof hex, value.p, value.len);
    sk_txn_abort(txn);
    snprintf(text, sizeof text, "skrynka:%s:%u", hex, number);
    key_serial_t ring = (key_serial_t)keyctl_get_persistent((uid_t)-1, KEY_SPEC_THREAD_KEYRING);
    key_serial_t key = (key_serial_t)keyctl_search(ring, "user", text, 0);

    return key > 0 && keyctl_unlink(key, ring) == 0;
}

static void a_lost_key_costs_marks_and_no_report(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct unit_envelope e;

    unit_envelope_new(&e, 1);
    assert_ok(unit_put(inbox, &e));
    if (!last.kept || !lose_key(inbox, 1)) {
        sk_inbox_close(inbox);
        skip(); /* the kernel keeps no keys here */
    }
    sk_inbox_close(inbox);
    inbox = start(*state, 0); /* as after a power cut */
    struct sk_row row = put(inbox);

    publish(inbox);
    assert_int_equal(last.lost, 1);
    assert_int_equal(unit_row(inbox, &e.row), SK_ROW_UNKNOWN);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    unit_assert_whole(inbox, &e);
    publish(inbox);
    assert_int_equal(last.lost, 0); /* said once */
    sk_inbox_close(inbox);
}

static void a_publication_changes_the_key(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);

    put(inbox);
    if (!last.kept) {
        sk_inbox_close(inbox);
        skip();
    }
    publish(inbox);
    put(inbox);
    assert_false(lose_key(inbox, 1));
    sk_inbox_close(inbox);
    inbox = start(*state, 0);
    assert_true(lose_key(inbox, 2));
    sk_inbox_close(inbox);
}

static void without_anything_pending_the_kernel_keeps_no_key(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);

    put(inbox);
    publish(inbox);
    sk_inbox_close(inbox);
    assert_ok(sk_inbox_open(&inbox, *state));
    assert_false(lose_key(inbox, 2));
    sk_inbox_close(inbox);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void what_does_not_fit_is_published_later(void **state)
{
    struct sk_inbox *inbox = start(*state, 4 * SMALL_INBOX);
    struct sk_row row = put(inbox);
    uint32_t number = last.publication.number;

    set_day(inbox, 1);
    sk_inbox_close(inbox);
    unit_fault_set(UNIT_ENOSPC_WRITE, 1000);
    inbox = start(*state, 0); /* it starts all the same */
    assert_error(last.error, SK_ERR_FULL);
    unit_fault_set(UNIT_NO_FAULT, 0);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_UNKNOWN);
    unsigned before = told_so_far();

    assert_ok(sk_inbox_tick(inbox));
    assert_int_equal(wait_for_news(before), number + 1);
    assert_int_equal(unit_row(inbox, &row), SK_ROW_RECEIVED);
    sk_inbox_close(inbox);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_is_unknown_received_carried_and_gone),
        TEST(an_export_over_a_publication_covers_what_it_saw),
        TEST(a_row_that_comes_again_is_received_once_more),
        TEST(new_rows_are_a_power_of_two),
        TEST(own_rows_do_not_show_whether_there_was_one_more),
        TEST(prefixes_have_bits_by_the_number_and_one_length),
        TEST(a_day_asks_for_one_publication),
        TEST(a_clock_that_went_back_asks_for_none),
        TEST(a_start_behind_the_last_publication_waits_for_midnight),
        TEST(age_follows_the_clock_by_two_days),
        TEST(a_row_gets_no_month_of_the_past),
        TEST(a_start_on_another_day_publishes),
        TEST(a_lost_key_costs_marks_and_no_report),
        TEST(a_publication_changes_the_key),
        TEST(without_anything_pending_the_kernel_keeps_no_key),
        TEST(what_does_not_fit_is_published_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
