/*
 * Preloaded in front of the C library: the clock of the day is some seconds wrong. What measures
 * time that passes (CLOCK_MONOTONIC, timers) is left alone. Words in the environment:
 *   CLOCK_AHEAD  seconds, negative for a clock that is behind
 *   CLOCK_FILE   a file of eight bytes, such a number as the machine writes it: whoever writes into
 *                it sets the clock of a program that runs
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t ahead;
static const volatile int64_t *wrong = &ahead;

__attribute__((constructor)) static void start(void)
{
    const char *seconds = getenv("CLOCK_AHEAD"), *path = getenv("CLOCK_FILE");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd >= 0 ? mmap(NULL, sizeof ahead, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (map != MAP_FAILED) {
        wrong = map;
    } else if (path != NULL || seconds == NULL) {
        fputs("clock: no CLOCK_FILE that can be mapped, and no CLOCK_AHEAD\n", stderr);
        _exit(99);
    } else {
        ahead = strtoll(seconds, NULL, 10);
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* The kernel is asked itself: a sanitizer asks for the time before the constructors have run, and
 * inside free(), where looking up the real function would call free() again. */
int clock_gettime(clockid_t id, struct timespec *out)
{
    int result = (int)syscall(SYS_clock_gettime, id, out);

    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        out->tv_sec += (time_t)*wrong;
    }
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0};
    int result = clock_gettime(CLOCK_REALTIME, &now);

    (void)zone;
    out->tv_sec = now.tv_sec;
    out->tv_usec = (suseconds_t)(now.tv_nsec / 1000);
    return result;
}
