/* The desk's side of the child protocol: whatever a captured child sends, nothing but a whole and
 * orderly answer is taken. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/bytes.h"
#include "keys/desk/frames.h"
#include "tests/unit/unit.h"

enum { BODY_LEN = 100000 };

struct talk {
    uint8_t bytes[200000];
    size_t len;
    char log[4096];
};

static struct talk talk;

/* ---- what the child says --------------------------------------------------- */

static void begin(void)
{
    memset(&talk, 0, sizeof talk);
}

static void frame_head(uint8_t type, uint32_t len)
{
    talk.bytes[talk.len] = type;
    sk_put_u32(talk.bytes + talk.len + 1, len);
    talk.len += SK_FRAME_HEAD;
}

static void frame(uint8_t type, const void *payload, size_t len)
{
    frame_head(type, (uint32_t)len);
    if (len > 0) {
        memcpy(talk.bytes + talk.len, payload, len);
    }
    talk.len += len;
}

static void number(uint8_t type, uint64_t value)
{
    uint8_t bytes[8];

    sk_put_u64(bytes, value);
    frame(type, bytes, sizeof bytes);
}

static void end(uint8_t outcome)
{
    frame(SK_FRAME_END, &outcome, 1);
}

static void file(void)
{
    frame(SK_FRAME_FILE, "\x01\0f\x05\0a.jpg\x02\0t\xff", 2 + 1 + 2 + 5 + 2 + 2);
}

/* ---- what the desk hears --------------------------------------------------- */

static void hear(const char *what, const char *text, uint64_t n)
{
    size_t used = strlen(talk.log);

    snprintf(talk.log + used, sizeof talk.log - used, "%s(%s,%llu) ", what, text,
             (unsigned long long)n);
}

static enum sk_error on_field(void *ctx, const char *name)
{
    (void)ctx;
    hear("field", name, 0);
    return SK_OK;
}

static enum sk_error on_more(void *ctx, const uint8_t *value, size_t len)
{
    (void)ctx;
    (void)value;
    hear("more", "", len);
    return SK_OK;
}

static enum sk_error on_field_end(void *ctx, uint64_t len)
{
    (void)ctx;
    hear("end", "", len);
    return SK_OK;
}

static enum sk_error on_file(void *ctx, const char *field, const char *name, const char *type)
{
    (void)ctx;
    hear(field, name, 0);
    hear("type", type, 0);
    return SK_OK;
}

static enum sk_error on_data(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    (void)bytes;
    hear("data", "", len);
    return SK_OK;
}

static enum sk_error stop(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return SK_ERR_FULL;
}

static enum sk_error on_head(void *ctx, const uint8_t *lines, size_t len)
{
    (void)ctx;
    (void)lines;
    hear("head", "", len);
    return SK_OK;
}

static const struct sk_frame_handler handler = {on_field, on_more,      on_field_end, on_file,
                                                on_data,  on_field_end, on_head};

static enum sk_parse_outcome outcome_heard;

/* Through a file: everything is there at once, and then the end. */
static enum sk_error listen_with(enum sk_parse_mode mode, const struct sk_frame_handler *h)
{
    FILE *f = tmpfile();
    enum sk_error e;

    assert_non_null(f);
    assert_int_equal(fwrite(talk.bytes, 1, talk.len, f), talk.len);
    rewind(f);
    e = sk_frames_read(fileno(f), mode, BODY_LEN, h, NULL, &outcome_heard);
    fclose(f);
    return e;
}

static void refused(enum sk_parse_mode mode)
{
    assert_error(listen_with(mode, &handler), SK_ERR_PARSE_FAILED);
}

/* ---- tests ----------------------------------------------------------------- */

static void say_all(void)
{
    begin();
    frame(SK_FRAME_FIELD, "te\xffxt", 5);
    frame(SK_FRAME_FIELD_MORE, "abc", 3);
    frame(SK_FRAME_FIELD_MORE, "d", 1);
    number(SK_FRAME_FIELD_END, 4);
    file();
    frame(SK_FRAME_DATA, "12345", 5);
    number(SK_FRAME_FILE_END, 5);
    end(SK_PARSE_WHOLE);
}

static void whole_answer(void **state)
{
    (void)state;
    say_all();
    assert_error(listen_with(SK_PARSE_FULL, &handler), SK_OK);
    assert_string_equal(talk.log, "field(te\xef\xbf\xbdxt,0) more(,3) more(,1) end(,4) "
                                  "f(a.jpg,0) type(t\xef\xbf\xbd,0) data(,5) end(,5) ");
}

static void every_cut_is_refused(void **state)
{
    size_t whole;

    (void)state;
    say_all();
    whole = talk.len;
    for (size_t len = 0; len < whole; len++) {
        talk.len = len;
        refused(SK_PARSE_FULL);
    }
}

static void bad_outcomes(void **state)
{
    (void)state;
    for (unsigned outcome = 0; outcome < 256; outcome++) {
        begin();
        end((uint8_t)outcome);
        assert_error(listen_with(SK_PARSE_LIST, &handler),
                     outcome <= SK_PARSE_CROWDED ? SK_OK : SK_ERR_PARSE_FAILED);
        assert_true(outcome > SK_PARSE_CROWDED || outcome_heard == outcome);
    }
}

/* What was read before the parser stopped is heard, and why it stopped. */
static void heads_and_stops(void **state)
{
    static uint8_t big[SK_PARSE_HEAD_MAX + 1];

    (void)state;
    begin();
    frame(SK_FRAME_FIELD, "a", 1);
    frame(SK_FRAME_HEAD_LINES, "x", 1);
    frame(SK_FRAME_FIELD_MORE, "b", 1);
    number(SK_FRAME_FIELD_END, 1);
    end(SK_PARSE_CROWDED);
    assert_error(listen_with(SK_PARSE_FULL, &handler), SK_OK);
    assert_int_equal(outcome_heard, SK_PARSE_CROWDED);
    assert_string_equal(talk.log, "field(a,0) head(,1) more(,1) end(,1) ");
    refused(SK_PARSE_LIST);                        /* heads only in the other mode */
    for (unsigned where = 0; where < 4; where++) { /* outside, twice, after a piece, too long */
        begin();
        if (where > 0) {
            frame(SK_FRAME_FIELD, "a", 1);
        }
        if (where == 1) {
            frame(SK_FRAME_HEAD_LINES, "x", 1);
        }
        if (where == 2) {
            frame(SK_FRAME_FIELD_MORE, "b", 1);
        }
        frame(SK_FRAME_HEAD_LINES, big, where == 3 ? sizeof big : 1);
        if (where > 0) {
            number(SK_FRAME_FIELD_END, where == 2 ? 1 : 0);
        }
        end(SK_PARSE_WHOLE);
        refused(SK_PARSE_FULL);
    }
}

static void unknown_types(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        if (type == 0 || type > SK_FRAME_HEAD_LINES) {
            begin();
            frame((uint8_t)type, "x", 1);
            end(SK_PARSE_WHOLE);
            refused(SK_PARSE_FULL);
        }
    }
}

/* Each of the following would be a whole answer but for the one thing that is wrong. */
static void lengths(void **state)
{
    static uint8_t big[SK_PARSE_PIECE + 1];
    static const uint32_t bad[] = {0x7FFFFFFF, 0xFFFFFFFF};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        begin();
        frame_head(SK_FRAME_FIELD, bad[i]);
        talk.len += SK_PARSE_PIECE + 1;
        refused(SK_PARSE_FULL);
    }
    for (size_t extra = 0; extra < 2; extra++) {
        begin();
        file();
        frame(SK_FRAME_DATA, big, SK_PARSE_PIECE + extra);
        number(SK_FRAME_FILE_END, SK_PARSE_PIECE + extra);
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_FULL, &handler),
                     extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
        begin();
        frame(SK_FRAME_FIELD, big, SK_PARSE_NAME_MAX + extra);
        number(SK_FRAME_FIELD_END, 0);
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_FULL, &handler),
                     extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
    }
}

static void file_names(void **state)
{
    uint8_t names[6 + SK_PARSE_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t extra = 0; extra < 3; extra++) { /* fits, name too long, longer than frame */
            size_t n = SK_PARSE_NAME_MAX + (extra == 1 ? 1 : 0);

            memset(names, 0, sizeof names);
            sk_put_u16(names + 2 * i, (uint16_t)n);
            begin();
            frame(SK_FRAME_FILE, names, 6 + n - (extra == 2 ? 1 : 0));
            number(SK_FRAME_FILE_END, 0);
            end(SK_PARSE_WHOLE);
            assert_error(listen_with(SK_PARSE_FULL, &handler),
                         extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
        }
    }
    begin();
    frame(SK_FRAME_FILE, "\0\0\0\0\0\0x", 7); /* something behind the names */
    number(SK_FRAME_FILE_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    for (size_t len = 0; len < 6; len++) {
        begin();
        frame(SK_FRAME_FILE, "\0\0\0\0\0\0", len);
        number(SK_FRAME_FILE_END, 0);
        end(SK_PARSE_WHOLE);
        refused(SK_PARSE_FULL);
    }
}

static void field(const char *name)
{
    frame(SK_FRAME_FIELD, name, strlen(name));
}

static void order(void **state)
{
    (void)state;
    begin(); /* pieces and ends that belong to nothing */
    frame(SK_FRAME_FIELD_MORE, "x", 1);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    frame(SK_FRAME_DATA, "x", 1);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    number(SK_FRAME_FIELD_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    number(SK_FRAME_FILE_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin(); /* a field's frames in a file, and the reverse */
    file();
    frame(SK_FRAME_FIELD_MORE, "x", 1);
    number(SK_FRAME_FILE_END, 1);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    field("a");
    frame(SK_FRAME_DATA, "x", 1);
    number(SK_FRAME_FIELD_END, 1);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    field("a");
    number(SK_FRAME_FILE_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin(); /* one part within another */
    field("a");
    field("b");
    number(SK_FRAME_FIELD_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin();
    field("a");
    file();
    number(SK_FRAME_FILE_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    begin(); /* an end in the middle */
    field("a");
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
}

static void amounts(void **state)
{
    static uint8_t piece[SK_PARSE_PIECE];
    const unsigned too_many = BODY_LEN / SK_PARSE_PIECE + 1;

    (void)state;
    begin();
    for (unsigned i = 0; i < too_many; i++) { /* together more than the body can hold */
        file();
        frame(SK_FRAME_DATA, piece, sizeof piece);
        number(SK_FRAME_FILE_END, sizeof piece);
    }
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
    for (uint64_t said = 4; said <= 6; said++) { /* another length than came */
        begin();
        file();
        frame(SK_FRAME_DATA, piece, 5);
        number(SK_FRAME_FILE_END, said);
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_FULL, &handler), said == 5 ? SK_OK : SK_ERR_PARSE_FAILED);
    }
    begin(); /* empty pieces could come for ever */
    file();
    frame(SK_FRAME_DATA, piece, 0);
    number(SK_FRAME_FILE_END, 0);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_FULL);
}

static void amounts_in_a_list(void **state)
{
    static uint8_t piece[SK_PARSE_PIECE];

    (void)state;
    begin(); /* no data */
    file();
    frame(SK_FRAME_DATA, piece, 5);
    number(SK_FRAME_FILE_END, 5);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_LIST);
    for (uint64_t extra = 0; extra < 2; extra++) { /* no file longer than the body */
        begin();
        file();
        number(SK_FRAME_FILE_END, BODY_LEN + extra);
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_LIST, &handler),
                     extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
    }
    for (unsigned extra = 0; extra < 2; extra++) { /* a bounded beginning of each field */
        begin();
        field("a");
        frame(SK_FRAME_FIELD_MORE, piece, sizeof piece);
        if (extra != 0) {
            frame(SK_FRAME_FIELD_MORE, piece, 1);
        }
        number(SK_FRAME_FIELD_END, 50000);
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_LIST, &handler),
                     extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
    }
    begin(); /* more than the whole */
    field("a");
    frame(SK_FRAME_FIELD_MORE, piece, 5);
    number(SK_FRAME_FIELD_END, 4);
    end(SK_PARSE_WHOLE);
    refused(SK_PARSE_LIST);
}

static void too_many_parts(void **state)
{
    (void)state;
    for (unsigned extra = 0; extra < 2; extra++) {
        begin();
        for (unsigned i = 0; i < SK_PARSE_PARTS_MAX + extra; i++) {
            frame(SK_FRAME_FIELD, "", 0);
            number(SK_FRAME_FIELD_END, 0);
        }
        end(SK_PARSE_WHOLE);
        assert_error(listen_with(SK_PARSE_LIST, &handler),
                     extra == 0 ? SK_OK : SK_ERR_PARSE_FAILED);
    }
}

static void handler_errors_come_through(void **state)
{
    struct sk_frame_handler stopping = handler;

    (void)state;
    stopping.field = stop;
    say_all();
    assert_error(listen_with(SK_PARSE_FULL, &stopping), SK_ERR_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_answer),   cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(bad_outcomes),   cmocka_unit_test(heads_and_stops),
        cmocka_unit_test(unknown_types),  cmocka_unit_test(lengths),
        cmocka_unit_test(file_names),     cmocka_unit_test(order),
        cmocka_unit_test(amounts),        cmocka_unit_test(amounts_in_a_list),
        cmocka_unit_test(too_many_parts), cmocka_unit_test(handler_errors_come_through),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
