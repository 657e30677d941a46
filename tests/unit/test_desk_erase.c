/* Files whose bytes are not simply left. What a removed file held is looked at through a descriptor
 * that was opened before. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/desk/erase.h"
#include "tests/unit/unit.h"

#define SECRET "the key of a week that is over"

static char folder[] = "test_desk_erase.XXXXXX";
static char path[64], old[64], temporary[64], backup[64];

static void put(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int hold(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static bool holds(int fd, const char *text)
{
    char bytes[200] = "";
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);

    assert_true(n >= 0);
    return (size_t)n == strlen(text) && memcmp(bytes, text, (size_t)n) == 0;
}

static void is_there(const char *file, const char *text)
{
    int fd = hold(file);

    assert_true(holds(fd, text));
    close(fd);
}

static void gone(const char *file)
{
    assert_int_equal(access(file, F_OK), -1);
}

static void replaced(const char *text)
{
    assert_error(sk_erase_replace(path, (const uint8_t *)text, strlen(text)), SK_OK);
    is_there(path, text);
    gone(old);
    gone(temporary);
}

static void erasing(void **state)
{
    int fd;

    (void)state;
    put(path, SECRET);
    fd = hold(path);
    assert_error(sk_erase_file(path), SK_OK);
    gone(path);
    assert_false(holds(fd, SECRET));
    close(fd);
    assert_error(sk_erase_file(path), SK_OK);
    assert_error(sk_erase_file("."), SK_ERR_IO);
}

static void replacing(void **state)
{
    int fd;

    (void)state;
    replaced("first");
    put(path, SECRET);
    fd = hold(path);
    replaced("second");
    assert_false(holds(fd, SECRET));
    close(fd);
}

/* Cut off before the new file took its place: the second name is the file itself. */
static void cut_off_before(void **state)
{
    int fd, half;

    (void)state;
    put(path, SECRET);
    put(temporary, "half a n");
    assert_int_equal(link(path, old), 0);
    fd = hold(path);
    half = hold(temporary);
    assert_error(sk_erase_leftovers(path), SK_OK);
    is_there(path, SECRET);
    gone(old);
    gone(temporary);
    assert_false(holds(half, "half a n"));
    assert_int_equal(link(path, old), 0);
    replaced("new");
    assert_false(holds(fd, SECRET));
    close(half);
    close(fd);
}

/* Cut off after it: the old file is erased at the next call. */
static void cut_off_after(void **state)
{
    int fd;

    (void)state;
    put(path, "new");
    put(old, SECRET);
    fd = hold(old);
    assert_error(sk_erase_leftovers(path), SK_OK);
    is_there(path, "new");
    gone(old);
    assert_false(holds(fd, SECRET));
    close(fd);
}

static void a_backup_by_links_stays(void **state)
{
    (void)state;
    put(path, SECRET);
    unlink(backup);
    assert_int_equal(link(path, backup), 0);
    replaced("new");
    is_there(backup, SECRET);
    unlink(backup);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(erasing),
        cmocka_unit_test(replacing),
        cmocka_unit_test(cut_off_before),
        cmocka_unit_test(cut_off_after),
        cmocka_unit_test(a_backup_by_links_stays),
    };
    int failed;

    if (sodium_init() < 0 || mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/keyring", folder);
    snprintf(old, sizeof old, "%s/keyring.old", folder);
    snprintf(temporary, sizeof temporary, "%s/keyring.tmp", folder);
    snprintf(backup, sizeof backup, "%s/backup", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(folder);
    return failed;
}
