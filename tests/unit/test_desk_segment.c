/* The index log: what was written comes back, and what was tampered with does not. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/desk/segment.h"
#include "tests/unit/unit.h"

enum { ID = 2968, HEAD = 16, RECORD = 4 + 24 + 8 + 16 }; /* RECORD: without its payload */

static char path[] = "test_desk_segment.XXXXXX";
static const uint8_t key[32] = {7};

struct seen {
    unsigned count;
    char all[256];
};

static enum sk_error note(void *ctx, const uint8_t *payload, size_t len)
{
    struct seen *seen = ctx;

    assert_true(strlen(seen->all) + len + 2 < sizeof seen->all);
    strncat(seen->all, (const char *)payload, len);
    strcat(seen->all, ",");
    seen->count++;
    return SK_OK;
}

static enum sk_error reopen(uint32_t id, uint64_t committed, struct seen *seen, bool *cut)
{
    struct sk_segment *s = NULL;
    enum sk_error e;

    memset(seen, 0, sizeof *seen);
    *cut = false;
    e = sk_segment_open(&s, path, id, key, committed, note, seen, cut);
    sk_segment_close(s);
    return e;
}

/* A new log with the records "one", "two", "three": 55 + 55 + 57 bytes behind the head. */
static void write_three(void)
{
    static const char *const words[] = {"one", "two", "three"};
    struct sk_segment *s = NULL;

    unlink(path);
    assert_error(sk_segment_open(&s, path, ID, key, 0, NULL, NULL, NULL), SK_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_error(sk_segment_append(s, (const uint8_t *)words[i], strlen(words[i])), SK_OK);
    }
    assert_error(sk_segment_sync(s), SK_OK);
    assert_int_equal(sk_segment_count(s), 3);
    sk_segment_close(s);
}

static off_t size_now(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void change(off_t at, uint8_t with)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= with;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void comes_back(void **state)
{
    struct seen seen;
    bool cut;

    (void)state;
    write_three();
    assert_int_equal(size_now(), HEAD + 3 * RECORD + 3 + 3 + 5);
    assert_error(reopen(ID, 3, &seen, &cut), SK_OK);
    assert_string_equal(seen.all, "one,two,three,");
    assert_false(cut);
}

static void torn_tail_is_cut(void **state)
{
    struct seen seen;
    bool cut;

    (void)state;
    for (off_t lost = 1; lost < RECORD + 5; lost++) {
        write_three();
        assert_int_equal(truncate(path, size_now() - lost), 0);
        assert_error(reopen(ID, 2, &seen, &cut), SK_OK);
        assert_string_equal(seen.all, "one,two,");
        assert_true(cut);
        assert_int_equal(size_now(), HEAD + 2 * RECORD + 6);
        assert_error(reopen(ID, 2, &seen, &cut), SK_OK);
        assert_false(cut);
    }
}

static void goes_on_after_a_cut(void **state)
{
    struct sk_segment *s = NULL;
    struct seen seen;
    bool cut;

    (void)state;
    write_three();
    assert_int_equal(truncate(path, size_now() - 1), 0);
    assert_error(sk_segment_open(&s, path, ID, key, 2, NULL, NULL, NULL), SK_OK);
    assert_error(sk_segment_append(s, (const uint8_t *)"four", 4), SK_OK);
    sk_segment_close(s);
    assert_error(reopen(ID, 3, &seen, &cut), SK_OK);
    assert_string_equal(seen.all, "one,two,four,");
}

static void committed_records_are_not_cut(void **state)
{
    struct seen seen;
    bool cut;
    off_t size;

    (void)state;
    write_three();
    size = size_now();
    for (off_t at = 0; at < size; at++) {
        change(at, 0x40);
        assert_error(reopen(ID, 3, &seen, &cut), SK_ERR_CORRUPT);
        assert_int_equal(size_now(), size);
        change(at, 0x40);
    }
    assert_error(reopen(ID, 3, &seen, &cut), SK_OK);
    assert_int_equal(truncate(path, size - 1), 0);
    assert_error(reopen(ID, 3, &seen, &cut), SK_ERR_CORRUPT);
    assert_int_equal(truncate(path, 0), 0);
    assert_error(reopen(ID, 3, &seen, &cut), SK_ERR_CORRUPT);
}

static void swap_first_two(bool drop)
{
    uint8_t bytes[HEAD + 2 * (RECORD + 3)], first[RECORD + 3];
    int fd = open(path, O_RDWR | O_CLOEXEC);

    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), sizeof bytes);
    memcpy(first, bytes + HEAD, sizeof first);
    memcpy(bytes + HEAD, bytes + HEAD + sizeof first, sizeof first);
    memcpy(bytes + HEAD + sizeof first, first, sizeof first);
    assert_int_equal(pwrite(fd, bytes, sizeof bytes, 0), sizeof bytes);
    if (drop) {
        assert_int_equal(ftruncate(fd, HEAD + sizeof first), 0);
    }
    close(fd);
}

static void records_stay_in_their_place(void **state)
{
    struct seen seen;
    bool cut;

    (void)state;
    write_three();
    swap_first_two(false);
    assert_error(reopen(ID, 3, &seen, &cut), SK_ERR_CORRUPT);
    write_three();
    swap_first_two(true); /* "two" alone, in the place of "one" */
    assert_error(reopen(ID, 1, &seen, &cut), SK_ERR_CORRUPT);
}

static void belongs_to_its_epoch(void **state)
{
    struct seen seen;
    bool cut;
    uint8_t id[4];
    int fd;

    (void)state;
    write_three();
    assert_error(reopen(ID + 1, 0, &seen, &cut), SK_ERR_CORRUPT);
    fd = open(path, O_RDWR | O_CLOEXEC); /* also with a forged head */
    memcpy(id, "\x99\x0b\0\0", 4);
    assert_int_equal(pwrite(fd, id, 4, 8), 4);
    close(fd);
    assert_error(reopen(ID + 1, 3, &seen, &cut), SK_ERR_CORRUPT);
}

static void bounds(void **state)
{
    struct sk_segment *s = NULL;
    uint8_t *big = calloc(1, SK_SEGMENT_PAYLOAD_MAX + 1);

    (void)state;
    assert_non_null(big);
    unlink(path);
    assert_error(sk_segment_open(&s, path, ID, key, 0, NULL, NULL, NULL), SK_OK);
    assert_error(sk_segment_append(s, big, SK_SEGMENT_PAYLOAD_MAX + 1), SK_ERR_TOO_LARGE);
    assert_error(sk_segment_append(s, big, SK_SEGMENT_PAYLOAD_MAX), SK_OK);
    assert_error(sk_segment_append(s, big, 0), SK_OK);
    sk_segment_close(s);
    assert_error(sk_segment_open(&s, path, ID, key, 2, NULL, NULL, NULL), SK_OK);
    sk_segment_close(s);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(torn_tail_is_cut),
        cmocka_unit_test(goes_on_after_a_cut),
        cmocka_unit_test(committed_records_are_not_cut),
        cmocka_unit_test(records_stay_in_their_place),
        cmocka_unit_test(belongs_to_its_epoch),
        cmocka_unit_test(bounds),
    };
    int failed, fd;

    if (sodium_init() < 0) {
        return 1;
    }
    fd = mkstemp(path);
    if (fd < 0) {
        return 1;
    }
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
