/* An envelope on its way into the inbox whose request ends: what is stored of it then, what is
 * dropped, and what is left alone. The writer and the connection are played here. */
#include "tests/unit/unit.h"

#include <string.h>

#include "gateway/http/in_flight.h"
#include "gateway/http/request.h"
#include "gateway/http/suspend.h"
#include "gateway/intake/sink.h"

enum { STORED = 700 }; /* bytes of its piece that the resumed upload has on the disk */

static struct {
    struct sk_gateway gateway;
    struct sk_request request;
    struct sk_sink sink;
    struct sk_write *submitted;
    unsigned submits, entered, left, closed;
} now;

static uint8_t content[SK_SINK_SLACK];

/* ---- in place of the writer and of the connection -------------------------------------------- */

void sk_inbox_submit(struct sk_inbox *inbox, struct sk_write *write)
{
    (void)inbox;
    now.submitted = write;
    now.submits++;
}

void sk_envelope_id_random(struct sk_envelope_id *id)
{
    memset(id, 5, sizeof *id);
}

enum sk_error sk_upload_tail(struct sk_inbox *inbox, const struct sk_upload *upload,
                             uint8_t *buffer, size_t *len)
{
    (void)inbox;
    *len = (size_t)(upload->offset % SK_PIECE_BYTES);
    memcpy(buffer, content, *len);
    return SK_OK;
}

bool sk_request_suspend(struct sk_request *request)
{
    (void)request;
    return true;
}

void sk_request_resume(struct sk_request *request)
{
    (void)request;
}

void sk_in_flight_enter(struct sk_in_flight *in_flight)
{
    assert_ptr_equal(in_flight, &now.gateway.in_flight);
    now.entered++;
}

void sk_in_flight_leave(struct sk_in_flight *in_flight)
{
    assert_ptr_equal(in_flight, &now.gateway.in_flight);
    assert_int_equal(now.closed, 1); /* the gateway may be gone as soon as none is in flight */
    now.left++;
}

/* ---- aids ------------------------------------------------------------------------------------ */

static int set_up(void **state)
{
    (void)state;
    memset(&now, 0, sizeof now);
    now.request.gateway = &now.gateway;
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (uint8_t)(i * 7 + 3);
    }
    return 0;
}

static void add(size_t len)
{
    while (len > 0) {
        size_t some = len < sizeof content ? len : sizeof content;

        memcpy(sk_sink_room(&now.sink, some), content, some);
        sk_sink_add(&now.sink, some);
        len -= some;
    }
}

static void closed(void *context)
{
    assert_ptr_equal(context, &now);
    now.closed++;
}

static void end(void)
{
    sk_sink_close(&now.sink, closed, &now);
}

static void resume(void)
{
    const struct sk_upload_token token = {{9}};
    const struct sk_upload upload = {
        .length = 1 << 20, .offset = SK_PIECE_BYTES + STORED, .id = {{7}}};

    assert_error(sk_sink_resume(&now.sink, &now.request, &token, &upload), SK_OK);
}

static void writer_is_done(enum sk_error result)
{
    now.submitted->done(now.submitted, result);
}

static void assert_nothing_written(unsigned before)
{
    assert_int_equal(now.submits, before);
    assert_int_equal(now.closed, 1); /* at once */
    assert_int_equal(now.entered, 0);
}

/* ---- a resumable upload ---------------------------------------------------------------------- */

static void test_what_came_of_a_piece_is_stored(void **state)
{
    (void)state;
    resume();
    add(1);
    end();
    assert_int_equal(now.submits, 1);
    assert_int_equal(now.submitted->kind, SK_WRITE_PIECE);
    assert_true(now.submitted->resumable);
    assert_int_equal(now.submitted->token.b[0], 9);
    assert_int_equal(now.submitted->id.b[0], 7);
    assert_int_equal(now.submitted->piece, 1);
    assert_int_equal(now.submitted->len, STORED + 1); /* all of its piece so far */
    assert_memory_equal(now.submitted->data, content, STORED);
    assert_int_equal(now.closed, 0); /* its bytes are still with the writer */
    assert_int_equal(now.entered, 1);
    writer_is_done(SK_OK);
    assert_int_equal(now.closed, 1);
    assert_int_equal(now.left, 1);
}

static void test_nothing_new_is_not_stored_again(void **state)
{
    (void)state;
    resume();
    end();
    assert_nothing_written(0);
    set_up(state);
    resume();
    add(20);
    assert_int_equal(sk_sink_store(&now.sink), SK_STEP_WAIT);
    writer_is_done(SK_OK);
    end(); /* the result was not asked for */
    assert_nothing_written(1);
}

static void test_a_refused_one_is_left_alone(void **state)
{
    (void)state;
    resume();
    add(20);
    sk_sink_discard(&now.sink);
    end();
    assert_nothing_written(0);
    set_up(state);
    resume();
    add(20);
    assert_int_equal(sk_sink_store(&now.sink), SK_STEP_WAIT);
    writer_is_done(SK_ERR_FULL);
    end(); /* it was tried */
    assert_nothing_written(1);
}

/* ---- a form ---------------------------------------------------------------------------------- */

static void store_first_piece(void)
{
    sk_sink_open(&now.sink, &now.request);
    add(SK_PIECE_BYTES);
    assert_true(sk_sink_full(&now.sink));
    assert_int_equal(sk_sink_store(&now.sink), SK_STEP_WAIT);
    writer_is_done(SK_OK);
    assert_error(sk_sink_settle(&now.sink), SK_OK);
}

static void test_half_a_form_is_dropped(void **state)
{
    (void)state;
    store_first_piece();
    add(1);
    end();
    assert_int_equal(now.submits, 2);
    assert_int_equal(now.submitted->kind, SK_WRITE_DROP);
    assert_int_equal(now.submitted->id.b[0], 5);
    assert_int_equal(now.submitted->len, 0);
    writer_is_done(SK_OK);
    assert_int_equal(now.closed, 1);
    assert_int_equal(now.left, 1);
}

static void test_of_a_form_that_is_not_there_or_whole_nothing_is_dropped(void **state)
{
    (void)state;
    sk_sink_open(&now.sink, &now.request);
    add(3);
    end();
    assert_nothing_written(0);
    set_up(state);
    store_first_piece();
    add(3);
    assert_int_equal(sk_sink_finish(&now.sink, SK_PIECE_BYTES + 3, NULL), SK_STEP_WAIT);
    writer_is_done(SK_OK);
    assert_error(sk_sink_settle(&now.sink), SK_OK);
    end();
    assert_nothing_written(2);
    set_up(state);
    end(); /* it was never opened */
    assert_nothing_written(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_came_of_a_piece_is_stored, set_up),
        cmocka_unit_test_setup(test_nothing_new_is_not_stored_again, set_up),
        cmocka_unit_test_setup(test_a_refused_one_is_left_alone, set_up),
        cmocka_unit_test_setup(test_half_a_form_is_dropped, set_up),
        cmocka_unit_test_setup(test_of_a_form_that_is_not_there_or_whole_nothing_is_dropped,
                               set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
