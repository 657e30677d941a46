/* Receipt rows under a first byte, and how they are sent (FORMAT 9). */
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "storage/rows.h"
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

static void all_rows_under_a_byte_come_in_order(void **state)
{
    struct sk_inbox *inbox = NULL;
    struct sk_row_info *rows;
    struct sk_row row, marked;
    uint64_t total;
    size_t count;

    assert_ok(sk_inbox_create(*state, 16 * SMALL_INBOX));
    assert_ok(sk_inbox_open(&inbox, *state));
    assert_ok(sk_inbox_writer_start(inbox, NULL, NULL));
    assert_ok(sk_inbox_rows_under(inbox, 0x41, &rows, &count, &total));
    assert_int_equal(count + total, 0);
    free(rows);
    for (unsigned i = 0; i < 150; i++) {
        put_row(inbox, 0x41, (uint8_t)(7 * i), &row); /* 7 is odd: all are different */
    }
    marked = row;
    put_row(inbox, 0x40, 0xff, &row);
    put_row(inbox, 0x42, 0x00, &row);
    put_row(inbox, 0xff, 0xff, &row);
    put_row(inbox, 0x00, 0x00, &row);
    assert_ok(sk_inbox_mark_carried(inbox, &marked, 1));
    assert_ok(sk_inbox_rows_under(inbox, 0x41, &rows, &count, &total));
    assert_int_equal(count, 150);
    assert_int_equal(total, 154);
    for (size_t i = 0; i < count; i++) {
        bool carried = memcmp(rows[i].row.b, marked.b, 16) == 0;

        assert_int_equal(rows[i].row.b[0], 0x41);
        assert_int_equal(rows[i].day, 20000);
        assert_int_equal(rows[i].state, carried ? SK_ROW_CARRIED : SK_ROW_RECEIVED);
        assert_true(i == 0 || memcmp(rows[i - 1].row.b, rows[i].row.b, 16) < 0);
    }
    free(rows);
    for (unsigned first = 0; first < 256; first += 255) { /* both ends of the table */
        assert_ok(sk_inbox_rows_under(inbox, (uint8_t)first, &rows, &count, &total));
        assert_int_equal(count, 1);
        free(rows);
    }
    sk_inbox_close(inbox);
}

/* ---- encoded ----------------------------------------------------------------------------------
 */

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
        rows[i].day = 0x04030201;
    }
    return rows;
}

static void assert_places(size_t count, uint64_t total, uint32_t want)
{
    struct sk_row_info *rows = some_rows(count);
    uint8_t *bytes;
    size_t len;

    assert_ok(sk_rows_encode(0xa7, rows, count, total, &bytes, &len));
    assert_int_equal(sk_get_u32(bytes + 12), want);
    assert_int_equal(len, 16 + 24 * (size_t)want);
    free(bytes);
    free(rows);
}

static void the_places_follow_the_sum_of_all_rows(void **state)
{
    (void)state;
    assert_places(0, 0, 32);
    assert_places(3, 255, 32);
    assert_places(0, 256, 64);
    assert_places(32, 4096, 64);
    assert_places(40, 4351, 64); /* 32 + 2 * 16 */
    assert_places(40, 4352, 128);
    assert_places(0, 1000000, 8192);
    assert_places(5, 1000000, 8192); /* whatever is under this byte */
}

static void more_rows_than_places_take_the_next_power(void **state)
{
    (void)state;
    assert_places(32, 32, 32);
    assert_places(33, 33, 64);
    assert_places(64, 100, 64);
    assert_places(65, 300, 128);
    assert_places(1000, 1000, 1024);
}

static void every_byte_is_where_the_format_says(void **state)
{
    static const uint8_t header[] = {'S',  'K', 'R', 'O', 'W', 'S', '_', '1',
                                     0xa7, 0,   0,   0,   32,  0,   0,   0};
    static const uint8_t first[] = {0xa7, 0,    0,    0xee, 0xee, 0xee, 0xee, 0xee,
                                    0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
                                    1,    2,    3,    4,    1,    0,    0,    0};
    struct sk_row_info *rows = some_rows(3);
    uint8_t *bytes;
    size_t len;

    (void)state;
    assert_ok(sk_rows_encode(0xa7, rows, 3, 3, &bytes, &len));
    assert_int_equal(len, 16 + 32 * 24);
    assert_memory_equal(bytes, header, 16);
    assert_memory_equal(bytes + 16, first, 24);
    assert_int_equal(bytes[16 + 24 + 2], 1);
    assert_int_equal(bytes[16 + 24 + 20], 2); /* carried */
    assert_int_equal(bytes[16 + 48 + 20], 1);
    assert_true(sk_all_zero(bytes + 16 + 72, len - 16 - 72));
    free(bytes);
    free(rows);
}

static void refuse(const struct sk_row_info *rows, size_t count, uint64_t total,
                   enum sk_error error)
{
    uint8_t *bytes = NULL;
    size_t len = 1;

    assert_error(sk_rows_encode(0xa7, rows, count, total, &bytes, &len), error);
    assert_null(bytes);
    assert_int_equal(len, 1);
}

static void what_cannot_be_so_is_refused(void **state)
{
    struct sk_row_info *rows = some_rows(3), kept;

    (void)state;
    refuse(rows, 3, 2, SK_ERR_USAGE);
    refuse(rows, 3, UINT64_MAX, SK_ERR_TOO_LARGE);
    refuse(rows, 3, (uint64_t)SK_ROWS_PLACES_MAX * 256, SK_ERR_TOO_LARGE);
    kept = rows[1];
    rows[1] = rows[0]; /* repeated */
    refuse(rows, 3, 3, SK_ERR_USAGE);
    rows[0] = kept; /* out of order */
    refuse(rows, 3, 3, SK_ERR_USAGE);
    free(rows);
    rows = some_rows(3);
    rows[2].row.b[0] = 0xa8;
    refuse(rows, 3, 3, SK_ERR_USAGE);
    rows[2].row.b[0] = 0xa7;
    rows[0].state = SK_ROW_UNKNOWN;
    refuse(rows, 3, 3, SK_ERR_USAGE);
    free(rows);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_rows_under_a_byte_come_in_order),
        cmocka_unit_test(the_places_follow_the_sum_of_all_rows),
        cmocka_unit_test(more_rows_than_places_take_the_next_power),
        cmocka_unit_test(every_byte_is_where_the_format_says),
        cmocka_unit_test(what_cannot_be_so_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
