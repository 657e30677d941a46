/* Whole files: bounds when reading, all or nothing when writing. */
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "tests/unit/unit.h"

struct fixture {
    char folder[64];
    char path[128], temporary[160];
};

static int set_up(void **state)
{
    struct fixture *x = calloc(1, sizeof *x);

    assert_non_null(x);
    assert_true(sodium_init() >= 0);
    strcpy(x->folder, "test_file.XXXXXX");
    assert_non_null(mkdtemp(x->folder));
    snprintf(x->path, sizeof x->path, "%s/file", x->folder);
    snprintf(x->temporary, sizeof x->temporary, "%s.tmp", x->path);
    *state = x;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *x = *state;

    unlink(x->path);
    assert_int_not_equal(access(x->temporary, F_OK), 0); /* nothing may be left behind */
    assert_int_equal(rmdir(x->folder), 0);
    free(x);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void expect_content(const char *path, const char *want)
{
    uint8_t *bytes;
    size_t len;

    assert_error(sk_file_read(path, 1000, &bytes, &len), SK_OK);
    assert_int_equal(len, strlen(want));
    assert_memory_equal(bytes, want, len);
    free(bytes);
}

static void write_file(const struct fixture *x, const char *text)
{
    assert_error(sk_file_replace(x->path, (const uint8_t *)text, strlen(text)), SK_OK);
}

static void expect_unreadable(const char *path, size_t max, enum sk_error error)
{
    uint8_t *bytes = NULL;
    size_t len = 77;

    assert_error(sk_file_read(path, max, &bytes, &len), error);
    assert_error(sk_file_read_secret(path, max, &bytes, &len), error);
    assert_null(bytes);
    assert_int_equal(len, 77);
}

/* ---- reading ---------------------------------------------------------------- */

static void test_file_reads_up_to_its_bound(void **state)
{
    struct fixture *x = *state;
    uint8_t *bytes;
    size_t len;

    write_file(x, "twelve bytes");
    assert_error(sk_file_read(x->path, 12, &bytes, &len), SK_OK);
    assert_int_equal(len, 12);
    free(bytes);
    assert_error(sk_file_read_secret(x->path, 12, &bytes, &len), SK_OK);
    assert_int_equal(len, 12);
    assert_memory_equal(bytes, "twelve bytes", 12);
    sk_secret_free(bytes);
}

static void test_larger_file_is_refused(void **state)
{
    struct fixture *x = *state;

    write_file(x, "twelve bytes");
    expect_unreadable(x->path, 11, SK_ERR_TOO_LARGE);
    expect_unreadable(x->path, 0, SK_ERR_TOO_LARGE);
}

static void test_empty_file_reads(void **state)
{
    struct fixture *x = *state;

    write_file(x, "");
    expect_content(x->path, "");
}

static void test_missing_file_is_told_apart(void **state)
{
    expect_unreadable(((struct fixture *)*state)->path, 10, SK_ERR_NOT_FOUND);
}

static void test_folder_is_no_file(void **state)
{
    expect_unreadable(((struct fixture *)*state)->folder, 10, SK_ERR_IO);
}

/* Opening it must not wait for a writer either. */
static void test_pipe_is_no_file(void **state)
{
    struct fixture *x = *state;

    assert_int_equal(mkfifo(x->path, 0600), 0);
    expect_unreadable(x->path, 10, SK_ERR_IO);
}

/* ---- writing ---------------------------------------------------------------- */

static void test_replaced_file_is_whole_and_private(void **state)
{
    struct fixture *x = *state;
    struct stat st;

    write_file(x, "old, and longer");
    write_file(x, "new");
    expect_content(x->path, "new");
    assert_int_equal(stat(x->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_leftover_of_a_crash_is_overwritten(void **state)
{
    struct fixture *x = *state;
    int fd = open(x->temporary, O_WRONLY | O_CREAT, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "half of something long", 22), 22);
    close(fd);
    write_file(x, "new");
    expect_content(x->path, "new");
}

static void test_discarded_file_leaves_the_old_one(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w;

    write_file(x, "old");
    assert_error(sk_file_writer_open(&w, x->path), SK_OK);
    assert_error(sk_file_writer_put(w, "new", 3), SK_OK);
    assert_error(sk_file_writer_sync(w), SK_OK);
    expect_content(x->path, "old");
    sk_file_writer_discard(w);
    expect_content(x->path, "old");
    sk_file_writer_discard(NULL);
}

static void test_new_name_appears_with_the_commit_only(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w;

    assert_error(sk_file_writer_open(&w, x->path), SK_OK);
    assert_error(sk_file_writer_put(w, "new", 3), SK_OK);
    assert_int_not_equal(access(x->path, F_OK), 0);
    assert_error(sk_file_writer_commit(w), SK_OK);
    expect_content(x->path, "new");
}

static void test_header_is_written_last_after_rewinding(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w;

    assert_error(sk_file_writer_open(&w, x->path), SK_OK);
    assert_error(sk_file_writer_put(w, "......", 6), SK_OK);
    assert_error(sk_file_writer_put(w, "body", 4), SK_OK);
    assert_error(sk_file_writer_rewind(w, 0), SK_OK);
    assert_error(sk_file_writer_put(w, "header", 6), SK_OK);
    assert_error(sk_file_writer_commit(w), SK_OK);
    expect_content(x->path, "headerbody");
}

static void test_missing_folder_is_refused(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w = NULL;
    char path[200];

    snprintf(path, sizeof path, "%s/none/file", x->folder);
    assert_error(sk_file_writer_open(&w, path), SK_ERR_NOT_FOUND);
    assert_null(w);
}

static void test_too_long_path_is_refused(void **state)
{
    struct sk_file_writer *w = NULL;
    char path[5000];

    (void)state;
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_error(sk_file_writer_open(&w, path), SK_ERR_IO);
    assert_null(w);
}

/* A file may grow to 4,096 bytes: as when the disk is full, the write comes back short, then
 * fails. The old file stays. */
static void test_failed_write_leaves_the_old_file(void **state)
{
    struct fixture *x = *state;
    static const uint8_t big[10000];
    struct rlimit before, tight;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);

    write_file(x, "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    enum sk_error e = sk_file_replace(x->path, big, sizeof big);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_error(e, SK_ERR_IO);
    expect_content(x->path, "old");
}

static void test_full_disk_is_told_apart(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w;

    /* The writer's descriptor is found by its file and led to /dev/full, a disk with no space. */
    assert_error(sk_file_writer_open(&w, x->path), SK_OK);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), fd = -1;

    assert_true(full >= 0);
    for (int i = full - 1; fd < 0 && i > 2; i--) {
        struct stat a, b;

        if (fstat(i, &a) == 0 && stat(x->temporary, &b) == 0 && a.st_ino == b.st_ino) {
            fd = i;
        }
    }
    assert_true(fd > 2 && dup2(full, fd) == fd);
    close(full);
    assert_error(sk_file_writer_put(w, "x", 1), SK_ERR_FULL);
    sk_file_writer_discard(w);
}

static void test_link_in_the_place_of_the_temporary_is_not_followed(void **state)
{
    struct fixture *x = *state;
    struct sk_file_writer *w = NULL;
    char victim[160];

    snprintf(victim, sizeof victim, "%s/victim", x->folder);
    assert_int_equal(symlink("victim", x->temporary), 0);
    assert_int_not_equal(sk_file_writer_open(&w, x->path), SK_OK);
    assert_null(w);
    assert_int_not_equal(access(victim, F_OK), 0);
    assert_int_equal(unlink(x->temporary), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_file_reads_up_to_its_bound),
        TEST(test_larger_file_is_refused),
        TEST(test_empty_file_reads),
        TEST(test_missing_file_is_told_apart),
        TEST(test_folder_is_no_file),
        TEST(test_pipe_is_no_file),
        TEST(test_replaced_file_is_whole_and_private),
        TEST(test_leftover_of_a_crash_is_overwritten),
        TEST(test_discarded_file_leaves_the_old_one),
        TEST(test_new_name_appears_with_the_commit_only),
        TEST(test_header_is_written_last_after_rewinding),
        TEST(test_missing_folder_is_refused),
        TEST(test_too_long_path_is_refused),
        TEST(test_failed_write_leaves_the_old_file),
        TEST(test_full_disk_is_told_apart),
        TEST(test_link_in_the_place_of_the_temporary_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
