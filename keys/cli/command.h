/* Messages and exit codes of all programs. */
#ifndef SK_KEYS_CLI_COMMAND_H
#define SK_KEYS_CLI_COMMAND_H

#include "keys/base/error.h"

enum { SK_EXIT_OK = 0, SK_EXIT_REFUSED = 1, SK_EXIT_USAGE = 2 };

void sk_version(const char *program);

/* One line on stderr, "program: what", printf-like; returns SK_EXIT_REFUSED or SK_EXIT_USAGE. */
int sk_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
int sk_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "program: subject: text of the error", and the system's message in brackets where errno explains
 * the error. */
int sk_refuse_error(const char *subject, enum sk_error e);

/* The prefix of messages; set once in main(). */
void sk_program_name(const char *name);

/* Chooses the language of the shared wording and of the texts of errors: LANGUAGE, else LC_ALL,
 * LC_MESSAGES or LANG; no locale needs to be installed. Called once in main() before threads, by
 * programs that are translated; without it the language is English. A program translates the
 * formats and texts that it passes itself. */
void sk_program_language(void);

/* The translation of text, or text itself. */
const char *sk_translated(const char *text) __attribute__((format_arg(1)));

#endif
