/* Writes a verified report into a folder: report.txt, report.json, attachments. */
#ifndef SK_KEYS_DESK_UNPACK_H
#define SK_KEYS_DESK_UNPACK_H

#include <jansson.h>

#include "keys/cli/progress.h"
#include "keys/desk/child.h"
#include "keys/desk/unpack_raw.h"

/*
 * dir: descriptor of an empty folder. view: the report's description (view.h); its "fields" and
 * "files" are replaced by the whole ones, each file with its name in the folder ("file") and its
 * raw header lines ("header"). task->outcome says whether the body was read to its end; what could
 * be read is written in any case. All files are new, 0600 and synced. After an error complete files
 * stay. Errors of sk_child_run but PARSE_FAILED; EXISTS, IO, FULL.
 */
enum sk_error sk_unpack(int dir, struct sk_child_task *task, json_t *view,
                        struct sk_progress *progress, struct sk_hidden *hidden);

#endif
