/* Turns at an upload: one at a time, the newest makes the older end, nobody is forgotten. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <string.h>

#include "gateway/intake/turns.h"

struct visit {
    struct sk_turn turn;
    unsigned waits, goes, hurries;
    bool refuse;
};

static bool visit_wait(void *context)
{
    struct visit *visit = context;

    visit->waits++;
    return !visit->refuse;
}

static void visit_go(void *context)
{
    ((struct visit *)context)->goes++;
}

static void visit_hurry(void *context)
{
    ((struct visit *)context)->hurries++;
}

static void visit_set(struct visit *visit, uint8_t token)
{
    memset(visit, 0, sizeof *visit);
    memset(visit->turn.token.b, token, sizeof visit->turn.token.b);
    visit->turn.wait = visit_wait;
    visit->turn.go = visit_go;
    visit->turn.hurry = visit_hurry;
    visit->turn.context = visit;
}

static int set_up(void **state)
{
    *state = sk_turns_new();
    return *state == NULL;
}

static int tear_down(void **state)
{
    sk_turns_free(*state);
    return 0;
}

static void test_one_after_the_other(void **state)
{
    struct visit a, b, c;

    visit_set(&a, 1);
    visit_set(&b, 1);
    visit_set(&c, 1);
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    assert_true(a.turn.have);
    assert_int_equal(sk_turns_take(*state, &b.turn), SK_TURN_WAIT);
    assert_false(b.turn.have);
    assert_int_equal(b.waits, 1);
    assert_true(a.turn.hurried);
    assert_false(b.turn.hurried);
    assert_int_equal(a.hurries, 1);
    assert_int_equal(sk_turns_take(*state, &c.turn), SK_TURN_WAIT);
    assert_int_equal(a.hurries, 1); /* once */
    assert_int_equal(b.hurries, 1);
    sk_turns_give(*state, &a.turn);
    assert_int_equal(b.goes, 1);
    assert_int_equal(c.goes, 0);
    assert_true(b.turn.have);
    assert_true(b.turn.hurried);
    sk_turns_give(*state, &a.turn); /* twice is once */
    assert_int_equal(c.goes, 0);
    sk_turns_give(*state, &b.turn);
    assert_int_equal(c.goes, 1);
    assert_true(c.turn.have);
    assert_false(c.turn.hurried);
    sk_turns_give(*state, &c.turn);
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    assert_false(a.turn.hurried);
    sk_turns_give(*state, &a.turn);
}

static void test_other_uploads(void **state)
{
    struct visit a, b, c;

    visit_set(&a, 1);
    visit_set(&b, 2);
    visit_set(&c, 1);
    c.turn.token.b[15] = 9;
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    assert_int_equal(sk_turns_take(*state, &b.turn), SK_TURN_HAVE);
    assert_int_equal(sk_turns_take(*state, &c.turn), SK_TURN_HAVE);
    assert_false(a.turn.hurried);
    sk_turns_give(*state, &b.turn);
    sk_turns_give(*state, &a.turn);
    sk_turns_give(*state, &c.turn);
}

static void test_who_cannot_wait(void **state)
{
    struct visit a, b;

    visit_set(&a, 1);
    visit_set(&b, 1);
    b.refuse = true;
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    assert_int_equal(sk_turns_take(*state, &b.turn), SK_TURN_CLOSED);
    assert_false(a.turn.hurried);
    sk_turns_give(*state, &b.turn);
    sk_turns_give(*state, &a.turn);
    assert_int_equal(b.goes, 0);
}

static void test_calm(void **state)
{
    struct visit a, b;

    visit_set(&a, 1);
    visit_set(&b, 1);
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    sk_turns_calm(*state, &a.turn);
    assert_int_equal(sk_turns_take(*state, &b.turn), SK_TURN_WAIT);
    assert_int_equal(a.hurries, 0);
    assert_true(a.turn.hurried);
    sk_turns_give(*state, &a.turn);
    assert_true(b.turn.have);
    sk_turns_give(*state, &b.turn);
}

static void test_close(void **state)
{
    struct visit a, b, c, d;

    visit_set(&a, 1);
    visit_set(&b, 1);
    visit_set(&c, 1);
    visit_set(&d, 7);
    assert_int_equal(sk_turns_take(*state, &a.turn), SK_TURN_HAVE);
    assert_int_equal(sk_turns_take(*state, &b.turn), SK_TURN_WAIT);
    assert_int_equal(sk_turns_take(*state, &c.turn), SK_TURN_WAIT);
    sk_turns_close(*state);
    assert_int_equal(a.goes, 0);
    assert_int_equal(b.goes, 1);
    assert_int_equal(c.goes, 1);
    assert_true(a.turn.have);
    assert_false(b.turn.have);
    assert_int_equal(sk_turns_take(*state, &d.turn), SK_TURN_CLOSED);
    sk_turns_give(*state, &b.turn);
    sk_turns_give(*state, &a.turn);
    assert_int_equal(c.goes, 1);
}

/* ---- many threads -----------------------------------------------------------------------------
 */

enum { THREADS = 8, ROUNDS = 2000 };

struct runner {
    struct sk_turns *turns;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool gone;
    unsigned *inside; /* shared: only whoever has the turn may touch it */
};

static bool runner_wait(void *context)
{
    (void)context;
    return true;
}

static void runner_go(void *context)
{
    struct runner *runner = context;

    pthread_mutex_lock(&runner->mutex);
    runner->gone = true;
    pthread_cond_signal(&runner->woken);
    pthread_mutex_unlock(&runner->mutex);
}

static void *run(void *context)
{
    struct runner *runner = context;
    unsigned bad = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct sk_turn turn = {.wait = runner_wait, .go = runner_go, .context = runner};

        runner->gone = false;
        if (sk_turns_take(runner->turns, &turn) == SK_TURN_WAIT) {
            pthread_mutex_lock(&runner->mutex);
            while (!runner->gone) {
                pthread_cond_wait(&runner->woken, &runner->mutex);
            }
            pthread_mutex_unlock(&runner->mutex);
        }
        bad += ++*runner->inside != 1 || !turn.have;
        --*runner->inside;
        sk_turns_give(runner->turns, &turn);
    }
    return bad == 0 ? NULL : runner;
}

static void test_threads(void **state)
{
    struct runner runners[THREADS];
    pthread_t threads[THREADS];
    unsigned inside = 0;

    for (size_t i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){.turns = *state, .inside = &inside};
        pthread_mutex_init(&runners[i].mutex, NULL);
        pthread_cond_init(&runners[i].woken, NULL);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run, &runners[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_after_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_uploads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_cannot_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_calm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_close, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
