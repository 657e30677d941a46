/* Heads of parts as browsers write them, and as they do not. */
#include <stdio.h>
#include <string.h>

#include "keys/format/form.h"
#include "tests/unit/unit.h"

static struct sk_form head;
static uint8_t field[SK_BODY_NAME_MAX], file[SK_BODY_NAME_MAX], type[SK_BODY_NAME_MAX];

static void read_pieces(const char *body, size_t len, size_t piece)
{
    struct sk_form_event event = {SK_FORM_MORE, NULL, 0};

    sk_form_multipart(&head, "X", SK_FORM_DESK);
    sk_form_keep(&head.field, field, sizeof field);
    sk_form_keep(&head.file, file, sizeof file);
    sk_form_keep(&head.type, type, sizeof type);
    for (size_t at = 0, used = 0; at < len && event.kind != SK_FORM_PART; at += used) {
        size_t n = len - at < piece ? len - at : piece;

        used = 0;
        do {
            assert_error(sk_form_next(&head, (const uint8_t *)body + at, n, &used, &event), SK_OK);
        } while (event.kind == SK_FORM_HEAD);
    }
    assert_int_equal(event.kind, SK_FORM_PART);
}

/* The head of a part with these lines, and the same byte by byte. */
static void read_head(const char *lines)
{
    static char body[5000];
    int len = snprintf(body, sizeof body, "--X\r\n%s\r\n", lines);

    assert_true(len > 0 && (size_t)len < sizeof body);
    read_pieces(body, (size_t)len, (size_t)len);
    struct sk_form_text names[] = {head.field, head.file, head.type};
    bool is_file = head.is_file;

    read_pieces(body, (size_t)len, 1);
    assert_int_equal(head.is_file, is_file);
    assert_int_equal(head.field.len, names[0].len);
    assert_int_equal(head.file.len, names[1].len);
    assert_int_equal(head.type.len, names[2].len);
}

static void is(const struct sk_form_text *name, const char *want)
{
    assert_int_equal(name->len, strlen(want));
    assert_memory_equal(name->bytes, want, name->len);
}

static void file_is(const char *lines, const char *want)
{
    read_head(lines);
    assert_true(head.is_file);
    is(&head.file, want);
}

#define NAMED(name) "Content-Disposition: form-data; name=\"file\"; filename=\"" name "\"\r\n"

static void as_browsers_write(void **state)
{
    (void)state;
    file_is(NAMED("C:\\reports\\new.txt"), "C:\\reports\\new.txt");
    file_is(NAMED("ends with\\"), "ends with\\");
    file_is(NAMED("say %22hi%22.txt"), "say \"hi\".txt");
    file_is(NAMED("a%0D%0Ab"), "a\r\nb");
    file_is(NAMED("=?utf-8?B?0YTQvtGC0L4=?=.jpg"), "=?utf-8?B?0YTQvtGC0L4=?=.jpg");
    file_is(NAMED("100%25.txt"), "100%25.txt");
    file_is(NAMED("%0a%2"), "%0a%2"); /* browsers write capitals */
    file_is(NAMED("a; name=x; b"), "a; name=x; b");
    is(&head.field, "file");
    file_is(NAMED("Фото \xff.jpg"), "Фото \xff.jpg");
    file_is(NAMED(""), "");
    read_head("Content-Disposition: form-data; name=\"a%22b\"\r\n");
    assert_false(head.is_file);
    is(&head.field, "a\"b");
    is(&head.type, "application/octet-stream");
    read_head(NAMED("x") "Content-Type: image/jpeg\r\n");
    is(&head.type, "image/jpeg");
}

static void as_others_write(void **state)
{
    (void)state;
    file_is("content-disposition:form-data;name=a;filename=b.txt ;x\r\n", "b.txt");
    is(&head.field, "a");
    file_is("Content-Type: text/html;\r\n charset=\"utf-8\"\r\nContent-Disposition: form-data;\r\n"
            "\tname=\"a\";\r\n filename=\"b\"\r\n",
            "b");
    is(&head.type, "text/html");
    file_is("Content-Disposition: form-data; name=a; filename*=UTF-8''%D1%84\r\n", "UTF-8''%D1%84");
    file_is("Content-Disposition: form-data; filename*=x; filename=y; filename=z\r\n", "y");
    file_is("Content-Disposition: form-data; filename=y; filename*=x\r\n", "y");
    file_is("Content-Disposition: form-data; filename=\"never ends\r\n", "never ends");
    file_is("Content-Disposition: form-data; filename\r\n", "");
    file_is("Content-Type: text/plain\r\n", ""); /* no disposition: its bytes are kept */
    file_is("", "");
    file_is("x\r\n", "");
    file_is(": \r\n:\r\n", "");
    read_head("X-Content-Disposition: x; filename=a\r\nContent-Disposition: form-data; name=b\r\n");
    assert_false(head.is_file);
    is(&head.field, "b");
    read_head("Content-Disposition: form-data; name=\"a\"; xfilename=\"b\"; name=\"c\"\r\n");
    assert_false(head.is_file);
    is(&head.field, "a");
}

static void long_names_are_cut(void **state)
{
    char lines[4000] = "Content-Disposition: form-data; name=\"";
    size_t n = strlen(lines);

    (void)state;
    memset(lines + n, 'a', 3000);
    memcpy(lines + n + 3000, "\"\r\n", 4);
    read_head(lines);
    assert_int_equal(head.field.len, SK_BODY_NAME_MAX);
    memcpy(lines + n + SK_BODY_NAME_MAX - 1, "%22", 3);
    read_head(lines);
    assert_int_equal(head.field.len, SK_BODY_NAME_MAX);
    assert_int_equal(head.field.bytes[SK_BODY_NAME_MAX - 1], '"');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_browsers_write),
        cmocka_unit_test(as_others_write),
        cmocka_unit_test(long_names_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
