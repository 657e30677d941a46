#include "keys/cli/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum sk_answer_given sk_ask(const char *format, ...)
{
    char line[64];
    va_list args;

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return SK_ANSWER_NOBODY;
    }
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\nType yes to go on, anything else to leave it: ", stderr);
    fflush(stderr);
    if (fgets(line, sizeof line, stdin) == NULL) {
        return SK_ANSWER_NO;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return strcmp(line, "yes") == 0 ? SK_ANSWER_YES : SK_ANSWER_NO;
}
