#include "keys/cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/number.h"

enum { REDRAW_MS = 100, BAR = 24 };

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void format_amount(const struct sk_progress *p, char out[SK_SIZE_TEXT], uint64_t n)
{
    if (p->bytes) {
        sk_size_text(out, n);
    } else {
        snprintf(out, SK_SIZE_TEXT, "%llu", (unsigned long long)n);
    }
}

/* The seconds left at the speed so far; -1 during the first two seconds. */
static int64_t seconds_left(const struct sk_progress *p, int64_t now)
{
    int64_t elapsed = now - p->started_ms;

    if (elapsed < 2000 || p->done == 0 || p->done >= p->total) {
        return -1;
    }
    double left = (double)elapsed * (double)(p->total - p->done) / (double)p->done;

    return (int64_t)(left / 1000.0) + 1;
}

static void draw(const struct sk_progress *p, int64_t now)
{
    char done[SK_SIZE_TEXT], total[SK_SIZE_TEXT], bar[BAR + 1];
    int64_t left = seconds_left(p, now);

    format_amount(p, done, p->done);
    if (p->total == 0) {
        fprintf(stderr, "\r\033[K%s  %s", p->what, done);
    } else {
        double share = p->done >= p->total ? 1.0 : (double)p->done / (double)p->total;
        int filled = (int)(share * (double)BAR);

        for (int i = 0; i < BAR; i++) {
            bar[i] = i < filled ? '#' : '.';
        }
        bar[BAR] = '\0';
        format_amount(p, total, p->total);
        fprintf(stderr, "\r\033[K%s [%s] %3d%%  %s / %s", p->what, bar, (int)(share * 100), done,
                total);
    }
    if (left >= 0) {
        fprintf(stderr, "  %lld:%02lld", (long long)(left / 60), (long long)(left % 60));
    }
    fflush(stderr);
}

/* NO_COLOR does not concern a bar; a pipe or a log switches it off. */
void sk_progress_start(struct sk_progress *p, const char *what, uint64_t total)
{
    int64_t now = now_ms();

    *p = (struct sk_progress){.what = what,
                              .total = total,
                              .started_ms = now,
                              .drawn_ms = now,
                              .on = isatty(STDERR_FILENO)};
}

void sk_progress_add(struct sk_progress *p, uint64_t amount)
{
    p->done += amount;
    if (!p->on) {
        return;
    }
    int64_t now = now_ms();

    /* The first line waits as well, so that quick work draws none. */
    if (now - p->drawn_ms >= REDRAW_MS) {
        p->drawn_ms = now;
        draw(p, now);
    }
}

void sk_progress_end(struct sk_progress *p)
{
    if (p->on && p->drawn_ms != p->started_ms) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    p->on = 0;
}
