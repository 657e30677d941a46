/* Whether the sealed originals of all reports are present: the gateway deletes what a board
 * acknowledges, and a disk may lose files after the import. */
#ifndef SK_KEYS_DESK_ORIGINALS_H
#define SK_KEYS_DESK_ORIGINALS_H

#include <stddef.h>

#include "keys/base/error.h"
#include "keys/desk/entry.h"
#include "keys/desk/home.h"

struct sk_lacking {
    size_t count;           /* reports whose original is gone, or has another length */
    char first[SK_ID_TEXT]; /* the id of one of them */
};

/* Compares the index with the names and sizes of the files. CORRUPT (the index), MEMORY, IO. */
enum sk_error sk_originals_check(struct sk_desk *desk, struct sk_lacking *out);

#endif
