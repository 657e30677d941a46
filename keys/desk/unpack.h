/* Writes a verified report into a folder: report.txt, report.json, attachments. */
#ifndef SK_KEYS_DESK_UNPACK_H
#define SK_KEYS_DESK_UNPACK_H

#include <jansson.h>

#include "keys/cli/progress.h"
#include "keys/desk/child.h"

/* The value of the field `code` as it was met: the writer's secret, which nobody here needs. Keep
 * it in memory from sk_secret_new(). */
#define SK_HIDDEN_MAX 128u
#define SK_HIDDEN_MIN 20u /* shorter than any code: not one */

struct sk_hidden {
    size_t len; /* above SK_HIDDEN_MAX: no code */
    uint8_t bytes[SK_HIDDEN_MAX];
};

void sk_hidden_add(struct sk_hidden *hidden, const uint8_t *bytes, size_t len);

/*
 * dir: descriptor of an empty folder. view: what is known of the report (view.h); its "fields"
 * and "files" are replaced by the whole ones, each file with the name under which it was written
 * ("file") and its header lines as they came ("header"). task->outcome says whether that is all of
 * the body; what could be read is written whatever it says. All files are new, 0600 and on disk.
 * After an error what was written whole stays and nothing else. Errors of sk_child_run but
 * PARSE_FAILED; EXISTS, IO, FULL.
 */
enum sk_error sk_unpack(int dir, struct sk_child_task *task, json_t *view,
                        struct sk_progress *progress, struct sk_hidden *hidden);

/* The body as it was sent, into body.bin: for one that could not be read to its end. Wherever the
 * writer's code stands in it there are asterisks. */
enum sk_error sk_unpack_raw(int dir, const struct sk_child_task *task,
                            const struct sk_hidden *hidden);

#endif
