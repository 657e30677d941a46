/* Refusals when a file could not be written: what is wrong with the place, and what to do. */
#ifndef SK_KEYS_CLI_PLACE_H
#define SK_KEYS_CLI_PLACE_H

#include "keys/base/error.h"

/* "PATH: text (system's text)" on one line; returns SK_EXIT_REFUSED. */
int sk_place_refuse(const char *path, enum sk_error e);

/* The same, followed by the sentence `after`: what was used up, or that nothing was. */
int sk_refuse_out(const char *path, enum sk_error e, const char *after);

#endif
