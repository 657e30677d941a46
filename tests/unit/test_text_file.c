/* Texts out of files, as editors of every kind leave them. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/base/secret.h"
#include "keys/cli/text_file.h"
#include "tests/unit/unit.h"

static void write_file(char *path, const char *bytes, size_t len)
{
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static void taken(const char *bytes, size_t len, const char *want)
{
    char path[] = "test_text_file.XXXXXX";
    struct sk_plain_fault fault;
    uint8_t *text = NULL;
    size_t got = 0;

    write_file(path, bytes, len);
    enum sk_error e = sk_text_file_read(path, 100, &text, &got, &fault);

    unlink(path);
    assert_error(e, SK_OK);
    assert_int_equal(got, strlen(want));
    assert_string_equal((const char *)text, want);
    sk_secret_free(text);
}

static void refused(const char *bytes, size_t len, enum sk_plain_wrong wrong, size_t line,
                    size_t byte, uint8_t value)
{
    char path[] = "test_text_file.XXXXXX";
    struct sk_plain_fault fault = {0};
    uint8_t *text = NULL;
    size_t got = 7;

    write_file(path, bytes, len);
    enum sk_error e = sk_text_file_read(path, 100, &text, &got, &fault);

    unlink(path);
    assert_error(e, SK_ERR_TEXT);
    assert_null(text);
    assert_int_equal(got, 7);
    assert_int_equal(fault.wrong, wrong);
    assert_int_equal(fault.line, line);
    assert_int_equal(fault.byte, byte);
    assert_int_equal(fault.value, value);
}

#define TAKEN(bytes, want) taken(bytes, sizeof(bytes) - 1, want)
#define REFUSED(bytes, wrong, line, byte, value)                                                   \
    refused(bytes, sizeof(bytes) - 1, wrong, line, byte, value)

static void ends_of_lines(void **state)
{
    (void)state;
    TAKEN("", "");
    TAKEN("a\nb\n", "a\nb\n");
    TAKEN("a\r\nb\r\n", "a\nb\n");
    TAKEN("a\rb\r", "a\nb\n");
    TAKEN("a\r\r\n\n\rb", "a\n\n\n\nb");
    TAKEN("\r", "\n");
    TAKEN("\tдякуємо 😀\r\n", "\tдякуємо 😀\n");
}

static void marks(void **state)
{
    (void)state;
    TAKEN("\xEF\xBB\xBF", "");
    TAKEN("\xEF\xBB\xBF\r\nї", "\nї");
    TAKEN("a\xEF\xBB\xBF", "a\xEF\xBB\xBF"); /* only at the beginning it is a mark */
    REFUSED("\xFF\xFEh\0i\0", SK_PLAIN_UTF16, 1, 1, 0xFF);
    REFUSED("\xFE\xFF\0h\0i", SK_PLAIN_UTF16, 1, 1, 0xFE);
    REFUSED("h\0i\0", SK_PLAIN_UTF16, 1, 2, 0);
}

static void normal_form(void **state)
{
    (void)state;
    TAKEN("и\u0306 і\u0308 е\u0308\n", "й ї ё\n");
    TAKEN("Q\u0131r\u0131m, C\u0327ato\u0306", "Q\u0131r\u0131m, Çat\u014F");
    TAKEN("a\u0301\u0323", "\u1EA1\u0301"); /* what stands below comes first */
    TAKEN("й ї ё 😀\uFFFE", "й ї ё 😀\uFFFE");
}

static void what_is_no_text(void **state)
{
    (void)state;
    REFUSED("a\r\nb\rc\nd\x1b[m", SK_PLAIN_CONTROL, 4, 9, 0x1B);
    REFUSED("\xEF\xBB\xBF\x7f", SK_PLAIN_CONTROL, 1, 4, 0x7F);
    REFUSED("\xC2\x9B", SK_PLAIN_CONTROL, 1, 1, 0x9B);
    REFUSED("x\n\xEF\xF0\xE8", SK_PLAIN_NOT_UTF8, 2, 3, 0xEF); /* windows-1251 */
    REFUSED("\xD0", SK_PLAIN_NOT_UTF8, 1, 1, 0xD0);
    REFUSED("\xED\xA0\x80", SK_PLAIN_NOT_UTF8, 1, 1, 0xED);
    REFUSED("\xC0\xAF", SK_PLAIN_NOT_UTF8, 1, 1, 0xC0);
}

static void lengths(void **state)
{
    char path[] = "test_text_file.XXXXXX", bytes[203];
    struct sk_plain_fault fault;
    uint8_t *text = NULL;
    size_t len = 0;

    (void)state;
    memcpy(bytes, "\xEF\xBB\xBF", 3);
    for (size_t i = 3; i < sizeof bytes; i += 2) {
        memcpy(bytes + i, "\r\n", 2);
    }
    write_file(path, bytes, sizeof bytes);
    assert_error(sk_text_file_read(path, 99, &text, &len, &fault), SK_ERR_TOO_LARGE);
    assert_error(sk_text_file_read(path, 100, &text, &len, &fault), SK_OK);
    assert_int_equal(len, 100);
    assert_int_equal(sk_text_without_end(text, len), 0);
    sk_secret_free(text);
    unlink(path);
    assert_error(sk_text_file_read(path, 100, &text, &len, &fault), SK_ERR_NOT_FOUND);
}

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_of_lines),   cmocka_unit_test(marks),   cmocka_unit_test(normal_form),
        cmocka_unit_test(what_is_no_text), cmocka_unit_test(lengths),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
