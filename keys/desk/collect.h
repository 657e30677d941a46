/* Gathers what skrynka-parse lists of a report into the index's form. */
#ifndef SK_KEYS_DESK_COLLECT_H
#define SK_KEYS_DESK_COLLECT_H

#include <jansson.h>

#include "keys/desk/child.h"

/* Runs the child in mode LIST (task->mode is set here). On success *fields and *files are new
 * arrays as in entry.h, of all that could be read; task->outcome says whether that is everything.
 * The value of a field `code` is never taken: it is the writer's secret. All strings together are
 * bounded; what does not fit is cut, and *cut set. Errors of sk_child_run but PARSE_FAILED. */
enum sk_error sk_collect(struct sk_child_task *task, json_t **fields, json_t **files, bool *cut);

/* Whether a field is the writer's secret. */
bool sk_field_is_secret(const char *name);

/* Whether it is what a browser sends for a file input that was left empty. */
bool sk_file_is_nothing(const char *name, uint64_t size);

#endif
