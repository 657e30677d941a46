/* A report for output: its index entry and its thread together. */
#ifndef SK_KEYS_DESK_VIEW_H
#define SK_KEYS_DESK_VIEW_H

#include <jansson.h>

#include "keys/desk/entry.h"
#include "keys/desk/threads.h"

/* The status of a report; arrived when nothing is recorded. */
unsigned sk_view_status(const struct sk_threads *threads, const struct sk_entry *entry);

/* The output of `list --json` for a report. NULL: out of memory. */
json_t *sk_view_brief(const struct sk_entry *entry, const struct sk_threads *threads);

/* The output of `show --json`: also all fields, attachments, the thread and the answers. */
json_t *sk_view_full(const struct sk_entry *entry, const struct sk_threads *threads);

/* Adds the ids of other reports in the thread: [{"id", "day", "status"}...]. */
json_t *sk_view_thread(const struct sk_case *c, const struct sk_threads *threads);

/* "browser", "gateway", "offline page", "command line". */
const char *sk_view_sealed_by(unsigned sealed_by);

#endif
