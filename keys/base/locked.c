#include "keys/base/locked.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "keys/base/secret.h"

#define LINE 4096

/* ---- swap ---------------------------------------------------------------------------------- */

static bool swap_is_on(const char *swaps)
{
    char line[LINE];
    FILE *f = fopen(swaps, "re");
    unsigned lines = 0;

    if (f == NULL) {
        return true;
    }
    while (fgets(line, sizeof line, f) != NULL) {
        lines++;
    }
    bool bad = ferror(f) != 0 || lines == 0;

    fclose(f);
    return bad || lines > 1; /* the first line is the heading */
}

/* Whether the cgroup in this folder has memory.swap.max 0. */
static bool forbids_swap(const char *folder)
{
    char path[LINE + 32], text[32] = "";
    FILE *f;

    if (snprintf(path, sizeof path, "%s/memory.swap.max", folder) >= (int)sizeof path ||
        (f = fopen(path, "re")) == NULL) {
        return false;
    }
    bool read = fgets(text, sizeof text, f) != NULL;

    fclose(f);
    return read && strcmp(text, "0\n") == 0;
}

/* Whether this process's cgroup (version 2: "0::/path") or one above it forbids swap. */
static bool cgroup_forbids_swap(const char *cgroup, const char *root)
{
    char line[LINE], folder[2 * LINE];
    FILE *f = fopen(cgroup, "re");
    bool found = false;

    if (f == NULL) {
        return false;
    }
    while (!found && fgets(line, sizeof line, f) != NULL) {
        found = strncmp(line, "0::/", 4) == 0;
    }
    fclose(f);
    line[strcspn(line, "\n")] = '\0';
    if (!found || snprintf(folder, sizeof folder, "%s%s", root, line + 3) >= (int)sizeof folder) {
        return false;
    }
    while (strlen(folder) > strlen(root)) {
        if (forbids_swap(folder)) {
            return true;
        }
        *strrchr(folder, '/') = '\0';
    }
    return false;
}

bool sk_swap_possible(const char *swaps, const char *cgroup, const char *root)
{
    return swap_is_on(swaps) && !cgroup_forbids_swap(cgroup, root);
}

/* ---- locking ------------------------------------------------------------------------------- */

static void raise_limit(void)
{
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit limit;

    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 && getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_MEMLOCK, &limit);
    }
}

/* A number in /proc/self/status; -1 when it is not there. */
static int64_t process_status(const char *name, int base)
{
    char line[LINE];
    FILE *f = fopen("/proc/self/status", "re");
    size_t len = strlen(name);
    int64_t value = -1;

    while (f != NULL && value < 0 && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, len) == 0) {
            value = strtoll(line + len, NULL, base);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return value;
}

/* Under a limit, MCL_FUTURE makes later allocations fail. */
static bool lock_is_unlimited(void)
{
    const int64_t ipc_lock = INT64_C(1) << 14; /* CAP_IPC_LOCK */
    int64_t capabilities = process_status("CapEff:", 16);
    struct rlimit limit;

    return (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) ||
           (capabilities >= 0 && (capabilities & ipc_lock) != 0);
}

/* Whether a page mapped now counts as locked: some sandboxes accept mlockall() and do nothing. */
static bool new_pages_are_locked(void)
{
    size_t len = (size_t)sysconf(_SC_PAGESIZE);
    int64_t before = process_status("VmLck:", 10);
    uint8_t *page = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED) {
        return false;
    }
    *(volatile uint8_t *)page = 1;
    int64_t after = process_status("VmLck:", 10);

    munmap(page, len);
    return before > 0 && after >= before + (int64_t)(len / 1024);
}

static enum sk_locking locking_failed(void)
{
    return sk_swap_possible("/proc/swaps", "/proc/self/cgroup", "/sys/fs/cgroup")
               ? SK_LOCKING_SWAP
               : SK_LOCKING_NO_SWAP;
}

enum sk_locking sk_memory_lock(void)
{
    raise_limit();
    if (lock_is_unlimited() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) {
        if (new_pages_are_locked()) {
            sk_secret_require_locked();
            return SK_LOCKING_DONE;
        }
        (void)munlockall();
    }
    return locking_failed();
}

enum sk_locking sk_memory_lock_keys(void)
{
    uint8_t *probe = sk_secret_new(1);

    raise_limit();
    bool good = probe != NULL && mlock(probe, 1) == 0;

    sk_secret_free(probe);
    if (!good) {
        return locking_failed();
    }
    sk_secret_require_locked();
    return SK_LOCKING_DONE;
}

void sk_memory_unlock_file(int fd)
{
    char line[LINE];
    struct stat st;
    FILE *f = fstat(fd, &st) == 0 ? fopen("/proc/self/maps", "re") : NULL;

    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        uintptr_t from, to;
        unsigned major_number, minor_number;
        uint64_t inode;

        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %x:%x %" SCNu64, &from, &to,
                   &major_number, &minor_number, &inode) == 5 &&
            inode == st.st_ino && major_number == major(st.st_dev) &&
            minor_number == minor(st.st_dev)) {
            (void)munlock((const void *)from,
                          to - from); /* NOLINT: an address as the kernel has it */
        }
    }
    if (f != NULL) {
        fclose(f);
    }
}

/* ---- binding ------------------------------------------------------------------------------- */

enum sk_error sk_bind_now(char **argv)
{
    const char *set = getenv("LD_BIND_NOW");

    if (set != NULL && *set != '\0') {
        const char *slash = argv[0] == NULL ? NULL : strrchr(argv[0], '/');

        /* A program executed through /proc/self/exe is named "exe" in lists of processes. */
        (void)prctl(PR_SET_NAME, slash != NULL ? slash + 1 : argv[0] != NULL ? argv[0] : "skrynka");
        return SK_OK;
    }
    if (setenv("LD_BIND_NOW", "1", 1) == 0) {
        execv("/proc/self/exe", argv);
    }
    return SK_ERR_IO;
}
