/* Memory that must not reach a disk: whether it could be swapped, and what is given when it cannot
 * be locked. mlock() stands here before the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/locked.h"
#include "keys/base/secret.h"

#define HEADING "Filename Type Size Used Priority\n"
#define AREA "/dev/vda2 partition 1048572 0 -2\n"

static bool refuse_mlock;

int mlock(const void *address, size_t len)
{
    (void)address;
    (void)len;
    if (refuse_mlock) {
        errno = ENOMEM;
    }
    return refuse_mlock ? -1 : 0;
}

static char folder[] = "/tmp/skrynka-locked-XXXXXX";
static char swaps[128], cgroup[128], root[128];

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void make_cgroup(const char *path, const char *swap_max)
{
    char name[256];

    (void)snprintf(name, sizeof name, "%s%s", root, path);
    assert_true(mkdir(name, 0700) == 0 || errno == EEXIST);
    if (swap_max != NULL) {
        (void)snprintf(name, sizeof name, "%s%s/memory.swap.max", root, path);
        write_file(name, swap_max);
    }
}

static int start(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || sk_secret_setup() != SK_OK) {
        return -1;
    }
    (void)snprintf(swaps, sizeof swaps, "%s/swaps", folder);
    (void)snprintf(cgroup, sizeof cgroup, "%s/cgroup", folder);
    (void)snprintf(root, sizeof root, "%s/root", folder);
    return mkdir(root, 0700);
}

static int stop(void **state)
{
    char command[256];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command); /* NOLINT: a name of our own */
}

static bool possible(void)
{
    return sk_swap_possible(swaps, cgroup, root);
}

static void test_without_an_area_nothing_is_swapped(void **state)
{
    (void)state;
    write_file(cgroup, "0::/a/b\n");
    write_file(swaps, HEADING);
    assert_false(possible());
    write_file(swaps, HEADING AREA);
    assert_true(possible());
    write_file(swaps, HEADING AREA AREA);
    assert_true(possible());
}

/* What cannot be read says nothing in our favour. */
static void test_what_is_not_known_counts_as_swap(void **state)
{
    (void)state;
    write_file(swaps, "");
    assert_true(possible());
    assert_int_equal(unlink(swaps), 0);
    assert_true(possible());
    write_file(swaps, HEADING AREA);
    assert_int_equal(unlink(cgroup), 0);
    assert_true(possible());
}

static void test_a_cgroup_can_forbid_it(void **state)
{
    (void)state;
    write_file(swaps, HEADING AREA);
    make_cgroup("/a", "max\n");
    make_cgroup("/a/b", NULL);
    write_file(cgroup, "12:cpu:/x\n0::/a/b\n");
    assert_true(possible());
    make_cgroup("/a/b", "0\n");
    assert_false(possible());
    make_cgroup("/a/b", "4096\n");
    assert_true(possible());
    make_cgroup("/a", "0\n"); /* one above us */
    assert_false(possible());
    write_file(cgroup, "0::/\n");
    assert_true(possible());
    write_file(cgroup, "12:memory:/a\n"); /* version 1 */
    assert_true(possible());
}

static void test_what_was_promised_is_locked(void **state)
{
    void *p;

    (void)state;
    refuse_mlock = true;
    p = sk_secret_new(100);
    assert_non_null(p); /* nothing was promised yet */
    sk_secret_free(p);
    sk_secret_require_locked();
    assert_null(sk_secret_new(100));
    refuse_mlock = false;
    p = sk_secret_new(100);
    assert_non_null(p);
    sk_secret_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_an_area_nothing_is_swapped),
        cmocka_unit_test(test_what_is_not_known_counts_as_swap),
        cmocka_unit_test(test_a_cgroup_can_forbid_it),
        cmocka_unit_test(test_what_was_promised_is_locked),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
