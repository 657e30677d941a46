/* The readers of reports that are in the index, named again: a further key sheet may explain slots
 * that were unknown. A log is written anew and renamed over the old one, with as many records, so
 * that a crash leaves one or the other. */
#ifndef SK_KEYS_DESK_READERS_AGAIN_H
#define SK_KEYS_DESK_READERS_AGAIN_H

#include <stdbool.h>

#include "keys/desk/home.h"

/* Names the readers of all reports whose key is here again, if the known sheets changed since the
 * last time. all: also of reports whose readers all have names, since a name may have changed.
 * Saves the state. */
enum sk_error sk_readers_again(struct sk_desk *desk, bool all);

#endif
