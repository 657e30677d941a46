/* The commands of skrynka-desk, each a row in commands.def and a file cmd_<name>.c, and what
 * several of them need. program is a struct sk_desk with its options set, not yet opened. */
#ifndef SK_KEYS_DESK_COMMANDS_H
#define SK_KEYS_DESK_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/cli/option.h"
#include "keys/desk/entry.h"
#include "keys/desk/home.h"

#define COMMAND SK_COMMAND_PROTOTYPE
#include "keys/desk/commands.def"
#undef COMMAND

/* Finds the only report whose id begins with prefix. Otherwise prints why; returns an exit code. */
int sk_find_report(struct sk_desk *desk, const char *prefix, struct sk_entry *out);

/* Prints that this desk was put back from a backup, and what to do; returns SK_EXIT_REFUSED. */
int sk_tell_set_back(const struct sk_desk *desk);

#endif
