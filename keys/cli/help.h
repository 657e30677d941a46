/* --help, printed from the tables of options and commands. */
#ifndef SK_KEYS_CLI_HELP_H
#define SK_KEYS_CLI_HELP_H

#include "keys/cli/option.h"

/* To standard output, in the reader's language. command NULL: the help of the program. */
void sk_help_print(const struct sk_program *program, const struct sk_command *command);

#endif
