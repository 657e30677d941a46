/*
 * What the files of skrynka-report share. Residents run it offline and afraid: its messages are
 * short and translated; codes and texts come from files and stay in guarded memory.
 */
#ifndef SK_KEYS_REPORT_PROGRAM_H
#define SK_KEYS_REPORT_PROGRAM_H

#include "keys/cli/option.h"

#define _(text) sk_translated(text)
#define N_(text) text

#define COMMAND SK_COMMAND_PROTOTYPE
#include "keys/report/commands.def"
#undef COMMAND

#endif
