/* What `import` found, on its way into index and threads. */
#ifndef SK_KEYS_DESK_IMPORT_BATCH_H
#define SK_KEYS_DESK_IMPORT_BATCH_H

#include "keys/desk/import.h"

enum sk_error sk_import_open(struct sk_import *im, struct sk_desk *desk);
void sk_import_close(struct sk_import *im);

/* Adds a report to the batch and takes over entry. Writes a full batch. */
enum sk_error sk_import_pend(struct sk_import *im, struct sk_entry *entry,
                             const struct sk_case *thread);

/* Syncs originals, index and threads, in this order. The caller saves the state. */
enum sk_error sk_import_flush(struct sk_import *im);

#endif
