/* The queue of an upload: one at a time, the newest overtakes the older, nobody is forgotten. What
 * it does to connections is counted here in place of libmicrohttpd. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <string.h>

#include "gateway/http/connections.h"
#include "gateway/http/suspend.h"
#include "gateway/http/request.h"
#include "gateway/intake/upload_queue.h"

struct visit {
    struct sk_request request;
    struct sk_upload_place place;
    struct sk_gateway gateway;
    unsigned suspends, resumes, ends, refusals;
    bool stops;                      /* it cannot be suspended any more */
    void (*resumed)(struct visit *); /* in place of counting; may be NULL */
    pthread_mutex_t mutex;
    pthread_cond_t woken;
};

static struct visit *visit_of(struct sk_request *request)
{
    return (struct visit *)(void *)request; /* its first member */
}

bool sk_request_suspend(struct sk_request *request)
{
    visit_of(request)->suspends++;
    return !visit_of(request)->stops;
}

void sk_request_resume(struct sk_request *request)
{
    struct visit *visit = visit_of(request);

    if (visit->resumed != NULL) {
        visit->resumed(visit);
    } else {
        visit->resumes++;
    }
}

void sk_connections_end_reading(struct sk_connections *connections,
                                struct sk_connection *connection)
{
    (void)connections;
    ((struct visit *)(void *)connection)->ends++;
}

enum sk_step sk_request_refuse(struct sk_request *request, enum sk_problem problem)
{
    assert_int_equal(problem, SK_PROBLEM_BUSY);
    visit_of(request)->refusals++;
    return SK_STEP_REFUSE;
}

static void visit_set(struct visit *visit, uint8_t token)
{
    memset(visit, 0, sizeof *visit);
    visit->request.gateway = &visit->gateway;
    visit->request.entry = (struct sk_connection *)(void *)visit;
    memset(visit->place.token.b, token, sizeof visit->place.token.b);
}

static enum sk_step enter(struct sk_upload_queue *queue, struct visit *visit)
{
    const struct sk_upload_token token = visit->place.token;

    return sk_upload_queue_enter(queue, &visit->place, &visit->request, &token, true);
}

static int set_up(void **state)
{
    *state = sk_upload_queue_new();
    return *state == NULL;
}

static int tear_down(void **state)
{
    sk_upload_queue_free(*state);
    return 0;
}

static void test_one_after_the_other(void **state)
{
    struct visit a, b, c;

    visit_set(&a, 1);
    visit_set(&b, 1);
    visit_set(&c, 1);
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    assert_true(a.place.first);
    assert_int_equal(enter(*state, &b), SK_STEP_WAIT);
    assert_false(b.place.first);
    assert_int_equal(b.suspends, 1);
    assert_true(a.place.overtaken);
    assert_false(b.place.overtaken);
    assert_int_equal(a.ends, 1);
    assert_int_equal(enter(*state, &c), SK_STEP_WAIT);
    assert_int_equal(a.ends, 1); /* once */
    assert_int_equal(b.ends, 1);
    sk_upload_queue_leave(*state, &a.place);
    assert_int_equal(b.resumes, 1);
    assert_int_equal(c.resumes, 0);
    assert_true(b.place.first);
    assert_true(b.place.overtaken);
    sk_upload_queue_leave(*state, &a.place); /* twice is once */
    assert_int_equal(c.resumes, 0);
    sk_upload_queue_leave(*state, &b.place);
    assert_int_equal(c.resumes, 1);
    assert_true(c.place.first);
    assert_false(c.place.overtaken);
    sk_upload_queue_leave(*state, &c.place);
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    assert_false(a.place.overtaken);
    sk_upload_queue_leave(*state, &a.place);
}

static void test_other_uploads(void **state)
{
    struct visit a, b, c;

    visit_set(&a, 1);
    visit_set(&b, 2);
    visit_set(&c, 1);
    c.place.token.b[15] = 9;
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    assert_int_equal(enter(*state, &b), SK_STEP_ON);
    assert_int_equal(enter(*state, &c), SK_STEP_ON);
    assert_false(a.place.overtaken);
    sk_upload_queue_leave(*state, &b.place);
    sk_upload_queue_leave(*state, &a.place);
    sk_upload_queue_leave(*state, &c.place);
}

static void test_who_cannot_wait(void **state)
{
    struct visit a, b;

    visit_set(&a, 1);
    visit_set(&b, 1);
    b.stops = true;
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    assert_int_equal(enter(*state, &b), SK_STEP_REFUSE);
    assert_false(a.place.overtaken);
    sk_upload_queue_leave(*state, &b.place);
    sk_upload_queue_leave(*state, &a.place);
    assert_int_equal(b.resumes, 0);
}

static void test_detach(void **state)
{
    struct visit a, b;

    visit_set(&a, 1);
    visit_set(&b, 1);
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    sk_upload_queue_detach(*state, &a.place);
    assert_int_equal(enter(*state, &b), SK_STEP_WAIT);
    assert_int_equal(a.ends, 0);
    assert_true(a.place.overtaken);
    sk_upload_queue_leave(*state, &a.place);
    assert_true(b.place.first);
    sk_upload_queue_leave(*state, &b.place);
}

static void test_close(void **state)
{
    struct visit a, b, c, d;

    visit_set(&a, 1);
    visit_set(&b, 1);
    visit_set(&c, 1);
    visit_set(&d, 7);
    assert_int_equal(enter(*state, &a), SK_STEP_ON);
    assert_int_equal(enter(*state, &b), SK_STEP_WAIT);
    assert_int_equal(enter(*state, &c), SK_STEP_WAIT);
    sk_upload_queue_close(*state);
    assert_int_equal(a.resumes, 0);
    assert_int_equal(b.resumes, 1);
    assert_int_equal(c.resumes, 1);
    assert_true(a.place.first);
    assert_false(b.place.first);
    assert_int_equal(enter(*state, &d), SK_STEP_REFUSE);
    sk_upload_queue_leave(*state, &b.place);
    sk_upload_queue_leave(*state, &a.place);
    assert_int_equal(c.resumes, 1);
}

/* ---- many threads -------------------------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 2000 };

static unsigned inside; /* only the first may touch it */
static struct sk_upload_queue *shared;

static void wake(struct visit *visit)
{
    pthread_mutex_lock(&visit->mutex);
    visit->resumes++;
    pthread_cond_signal(&visit->woken);
    pthread_mutex_unlock(&visit->mutex);
}

static void *run(void *context)
{
    struct visit *visit = context;
    unsigned bad = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        visit->resumes = 0;
        if (enter(shared, visit) == SK_STEP_WAIT) {
            pthread_mutex_lock(&visit->mutex);
            while (visit->resumes == 0) {
                pthread_cond_wait(&visit->woken, &visit->mutex);
            }
            pthread_mutex_unlock(&visit->mutex);
        }
        bad += ++inside != 1 || sk_upload_queue_check(&visit->place, &visit->request) != SK_STEP_ON;
        --inside;
        sk_upload_queue_leave(shared, &visit->place);
    }
    return bad == 0 ? NULL : visit;
}

static void test_threads(void **state)
{
    static struct visit visits[THREADS];
    pthread_t threads[THREADS];

    shared = *state;
    for (size_t i = 0; i < THREADS; i++) {
        visit_set(&visits[i], 1);
        visits[i].resumed = wake;
        pthread_mutex_init(&visits[i].mutex, NULL);
        pthread_cond_init(&visits[i].woken, NULL);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run, &visits[i]), 0);
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
        cmocka_unit_test_setup_teardown(test_detach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_close, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
