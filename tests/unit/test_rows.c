/* Published rows under a prefix, and how they are sent (FORMAT 9). */
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/rows.h"
#include "tests/unit/storage_unit.h"

/* ---- from the inbox ------------------------------------------------------------------------- */

static void put_row(struct sk_inbox *inbox, uint8_t first, uint8_t second, struct sk_row *row)
{
    struct unit_envelope e;

    unit_envelope_new(&e, 1);
    e.row.b[0] = first;
    e.row.b[1] = second;
    assert_ok(unit_put(inbox, &e));
    *row = e.row;
}

static void all_rows_come_in_order_when_they_are_published(void **state)
{
    struct sk_publication publication;
    struct sk_inbox *inbox = NULL;
    struct sk_row_info *rows;
    struct sk_row row;
    size_t count, ours = 0;

    assert_ok(sk_inbox_create(*state, 16 * SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    assert_int_equal(publication.number + publication.day + publication.bits + count, 0);
    assert_int_equal(publication.places, 32);
    free(rows);
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    for (unsigned i = 0; i < 150; i++) {
        put_row(inbox, 0x41, (uint8_t)(7 * i), &row); /* 7 is odd: all are different */
    }
    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    assert_true(unit_is_batch(count, 0)); /* nobody's, of the first start */
    size_t first = count;

    free(rows);
    unit_publish(inbox);
    assert_ok(sk_inbox_rows_under(inbox, 0, &publication, &rows, &count));
    assert_int_equal(count, first + 256);
    assert_int_equal(publication.bits, 0);
    assert_int_equal(publication.places, 512);
    for (size_t i = 0; i < count; i++) {
        ours += rows[i].row.b[0] == 0x41;
        assert_int_equal(rows[i].state, SK_ROW_RECEIVED);
        assert_true(i == 0 || memcmp(rows[i - 1].row.b, rows[i].row.b, 16) < 0);
    }
    assert_true(ours >= 150);
    free(rows);
    assert_error(sk_inbox_rows_under(inbox, 0x41, &publication, &rows, &count), SK_ERR_NOT_FOUND);
    assert_error(sk_inbox_rows_under(inbox, 0x80, &publication, &rows, &count), SK_ERR_NOT_FOUND);
    sk_inbox_close(inbox);
}

/* ---- encoded ------------------------------------------------------------------------------- */

static struct sk_row_info *some_rows(size_t count)
{
    struct sk_row_info *rows = calloc(count + 1, sizeof *rows);

    assert_non_null(rows);
    for (size_t i = 0; i < count; i++) {
        memset(rows[i].row.b, 0xee, 16);
        rows[i].row.b[0] = 0xa7;
        rows[i].row.b[1] = (uint8_t)(i >> 8);
        rows[i].row.b[2] = (uint8_t)i;
        rows[i].state = i % 2 == 0 ? SK_ROW_RECEIVED : SK_ROW_CARRIED;
    }
    return rows;
}

static const struct sk_publication three_bits = {
    .number = 9, .day = 0x04030201, .bits = 3, .places = 32};

static void every_byte_is_where_the_format_says(void **state)
{
    static const uint8_t header[] = {'S', 'K', 'R', 'O', 'W', 'S', '_', '2', 3, 0xa0, 0, 0,
                                     32,  0,   0,   0,   1,   2,   3,   4,   0, 0,    0, 0};
    static const uint8_t first[] = {0xa7, 0,    0,    0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
                                    0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 1};
    struct sk_row_info *rows = some_rows(3);
    uint8_t *bytes, head[24];
    size_t len;

    (void)state;
    assert_ok(sk_rows_encode(&three_bits, 0xa0, rows, 3, &bytes, &len));
    assert_int_equal(len, 24 + 32 * 17);
    assert_memory_equal(bytes, header, 24);
    assert_memory_equal(bytes + 24, first, 17);
    assert_int_equal(bytes[24 + 17 + 2], 1);
    assert_int_equal(bytes[24 + 17 + 16], 2); /* carried */
    assert_int_equal(bytes[24 + 34 + 16], 1);
    assert_true(sk_all_zero(bytes + 24 + 51, len - 24 - 51));
    free(bytes);
    free(rows);
    sk_rows_encode_head(&three_bits, head);
    assert_int_equal(head[8], 3);
    assert_int_equal(head[9], 0);
    assert_int_equal(sk_get_u32(head + 12), 0);
    assert_int_equal(sk_get_u32(head + 16), 0x04030201);
}

static void refuse(const struct sk_publication *publication, const struct sk_row_info *rows,
                   enum sk_error error)
{
    uint8_t *bytes = NULL;
    size_t len = 1;

    assert_error(sk_rows_encode(publication, 0xa0, rows, 3, &bytes, &len), error);
    assert_null(bytes);
    assert_int_equal(len, 1);
}

static void what_cannot_be_so_is_refused(void **state)
{
    struct sk_publication other = three_bits;
    struct sk_row_info *rows = some_rows(3), kept;

    (void)state;
    other.places = 2; /* fewer than there are */
    refuse(&other, rows, SK_ERR_USAGE);
    other.places = SK_ROWS_PLACES_MAX * 2;
    refuse(&other, rows, SK_ERR_TOO_LARGE);
    other = three_bits;
    other.bits = 6; /* a7 begins with a4 then */
    refuse(&other, rows, SK_ERR_USAGE);
    kept = rows[1];
    rows[1] = rows[0]; /* repeated */
    refuse(&three_bits, rows, SK_ERR_USAGE);
    rows[0] = kept; /* out of order */
    refuse(&three_bits, rows, SK_ERR_USAGE);
    free(rows);
    rows = some_rows(3);
    rows[2].row.b[0] = 0xc0;
    refuse(&three_bits, rows, SK_ERR_USAGE);
    rows[2].row.b[0] = 0xa7;
    rows[0].state = SK_ROW_UNKNOWN;
    refuse(&three_bits, rows, SK_ERR_USAGE);
    free(rows);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_rows_come_in_order_when_they_are_published),
        cmocka_unit_test(every_byte_is_where_the_format_says),
        cmocka_unit_test(what_cannot_be_so_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
