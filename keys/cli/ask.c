#include "keys/cli/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Waits for a line on standard input. */
static enum sk_answer_given read_answer(void)
{
    char line[64];

    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return SK_ANSWER_NO;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return strcmp(line, "yes") == 0 ? SK_ANSWER_YES : SK_ANSWER_NO;
}

enum sk_answer_given sk_ask(const char *format, ...)
{
    va_list args;

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return SK_ANSWER_NOBODY;
    }
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\nType yes to go on, anything else to leave it: ", stderr);
    return read_answer();
}

enum sk_answer_given sk_ask_yes_no(const char *question)
{
    if (!isatty(STDIN_FILENO)) {
        return SK_ANSWER_NOBODY;
    }
    fflush(stdout);
    fprintf(stderr, "%s Type yes or no: ", question);
    return read_answer();
}
