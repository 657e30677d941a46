/* What the writer still has to answer: a request that waits for it finds the result when it is
 * called again, and once the gateway stops nobody waits any more. What happens to connections and
 * writes is counted here in place of libmicrohttpd and of the writer. */
#include "tests/unit/unit.h"

#include <microhttpd.h>
#include <string.h>

#include "gateway/http/in_flight.h"
#include "gateway/http/request.h"
#include "gateway/http/server.h"
#include "gateway/http/suspend.h"
#include "gateway/intake/pending_write.h"

static struct {
    struct sk_gateway gateway;
    struct sk_request request;
    struct sk_pending_write pending;
    struct sk_write *submitted;
    unsigned suspends, resumes, submits;
    bool suspended_first; /* when the write was handed in */
    enum sk_error seen;   /* by the request when it was called again */
} now;

void MHD_suspend_connection(struct MHD_Connection *connection)
{
    assert_ptr_equal(connection, now.request.connection);
    now.suspends++;
}

/* The request may run as soon as it is resumed: here it does so before that returns. */
void sk_server_resume(struct sk_gateway *gateway, struct MHD_Connection *connection)
{
    assert_ptr_equal(gateway, &now.gateway);
    assert_ptr_equal(connection, now.request.connection);
    now.resumes++;
    now.seen = sk_pending_write_result(&now.pending);
}

void sk_inbox_submit(struct sk_inbox *inbox, struct sk_write *write)
{
    assert_ptr_equal(inbox, now.gateway.inbox);
    now.suspended_first = now.suspends == 1;
    now.submitted = write;
    now.submits++;
}

static int set_up(void **state)
{
    (void)state;
    memset(&now, 0, sizeof now);
    now.request.gateway = &now.gateway;
    now.request.connection = (struct MHD_Connection *)(void *)&now;
    now.gateway.inbox = (struct sk_inbox *)(void *)&now;
    now.seen = SK_ERR_USAGE;
    return sk_in_flight_start(&now.gateway.in_flight) != SK_OK;
}

static void test_the_result_is_there_before_the_request_runs(void **state)
{
    static const enum sk_error results[] = {SK_ERR_FULL, SK_OK, SK_ERR_IO};

    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        now.suspends = 0;
        assert_int_equal(sk_pending_write_submit(&now.pending, &now.request), SK_STEP_WAIT);
        assert_true(now.suspended_first); /* the writer may be done before submit returns */
        assert_false(sk_in_flight_wait(&now.gateway.in_flight, 0));
        now.submitted->done(now.submitted, results[i]);
        assert_int_equal(now.resumes, i + 1);
        assert_error(now.seen, results[i]);
        assert_error(sk_pending_write_result(&now.pending), SK_OK); /* told once */
        assert_true(sk_in_flight_wait(&now.gateway.in_flight, 0));
    }
}

static void test_when_it_is_closed_nobody_waits(void **state)
{
    (void)state;
    sk_in_flight_close(&now.gateway.in_flight);
    assert_int_equal(sk_pending_write_submit(&now.pending, &now.request), SK_STEP_DROP);
    assert_int_equal(now.suspends, 0);
    assert_int_equal(now.submits, 0);
    assert_error(sk_pending_write_result(&now.pending), SK_OK); /* none was out */
    assert_true(sk_in_flight_wait(&now.gateway.in_flight, 0));
}

static void test_who_waits_is_still_answered(void **state)
{
    (void)state;
    assert_int_equal(sk_pending_write_submit(&now.pending, &now.request), SK_STEP_WAIT);
    sk_in_flight_close(&now.gateway.in_flight);
    assert_false(sk_in_flight_wait(&now.gateway.in_flight, 0));
    now.submitted->done(now.submitted, SK_OK);
    assert_int_equal(now.resumes, 1);
    assert_error(now.seen, SK_OK);
    assert_true(sk_in_flight_wait(&now.gateway.in_flight, 0));
}

static void test_a_write_that_nobody_waits_for_counts(void **state)
{
    struct sk_in_flight *in_flight = &now.gateway.in_flight;

    (void)state;
    sk_in_flight_close(in_flight);
    sk_in_flight_enter(in_flight);
    sk_in_flight_enter(in_flight);
    sk_in_flight_leave(in_flight);
    assert_false(sk_in_flight_wait(in_flight, 0));
    sk_in_flight_leave(in_flight);
    assert_true(sk_in_flight_wait(in_flight, 0));
    assert_int_equal(now.suspends, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_result_is_there_before_the_request_runs, set_up),
        cmocka_unit_test_setup(test_when_it_is_closed_nobody_waits, set_up),
        cmocka_unit_test_setup(test_who_waits_is_still_answered, set_up),
        cmocka_unit_test_setup(test_a_write_that_nobody_waits_for_counts, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
