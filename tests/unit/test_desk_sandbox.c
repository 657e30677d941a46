/* The parser's cage: what it needs works, what a captured parser would want does not. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/parse/protocol.h"
#include "keys/parse/sandbox.h"
#include "tests/unit/unit.h"

#if defined(__SANITIZE_ADDRESS__)
#define CAGED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAGED 0
#endif
#endif
#ifndef CAGED
#define CAGED 1
#endif

/* Each runs in a child of its own, in the cage; the result is its exit code. */
static int works(void)
{
    char byte = 'x';
    void *p = malloc(1 << 20);
    int ok = p != NULL && read(SK_PARSE_ENVELOPE_FD, &byte, 1) == 1 &&
             pread(SK_PARSE_ENVELOPE_FD, &byte, 1, 0) == 1;

    free(p);
    return ok ? 0 : 1;
}

static int opens_nothing(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 && errno == ENOENT ? 0 : 1;
}

static int memory_is_bounded(void)
{
    /* More than the limit: only address space, so nothing is really taken. */
    return mmap(NULL, (size_t)1 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
               ? 0
               : 1;
}

static int makes_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int forks(void)
{
    return fork();
}

static int executes(void)
{
    char name[] = "true", *argv[] = {name, NULL};

    return execve("/bin/true", argv, argv + 1);
}

static int writes_elsewhere(void)
{
    return write(STDERR_FILENO, "", 0) == 0 ? 0 : 1;
}

static int writes_envelope(void)
{
    return pwrite(SK_PARSE_ENVELOPE_FD, "x", 1, 0) == 1 ? 0 : 1;
}

static int makes_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != NULL;
}

static int turns_into_code(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int in_cage(int (*what)(void))
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);

        if (fd < 0 || dup2(fd, SK_PARSE_ENVELOPE_FD) < 0 || sk_sandbox_enter(1) != SK_OK) {
            _exit(99);
        }
        _exit(what());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void lets_it_work(void **state)
{
    int (*const allowed[])(void) = {works, opens_nothing, memory_is_bounded};

    (void)state;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        int status = in_cage(allowed[i]);

        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

static void kills_for_the_rest(void **state)
{
    int (*const forbidden[])(void) = {makes_socket,    forks,      executes,       writes_elsewhere,
                                      writes_envelope, makes_code, turns_into_code};

    (void)state;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        int status = in_cage(forbidden[i]);

        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_it_work),
        cmocka_unit_test(kills_for_the_rest),
    };

    if (!CAGED) {
        return 77; /* there is no cage under AddressSanitizer */
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
