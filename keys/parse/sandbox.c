#include "keys/parse/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "keys/parse/protocol.h"

/* AddressSanitizer reserves terabytes of address space and makes system calls at any time: a build
 * with it, which is for tests only, runs without filter and memory limit. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MEMORY_MAX (UINT64_C(512) << 20)
#define SECONDS_BASE 30u
#define CHUNKS_A_SECOND 512u /* 8 MiB/s: a tenth of what a slow machine does */

static enum sk_error limit(__rlimit_resource_t what, rlim_t value)
{
    const struct rlimit r = {value, value};

    return setrlimit(what, &r) == 0 ? SK_OK : SK_ERR_IO;
}

static enum sk_error limit_all(uint32_t chunks)
{
    enum sk_error e = limit(RLIMIT_CORE, 0);

    if (e != SK_OK) {
        return e;
    }
    e = limit(RLIMIT_CPU, SECONDS_BASE + chunks / CHUNKS_A_SECOND);
    if (e != SK_OK) {
        return e;
    }
    e = limit(RLIMIT_FSIZE, 0);
    if (e != SK_OK) {
        return e;
    }
    return SANITIZED ? SK_OK : limit(RLIMIT_AS, MEMORY_MAX);
}

/* Calls that are allowed with any arguments. */
static const int allowed[] = {
    SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),           SCMP_SYS(madvise),
    SCMP_SYS(munlock),      SCMP_SYS(futex),          SCMP_SYS(exit),          SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),
    SCMP_SYS(fstat),
};

/* Calls that libraries make for a character set that is not loaded: they get ENOENT and do without
 * it. */
static const int refused[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(access), SCMP_SYS(readlink), SCMP_SYS(stat),
};

static int allow_on(scmp_filter_ctx filter, int call, scmp_datum_t fd)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, SCMP_A0(SCMP_CMP_EQ, fd, 0));
}

static int allow_checked(scmp_filter_ctx filter)
{
    int r = allow_on(filter, SCMP_SYS(read), STDIN_FILENO);

    r |= allow_on(filter, SCMP_SYS(read), SK_PARSE_ENVELOPE_FD);
    r |= allow_on(filter, SCMP_SYS(pread64), SK_PARSE_ENVELOPE_FD);
    r |= allow_on(filter, SCMP_SYS(lseek), SK_PARSE_ENVELOPE_FD);
    r |= allow_on(filter, SCMP_SYS(write), STDOUT_FILENO);
    r |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                          SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    r |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                          SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* fstat() is newfstatat() with an empty path in the C library of Debian 12. */
    r |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                          SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
    r |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(newfstatat), 1,
                          SCMP_A3(SCMP_CMP_NE, AT_EMPTY_PATH, 0));
    return r;
}

static enum sk_error load_filter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int r = 0;

    if (filter == NULL) {
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        r |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        r |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), refused[i], 0);
    }
    r |= allow_checked(filter);
    if (r == 0) {
        r = seccomp_load(filter);
    }
    seccomp_release(filter);
    return r == 0 ? SK_OK : SK_ERR_IO;
}

enum sk_error sk_sandbox_enter(uint32_t chunks)
{
    enum sk_error e = limit_all(chunks);

    if (e != SK_OK) {
        return e;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return SK_ERR_IO;
    }
    return SANITIZED ? SK_OK : load_filter();
}
