/* The commands of skrynka-desk: a row each in commands.def and one file, cmd_<name>.c. program is a
 * struct sk_desk whose options are set and that nobody opened yet. */
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

/* Finds the one report that an id or its beginning names; else prints why and returns an exit
 * code. */
int sk_find_report(struct sk_desk *desk, const char *prefix, struct sk_entry *out);

/* Says that this desk was put back from a backup, and what to do; returns SK_EXIT_REFUSED. */
int sk_tell_set_back(const struct sk_desk *desk);

#endif
