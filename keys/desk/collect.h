/* Collects the fields and files that skrynka-parse lists, in the form of the index. */
#ifndef SK_KEYS_DESK_COLLECT_H
#define SK_KEYS_DESK_COLLECT_H

#include <jansson.h>

#include "keys/desk/child.h"

/* Runs the child in mode LIST (sets task->mode). *fields and *files are new arrays as in entry.h of
 * all that could be read; task->outcome says whether that is everything. The value of a field
 * `code`, the writer's secret, is dropped. All strings together are bounded; longer ones are cut,
 * and *cut is set. Errors of sk_child_run but PARSE_FAILED. */
enum sk_error sk_collect(struct sk_child_task *task, json_t **fields, json_t **files, bool *cut);

/* Whether a field is the writer's secret. */
bool sk_field_is_secret(const char *name);

/* Whether a browser sends this for a file input that was left empty. */
bool sk_file_is_nothing(const char *name, uint64_t size);

#endif
