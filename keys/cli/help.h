/* --help, printed from the tables: usage, commands, and every option with its value and its line.
 */
#ifndef SK_KEYS_CLI_HELP_H
#define SK_KEYS_CLI_HELP_H

#include "keys/cli/option.h"

/* To stdout, in the reader's language. command NULL: of the program. */
void sk_help_print(const struct sk_program *program, const struct sk_command *command);

#endif
