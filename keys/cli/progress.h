/* A progress bar on a terminal; silent elsewhere. */
#ifndef SK_KEYS_CLI_PROGRESS_H
#define SK_KEYS_CLI_PROGRESS_H

#include <stdint.h>

struct sk_progress {
    const char *what;
    uint64_t total, done;
    int64_t started_ms, drawn_ms;
    int on;
    int bytes; /* set after sk_progress_start() when the unit is bytes, to show KiB, MiB, GiB */
};

/* total in any unit; 0 when unknown. */
void sk_progress_start(struct sk_progress *p, const char *what, uint64_t total);
void sk_progress_add(struct sk_progress *p, uint64_t amount);
void sk_progress_end(struct sk_progress *p); /* clears the line */

#endif
