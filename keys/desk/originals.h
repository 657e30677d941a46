/* Whether the sealed originals of all reports are still here: what a board acknowledges is deleted
 * at the gateway, and a disk may have lost what was imported. */
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

/* Reads the index and looks for each file; none is opened. CORRUPT (the index), MEMORY, IO. */
enum sk_error sk_originals_look(struct sk_desk *desk, struct sk_lacking *out);

#endif
