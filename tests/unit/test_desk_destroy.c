/* What `destroy` writes anew of threads: whose mailbox it is, in which order, what is left out. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/desk/destroy.h"
#include "keys/desk/sweep.h"
#include "keys/format/answer.h"
#include "keys/format/content.h"
#include "tests/unit/unit.h"

static char home[] = "test_desk_destroy.XXXXXX";
static struct sk_desk desk = {.home = home, .lock = -1};

static uint32_t days_ago(uint32_t days)
{
    return sk_day_of(time(NULL)) - days;
}

static void put_key(enum sk_keyring_type type, uint32_t id)
{
    uint8_t key[32];

    randombytes_buf(key, sizeof key);
    assert_error(sk_keyring_put(desk.ring, type, id, key, sizeof key), SK_OK);
}

static struct sk_digest digest(uint8_t n)
{
    struct sk_digest d = {{0}};

    d.b[0] = n;
    return d;
}

/* Report n of a mailbox, by whom. */
static void add(struct sk_threads *t, uint8_t n, uint8_t mailbox, uint8_t writer, uint32_t day)
{
    struct sk_case c = {.digest = digest(n), .day = day, .flags = SK_FLAG_ANSWERS};

    c.mailbox.b[0] = mailbox;
    c.reply_pk.b[0] = c.sign_pk.b[0] = writer;
    assert_error(sk_threads_add(t, &c), SK_OK);
}

static void answer(struct sk_threads *t, uint8_t n, uint8_t status, uint32_t day, const char *text)
{
    struct sk_digest d = digest(n);

    assert_error(sk_threads_answer(t, &d, status, day, text, false), SK_OK);
}

/* 1, 2: a writer's report and a stranger's under his mailbox; 3: over and closed; 4: closed lately,
 * and its text is still to be delivered; 5: nothing happened for long. No report is in the index:
 * their weeks were destroyed before. */
static void fill(void)
{
    struct sk_threads *t = NULL;

    assert_error(sk_threads_open(&t, &desk), SK_OK);
    add(t, 1, 1, 1, days_ago(100));
    add(t, 3, 3, 3, days_ago(100));
    add(t, 4, 4, 4, days_ago(100));
    add(t, 5, 5, 5, days_ago(100));
    answer(t, 1, SK_STATUS_MORE, days_ago(99), "old words");
    answer(t, 1, SK_STATUS_MORE, days_ago(9), "one");
    answer(t, 1, SK_STATUS_MORE, days_ago(8), "two");
    answer(t, 1, SK_STATUS_CHECKING, days_ago(7), NULL);
    answer(t, 3, SK_STATUS_CLOSED, days_ago(6), NULL);
    answer(t, 4, SK_STATUS_CLOSED, days_ago(5), "the end");
    answer(t, 5, SK_STATUS_READ, days_ago(98), "long ago");
    add(t, 2, 1, 2, days_ago(4));
    assert_error(sk_threads_sync(t, &desk.state), SK_OK);
    sk_threads_close(t);
}

static void destroy(void)
{
    struct sk_destroy d;

    assert_error(sk_destroy_plan(&d, &desk, NULL), SK_OK);
    assert_true(sk_destroy_has_work(&d));
    assert_int_equal(d.threads_end, 2);
    assert_int_equal(d.open_end, 1);
    assert_int_equal(d.texts_end, 1);
    assert_error(sk_destroy_keys(&d), SK_OK);
    assert_error(sk_destroy_sweep(&desk, d.first_week), SK_OK);
    sk_destroy_free(&d);
}

static void what_stays(void **state)
{
    struct sk_threads *t = NULL;
    struct sk_digest first = digest(1), second = digest(2), gone = digest(3);
    const struct sk_case *c;

    (void)state;
    fill();
    destroy();
    assert_int_equal(sk_threads_generation(&desk), 2);
    assert_error(sk_threads_open(&t, &desk), SK_OK);
    assert_int_equal(sk_threads_count(t), 3);
    assert_null(sk_threads_find(t, &gone));
    c = sk_threads_find(t, &first);
    assert_ptr_equal(sk_threads_first(t, &c->mailbox), c);
    assert_non_null(sk_threads_find(t, &second));
    assert_int_equal(c->status, SK_STATUS_CHECKING);
    assert_int_equal(c->answer_day, days_ago(7));
    assert_int_equal(c->said_count, 2);
    assert_string_equal(c->said[0].text, "one");
    assert_int_equal(c->said[0].day, days_ago(9));
    assert_string_equal(c->said[1].text, "two");
    assert_true(c->said[1].order < c->answer_order);
    sk_threads_close(t);
}

static void nothing_twice(void **state)
{
    struct sk_destroy d;

    (void)state;
    assert_error(sk_destroy_plan(&d, &desk, NULL), SK_OK);
    assert_false(sk_destroy_has_work(&d));
    sk_destroy_free(&d);
}

static void make_folder(const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "%s/%s", home, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int make_home(void **state)
{
    static const char *const folders[] = {"index", "reports", "quarantine", "boards"};
    const struct sk_keyring_cost cheap = {3, 65536};

    (void)state;
    if (mkdtemp(home) == NULL) {
        return -1;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        make_folder(folders[i]);
    }
    sk_state_init(&desk.state);
    assert_error(sk_keyring_new(&desk.ring, (const uint8_t *)"x", 1, NULL, cheap), SK_OK);
    put_key(SK_KEY_INDEX, 0);
    put_key(SK_KEY_THREADS, 1);
    return 0;
}

static int remove_home(void **state)
{
    static const char *const names[] = {
        "index/threads-2.log", "index", "reports", "quarantine", "boards",
        "destroyed",           "state", "keyring"};
    char path[64];

    (void)state;
    sk_home_close(&desk);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        remove(path);
    }
    return rmdir(home); /* anything else that was left would show here */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays),
        cmocka_unit_test(nothing_twice),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
