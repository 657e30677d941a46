/* Resumable uploads that are announced and have no byte yet. They cost the disk nothing: the newest
 * 8,192 of them stand in memory, and a restart forgets them; whoever announced one announces it
 * again. All functions may be called from any thread. */
#ifndef SK_STORAGE_ANNOUNCED_H
#define SK_STORAGE_ANNOUNCED_H

#include "storage/record.h"

struct sk_announced;

struct sk_announced *sk_announced_new(void); /* NULL: no memory */
void sk_announced_free(struct sk_announced *announced);

/* NOT_FOUND. One whose last day is over is found, too. */
enum sk_error sk_announced_find(struct sk_announced *announced, const uint8_t key[SK_UPLOAD_KEY],
                                struct sk_partial *out);
/* The oldest one makes way. */
void sk_announced_put(struct sk_announced *announced, const uint8_t key[SK_UPLOAD_KEY],
                      const struct sk_partial *record);
/* Of one that is not there: nothing. */
void sk_announced_drop(struct sk_announced *announced, const uint8_t key[SK_UPLOAD_KEY]);

#endif
