/* What all programs say, and how they end. */
#ifndef SK_KEYS_CLI_COMMAND_H
#define SK_KEYS_CLI_COMMAND_H

#include "keys/base/error.h"

enum { SK_EXIT_OK = 0, SK_EXIT_REFUSED = 1, SK_EXIT_USAGE = 2 };

void sk_version(const char *program);

/* One line on stderr, "program: what", printf-like; returns SK_EXIT_REFUSED or SK_EXIT_USAGE. */
int sk_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
int sk_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "program: subject: text of the error (system message if errno matters)". */
int sk_refuse_error(const char *subject, enum sk_error error);

/* Set once in main(), for the prefix of messages. */
void sk_program_name(const char *name);

/* A program that speaks its reader's language calls this once in main(), before threads: LANGUAGE
 * chooses, else LC_ALL, LC_MESSAGES or LANG; no locale needs to be installed. Without it the
 * wording that all programs share and the texts of errors are English. Formats and other texts that
 * a program hands in are its own to translate. */
void sk_program_language(void);

/* The text in the reader's language, or as it is. */
const char *sk_translated(const char *text) __attribute__((format_arg(1)));

#endif
