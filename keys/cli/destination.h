/* Refusals about the place that something was to be written to. */
#ifndef SK_KEYS_CLI_DESTINATION_H
#define SK_KEYS_CLI_DESTINATION_H

#include "keys/base/error.h"

/* A file or folder could not be written: says what is wrong with the place and what to do (by
 * errno), and then the sentence `after`: what was spent, or that nothing was. Returns the exit
 * code. */
int sk_refuse_out(const char *path, enum sk_error error, const char *after);

#endif
