/* What a person reads when a file could not be written: what is wrong with the place, and what to
 * do. */
#ifndef SK_KEYS_CLI_PLACE_H
#define SK_KEYS_CLI_PLACE_H

#include "keys/base/error.h"

/* A text for the error, by errno if it is one that errno explains (*reason, 0 otherwise). */
const char *sk_place_text(enum sk_error error, int *reason);

/* "PATH: text (system's text)" as one line of refusal; gives SK_EXIT_REFUSED. */
int sk_place_refuse(const char *path, enum sk_error error);

/* The same, and then the sentence `after`: what was spent, or that nothing was. */
int sk_refuse_out(const char *path, enum sk_error error, const char *after);

#endif
